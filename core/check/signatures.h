#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/error_map.h"
#include "core/rope/config.h"

namespace ropescope {

/// What an example of a cause leaves behind on a model: errors of unit rows by position and pair, small enough to be
/// looked at beside others.
struct Signature {
  std::string_view cause; ///< its name
  std::string name;       ///< of the example, for people
  std::string mark;       ///< what to look for
  ErrorMap errors;        ///< of rows whose numbers have RMS 1
};

/// So many neighbours among the positions make one row of a signature, which shows the worst of them.
inline constexpr std::size_t signature_positions = 4;

/// The examples of every cause that the model can have, at these positions, in the order of the rows of causes. None
/// where the model does not rotate. Throws Error where validate(config) does.
std::vector<Signature> signatures(const RopeConfig&, std::span<const std::int64_t> positions);

} // namespace ropescope
