#pragma once
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/io/config_json.h"
#include "core/rope/engine.h"

namespace ropescope::test {

/// Runs `check` on every .json file of one golden folder, which must hold at least one. A file that throws fails
/// by its name.
void for_each_golden(const std::string& folder, const std::function<void(const nlohmann::json&)>& check);

/// A file of golden/apply as our own types.
struct ApplyCase {
  RopeConfig rope;
  Spectrum spectrum;
  Positions positions;
  std::vector<std::uint8_t> axes;
  RowShape shape;
  std::vector<double> q, expected; ///< [tokens][head_dim]; expected: out.float64
  double greatest = 0;             ///< max |q|

  Rotation rotation() const { return {spectrum.turns, spectrum.attention_factor, rope.layout, axes, positions}; }
};

/// Throws Error where the file asks for something that we do not know.
ApplyCase apply_case(const nlohmann::json&);

/// Greatest |a − b|.
template <typename T>
double greatest_difference(const std::vector<T>& a, const std::vector<double>& b) {
  double greatest = 0;
  for (std::size_t i = 0; i < b.size(); ++i)
    greatest = std::max(greatest, std::abs(static_cast<double>(a.at(i)) - b[i]));
  return greatest;
}

} // namespace ropescope::test
