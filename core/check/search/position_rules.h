#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/check/basics/run.h"

namespace ropescope {

/// A rule by which a kernel may have come by the positions of its rows.
struct PositionRule {
  std::string words; ///< after "at": "p·(T − p), with T = 40"; empty: scale × position + offset
  double scale = 1, offset = 0;
  std::vector<double> positions;          ///< of every token of the run
  std::optional<std::int64_t> row_number; ///< the rule is row number + this
};

/// The first rule, simplest first, that yields what was seen of every visible token, within `slack` tokens; of one axis
/// of the positions. Nothing where none does.
std::optional<PositionRule> find_position_rule(const KernelRun&, std::int64_t axis, std::span<const double> seen,
                                               std::span<const std::uint8_t> visible, double slack);

} // namespace ropescope
