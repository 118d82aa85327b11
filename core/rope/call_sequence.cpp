#include "core/rope/call_sequence.h"

#include <utility>

namespace ropescope {

CallSequence::CallSequence(RopeConfig config)
    : config_(std::move(config)), cached_(config_.scaling.max_position_embeddings) {
  validate(config_);
}

std::optional<double> CallSequence::call(double seq_len) {
  if (!is_dynamic(config_.scaling.rope_type))
    return config_.scaling.rope_type == RopeType::longrope ? std::optional(seq_len) : std::nullopt;
  if (seq_len > cached_) {
    cached_ = seq_len;
    in_force_ = seq_len;
  }
  // A call of exactly the context's length does not reset; the YaRN authors' classes never do.
  const double context = config_.scaling.max_position_embeddings;
  if (config_.scaling.rope_type == RopeType::dynamic && seq_len < context && cached_ > context) {
    cached_ = context;
    in_force_.reset();
  }
  return in_force_;
}

} // namespace ropescope
