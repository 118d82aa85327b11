#pragma once
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/config/config_json.h"
#include "core/rope/engine.h"
#include "core/rope/ggml.h"
#include "core/rope/recipe.h"

namespace ropescope::test {

using Json = nlohmann::json;

/// Runs `check` on every .json file of one golden folder. A file that throws fails by its name. Our own folders must
/// not be empty; a folder named by ROPESCOPE_GOLDEN may lack some of them, but not all.
void for_each_golden(const std::string& folder, const std::function<void(const Json&)>& check);

/// The same on every instruction set that this processor has.
void for_each_golden_everywhere(const std::string& folder, const std::function<void(const Json&)>& check);

/// Every number of nested lists, in order.
std::vector<double> flat(const Json& lists);
std::vector<float> flat_floats(const Json& lists);

/// A file of golden/apply, te or ggml as our own types.
struct RotationCase {
  RopeConfig rope;
  std::string model_type; ///< of a file that has a config
  double seq_len = 1;
  Spectrum spectrum;
  Positions positions;
  std::vector<std::uint8_t> axes;
  RowShape shape;
  std::vector<double> q; ///< [tokens][inner][head_dim]
  double greatest = 0;   ///< max |q|

  Rotation rotation() const { return {spectrum.turns, spectrum.attention_factor, rope.layout.pairs, axes, positions}; }
};

/// Throws Error where the file asks for something that we do not know.
RotationCase apply_case(const Json&);
RotationCase te_case(const Json&);
RotationCase ggml_case(const Json&);
GgmlRope ggml_rope(const Json&);

/// The rows turned by a recipe in rows of a format (float32 or less), on an engine.
std::vector<float> turned(Engine&, const RotationCase&, const Recipe&, NumberFormat row);

/// Greatest |a − b|.
template <typename T>
double greatest_difference(const std::vector<T>& a, const std::vector<double>& b) {
  double greatest = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    greatest = std::max(greatest, std::abs(static_cast<double>(a[i]) - b[i]));
  return greatest;
}

/// Greatest |a − b| / |b|, absolute where b is 0.
double greatest_relative_difference(const std::vector<double>& a, const std::vector<double>& b);

/// How many numbers differ.
std::size_t differing(const std::vector<float>& a, const std::vector<float>& b);

} // namespace ropescope::test
