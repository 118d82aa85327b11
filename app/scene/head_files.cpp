#include "app/scene/head_files.h"

#include <algorithm>
#include <system_error>

#include "core/check/run_files.h"
#include "core/io/tensor_file.h"

namespace ropescope {

HeadFiles::Kept HeadFiles::read(const Wanted& wanted) {
  Kept kept{wanted.path, wanted.written, {}, nullptr};
  try {
    kept.array = read_array(wanted.path);
  } catch (...) {
    kept.failure = std::current_exception(); // it comes home as an answer: the file is not read again until it changes
  }
  return kept;
}

const HeadFiles::Kept* HeadFiles::find(const Wanted& wanted) const {
  const auto at = std::find_if(kept_.begin(), kept_.end(),
                               [&](const Kept& k) { return k.path == wanted.path && k.written == wanted.written; });
  return at == kept_.end() ? nullptr : &*at;
}

void HeadFiles::keep(Kept kept) {
  kept_.push_front(std::move(kept));
  if (kept_.size() > 2) kept_.pop_back();
}

void HeadFiles::take() {
  if (reading_.empty()) return;
  for (Kept& kept : worker_.take()) {
    reading_.clear();
    keep(std::move(kept));
  }
}

const Array* HeadFiles::array(const std::string& path, bool wait) {
  std::error_code none; // a file that is not there is refused by whoever reads it
  const Wanted wanted{path, std::filesystem::last_write_time(without_tensor_name(path), none)};
  take();
  const Kept* kept = find(wanted);
  if (!kept && wait) {
    keep(read(wanted));
    kept = &kept_.front();
  }
  if (!kept) {
    if (reading_.empty()) {
      reading_ = path;
      worker_.begin(wanted);
    }
    return nullptr;
  }
  if (kept->failure) std::rethrow_exception(kept->failure);
  return &kept->array;
}

} // namespace ropescope
