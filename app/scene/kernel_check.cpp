#include "app/scene/kernel_check.h"

#include <utility>

#include "core/error.h"

namespace ropescope {

std::shared_ptr<const CheckedKernel> check_files(const KernelFiles& files, const Model& model, const LayerRope& layer) {
  return checked_kernel(read_kernel_run(files, model, layer));
}

KernelCheck::~KernelCheck() {
  const std::lock_guard lock(mutex_);
  wanted_.reset();
}

KernelCheck::Stamps KernelCheck::stamps() const {
  Stamps now;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (watched_[i].empty()) continue;
    std::error_code error;
    now[i].time = std::filesystem::last_write_time(watched_[i], error);
    now[i].size = error ? 0 : std::filesystem::file_size(watched_[i], error);
    if (error) now[i] = {};
  }
  return now;
}

bool KernelCheck::changed_on_disk() const { return !files_.in.empty() && stamps() != stamps_; }

bool KernelCheck::same_inputs(const Scene& scene) const {
  return scene.kernel.files == files_ && scene.rope == rope_ && scene.layer_type == layer_type_;
}

void KernelCheck::remember(const Scene& scene) {
  files_ = scene.kernel.files;
  rope_ = scene.rope;
  layer_type_ = scene.layer_type;
  watched_ = {without_tensor_name(files_.in), without_tensor_name(files_.out),
              files_.positions.file.empty() ? "" : without_tensor_name(files_.positions.file)};
  unsettled_ = stamps_ = stamps();
  head_ = scene.kernel.head;
}

/// Whether files that changed are as they were a moment ago.
bool KernelCheck::settled(bool wait) {
  constexpr std::chrono::milliseconds moment{300};
  const auto now = std::chrono::steady_clock::now();
  const Stamps current = stamps();
  if (current != unsettled_) {
    unsettled_ = current;
    unsettled_since_ = now;
  }
  return wait || now - unsettled_since_ >= moment;
}

void KernelCheck::update(const Scene& scene, bool wait) {
  take();
  if (scene.kernel.files.in.empty() || scene.kernel.files.out.empty()) {
    if (files_ == KernelFiles{}) return;
    files_ = {};
    checked_.reset();
    errors_.reset();
    trouble_ = {};
    return;
  }
  const bool same = same_inputs(scene);
  if (!same || (changed_on_disk() && settled(wait))) {
    remember(scene);
    LayerRope layer{scene.layer_type, scene.rope};
    begin({files_, scene.model, std::move(layer), nullptr, head_}, wait);
  } else if (scene.kernel.head != head_ && checked_ && !working_) {
    head_ = scene.kernel.head;
    if (head_ < 0)
      errors_.reset();
    else
      begin({{}, {}, {}, checked_, head_}, wait);
  }
}

void KernelCheck::adopt(const Scene& scene, std::shared_ptr<const CheckedKernel> checked) {
  remember(scene);
  head_ = -1;
  accept({std::move(checked), nullptr, -1, {}});
}

KernelCheck::Done KernelCheck::done(const Wanted& wanted) {
  Done done;
  done.head = wanted.head;
  try {
    done.checked = wanted.of ? wanted.of : check_files(wanted.files, wanted.model, wanted.layer);
    if (done.head >= done.checked->run.heads) done.head = -1;
    if (done.head >= 0) done.errors = std::make_shared<ErrorMap>(errors_of_head(*done.checked, done.head));
  } catch (const AmbiguousTokenAxis& error) {
    done.trouble = {error.what(), error.axes};
  } catch (const Error& error) {
    done.trouble = {error.what(), {}};
  } catch (const std::bad_alloc&) {
    done.trouble.sentence = "there is not enough memory for these files";
  }
  return done;
}

void KernelCheck::begin(Wanted wanted, bool wait) {
  if (wait) return accept(done(wanted));
  working_ = true;
  const std::lock_guard lock(mutex_);
  ++generation_;
  done_.reset();
  wanted_.emplace(std::move(wanted));
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  wake_.notify_one();
}

void KernelCheck::take() {
  if (!working_) return;
  std::optional<Done> finished;
  {
    const std::lock_guard lock(mutex_);
    finished = std::exchange(done_, std::nullopt);
  }
  if (finished) accept(std::move(*finished));
}

void KernelCheck::accept(Done finished) {
  working_ = false;
  trouble_ = std::move(finished.trouble);
  if (!finished.checked) return; // what there is stays
  checked_ = std::move(finished.checked);
  errors_ = std::move(finished.errors);
  errors_of_ = finished.head;
}

void KernelCheck::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return wanted_.has_value(); })) {
    Wanted wanted = *std::exchange(wanted_, std::nullopt);
    const std::uint64_t mine = generation_;
    lock.unlock();
    Done finished = done(wanted);
    wanted = {};
    lock.lock();
    if (mine == generation_) done_.emplace(std::move(finished));
  }
}

} // namespace ropescope
