#pragma once
#include <string>

namespace ropescope {

/// "65 536"; with decimals "1 024.5"; a true minus sign.
std::string grouped(double value, int decimals = 0);

} // namespace ropescope
