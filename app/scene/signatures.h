#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/scene/kernel_check.h"

namespace ropescope {

/// What a bug leaves behind on a model: errors of unit rows by position and pair, small enough to be looked at beside
/// others.
struct Signature {
  std::string name;
  std::string sign; ///< by what the eye knows it
  ErrorMap errors;  ///< of rows whose numbers have RMS 1
};

/// So many neighbours among the positions make one row of a signature, which shows the worst of them.
inline constexpr std::size_t signature_positions = 4;

/// The bugs that a model can have, and one right kernel in bfloat16, at these positions.
std::vector<Signature> signatures(const RopeConfig&, std::span<const std::int64_t> positions);

} // namespace ropescope
