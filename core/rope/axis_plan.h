#pragma once
#include <cstdint>
#include <vector>

#include "core/rope/config.h"

namespace ropescope {

/// Where the frequency of one component of a pair comes from: a place in one of the plan's lists.
struct FrequencySource {
  std::int64_t list = -1; ///< −1: never turns
  std::int64_t index = 0; ///< in that list, fastest first
  std::uint8_t axis = 0;  ///< of the positions

  bool operator==(const FrequencySource&) const = default;
};

/// What every axis rule compiles into: which lists of frequencies there are, and which entry of which list each pair
/// takes, at which axis's position. Engines see the result alone, a frequency and an axis for each pair.
struct AxisPlan {
  /// Each as of a head that is one axis alone: rotary_dim is the list's divisor, two components for each frequency.
  std::vector<RopeConfig> lists;
  std::vector<FrequencySource> pairs;  ///< of the first components, and of both where `second` is empty
  std::vector<FrequencySource> second; ///< of the second components of a mixed convention
};

/// Requires a config that is valid but for its sections: whether they fit is asked where positions have several axes
/// (pair_axes), since text does not need them.
AxisPlan axis_plan(const RopeConfig&);

/// Throws Error, one sentence, where a list of axes cannot be: components that are odd or do not sum to rotary_dim, no
/// axis, more than 8, a base or factor that is not positive.
void validate_axis_list(const RopeConfig&);

} // namespace ropescope
