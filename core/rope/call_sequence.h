#pragma once
#include "core/rope/config.h"
#include "core/rope/spectrum.h"

namespace ropescope {

/// One model that is called again and again, as Hugging Face's module keeps its frequencies between calls. Dynamic NTK
/// grows with the longest call so far, keeps that for every later call that is not shorter than the context, and
/// returns to the start only for one that is; LongRoPE chooses anew at every call; the others never change.
/// Source: transformers 5.16.0.dev0 @ decba1d2, modeling_rope_utils.py, dynamic_rope_update.
class CallSequence {
public:
  /// Throws Error where validate(config) does.
  explicit CallSequence(RopeConfig);

  /// The sequence length (tokens) that the frequencies of the next call are computed for, when that call has `seq_len`.
  /// Without a value: as the model was loaded.
  std::optional<double> call(double seq_len);

  /// Hugging Face's max_seq_len_cached, tokens.
  double max_seq_len_cached() const { return cached_; }

private:
  RopeConfig config_;
  double cached_;
  std::optional<double> in_force_; ///< of dynamic NTK
};

} // namespace ropescope
