#include "core/rope/call_sequence.h"

#include <utility>

#include "core/rope/scheme.h"

namespace ropescope {

CallSequence::CallSequence(RopeConfig config)
    : config_(std::move(config)), cached_(config_.scaling.max_position_embeddings) {
  validate(config_);
}

std::optional<double> CallSequence::call(double seq_len) {
  const CallMemory memory = scheme_of(config_).memory;
  // No length: the frequencies are those of the model as it was loaded.
  if (memory == CallMemory::fixed) return std::nullopt;
  if (memory == CallMemory::chooses) return seq_len;
  // The length of the longest call since the last reset. A shorter call keeps those frequencies, which is why the same
  // prompt may score differently after a long one.
  if (seq_len > cached_) {
    cached_ = seq_len;
    in_force_ = seq_len;
  }
  // A call of exactly the context's length does not reset; the YaRN authors' classes never do.
  const double context = config_.scaling.max_position_embeddings;
  if (memory == CallMemory::grows_returns && seq_len < context && cached_ > context) {
    cached_ = context;
    in_force_.reset();
  }
  return in_force_;
}

} // namespace ropescope
