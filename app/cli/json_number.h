#pragma once
#include <span>
#include <string>
#include <string_view>

namespace ropescope::cli {

/// A number as JSON, with 17 significant digits: as many as give the same double back when they are read. JSON has
/// neither infinity nor NaN: throws Error, in which `what` names the number, where it is not finite.
std::string json_number(double, std::string_view what);

/// [number, number, …], each as json_number, a few in a line. Throws Error as it does.
std::string json_list(std::span<const double>, std::string_view what);

} // namespace ropescope::cli
