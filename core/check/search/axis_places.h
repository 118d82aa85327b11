#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/check/basics/run.h"
#include "core/check/causes/axis_positions.h"

namespace ropescope {

/// Where a kernel may take the tokens to be on one axis. Positions are those of the run, before the config scales them.
struct AxisPlace {
  cause::AxisPositions cause; ///< `axis` is set by whoever takes it
  bool given = false;         ///< as they are
  std::function<double(std::size_t token)> at;
};

/// As given first, then the plainer before the others. `speed`: how many times faster than expected the axis was
/// measured to turn; 0: not known. The run must outlive the result.
std::vector<AxisPlace> axis_places(const KernelRun&, std::int64_t axis, double speed);

/// The tokens of a grid in another order: positions of every axis.
struct TokenOrderChoice {
  cause::AxisPositions cause;
  std::vector<std::vector<double>> positions; ///< [axis][token]
};
std::vector<TokenOrderChoice> token_order_choices(const KernelRun&);

} // namespace ropescope
