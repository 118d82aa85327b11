#include "app/scene/kernel_check.h"

#include <exception>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "core/check/checked_files.h"
#include "core/error.h"

namespace ropescope {

bool KernelCheck::changed_on_disk(bool wait) {
  // While files are being read their stamps come with the result.
  if (files_.in.empty() || working_) return false;
  return (wait ? watch_.look_and_wait() : watch_.look()) != stamps_;
}

bool KernelCheck::same_inputs(const Scene& scene) const {
  return scene.kernel.files == files_ && scene.rope == rope_ && scene.layer_type == layer_type_;
}

void KernelCheck::remember(const Scene& scene) {
  files_ = scene.kernel.files;
  rope_ = scene.rope;
  layer_type_ = scene.layer_type;
  // "FILE:TENSOR" names a tensor within a file; what can change on the disk is the file.
  watched_ = {without_tensor_name(files_.in), without_tensor_name(files_.out),
              files_.positions.file.empty() ? "" : without_tensor_name(files_.positions.file)};
  head_ = scene.kernel.head;
}

/// Whether files that changed have stopped changing: a kernel's output that is still being written would be read in
/// part and judged wrong. 300 ms without a change count as done; a writer that pauses for longer costs a second
/// reading, as its next write is a change again. Who waits takes the files as they are.
bool KernelCheck::settled(bool wait) {
  constexpr std::chrono::milliseconds moment{300};
  const auto now = std::chrono::steady_clock::now();
  if (watch_.seen() != unsettled_) {
    unsettled_ = watch_.seen();
    unsettled_since_ = now;
  }
  return wait || now - unsettled_since_ >= moment;
}

void KernelCheck::update(const Scene& scene, bool wait) {
  take();
  if (scene.kernel.files.in.empty() || scene.kernel.files.out.empty()) {
    if (files_ == KernelFiles{}) return;
    worker_.abandon(); // what it still finds is of files that are gone
    working_ = false;
    files_ = {};
    checked_.reset();
    errors_.reset();
    trouble_ = {};
    return;
  }
  // Other files, another rope or another layer type: everything is read and judged again. Another head alone: the
  // finding stays and only that head's errors are worked out, once no check is under way.
  const bool same = same_inputs(scene);
  if (!same || (changed_on_disk(wait) && settled(wait))) {
    remember(scene);
    LayerRope layer{scene.layer_type, scene.rope};
    begin({files_, scene.model, std::move(layer), nullptr, head_, watched_}, wait);
  } else if (scene.kernel.head != head_ && checked_ && !working_) {
    head_ = scene.kernel.head;
    if (head_ < 0)
      errors_.reset();
    else
      begin({{}, {}, {}, checked_, head_, {}}, wait);
  }
}

void KernelCheck::adopt(const Scene& scene, std::shared_ptr<const CheckedKernel> checked) {
  remember(scene);
  head_ = -1;
  worker_.abandon();
  Done done;
  done.stamps = stamps_of(watched_);
  done.checked = std::move(checked);
  accept(std::move(done));
}

KernelCheck::Done KernelCheck::done(const Wanted& wanted, const std::stop_token& stop) {
  Done done;
  if (!wanted.of)
    done.stamps = stamps_of(wanted.watched); // before they are read: what is written meanwhile is a change
  done.head = wanted.head;
  try {
    // A wish with a finding in it asks for the errors of one head alone.
    done.checked = wanted.of ? wanted.of : check_files(wanted.files, wanted.model, wanted.layer, stop);
    // The head was chosen in files before these, which had more heads.
    if (done.head >= done.checked->run.heads) done.head = -1;
    if (done.head >= 0) done.errors = std::make_shared<ErrorMap>(errors_of_head(*done.checked, done.head));
  } catch (...) {
    // It comes home with the stamps: files that cannot be judged are read again when they change, and not before.
    done.failure = std::current_exception();
  }
  return done;
}

void KernelCheck::begin(Wanted wanted, bool wait) {
  // Who draws a window goes on, and take() brings the result home in a later frame. Who waits for the result (a picture
  // that is kept as a file) has it computed here.
  if (!wait) {
    working_ = true;
    return worker_.begin(std::move(wanted));
  }
  worker_.abandon();
  accept(done(wanted, {}));
}

void KernelCheck::take() {
  if (!working_) return;
  try {
    for (Done& finished : worker_.take()) accept(std::move(finished));
  } catch (...) {
    fail(std::current_exception());
  }
}

void KernelCheck::accept(Done finished) {
  working_ = false;
  trouble_ = {};
  if (finished.stamps) know(*finished.stamps);
  if (finished.failure) return fail(finished.failure);
  checked_ = std::move(finished.checked);
  errors_ = std::move(finished.errors);
  errors_of_ = finished.head;
}

void KernelCheck::know(const FileStamps& stamps) {
  unsettled_ = stamps_ = stamps;
  watch_.watch(watched_, stamps);
}

/// Whatever ended the work becomes words; what was found before stays.
void KernelCheck::fail(const std::exception_ptr& failure) {
  working_ = false;
  try {
    std::rethrow_exception(failure);
  } catch (const AmbiguousTokenAxis& error) {
    trouble_ = {error.what(), error.axes};
  } catch (const Error& error) {
    trouble_.sentence = error.what();
  } catch (const std::bad_alloc&) {
    trouble_.sentence = "there is not enough memory for these files";
  } catch (const std::exception& error) {
    trouble_.sentence = fmt::format("the check ended unexpectedly: {}", error.what());
  } catch (...) {
    trouble_.sentence = "the check ended unexpectedly";
  }
}

} // namespace ropescope
