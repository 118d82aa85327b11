#pragma once
#include <string>
#include <string_view>

namespace ropescope {

/// "65 536"; with decimals "1 024.5"; a true minus sign.
std::string grouped(double value, int decimals = 0);

/// A text out of a file for a sentence: in quotes, at most 60 bytes of it, without the control characters that would
/// reach a terminal.
std::string in_quotes(std::string_view text);

} // namespace ropescope
