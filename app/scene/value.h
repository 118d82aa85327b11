#pragma once
#include <string>
#include <variant>
#include <vector>

namespace ropescope {

/// What a Property holds: nothing (it follows from the rest), a switch, a number, words, numbers, or several words.
/// A word of a choice and one that a person types are both a string.
using Value = std::variant<std::monostate, bool, double, std::string, std::vector<double>, std::vector<std::string>>;

inline bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

} // namespace ropescope
