#pragma once
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/array.h"
#include "core/check/checked_files.h"
#include "core/error.h"

namespace ropescope::test {

struct PlainRows {
  Array in, out;
};

/// Random rows of an array of those extents and head_dim, turned in halves by plain formulas with base 10 000: pair i
/// of the row at `at` (an index along each axis) by the angle of `position(at, i)`.
inline PlainRows
plain_rows(const std::vector<std::int64_t>& extents, std::int64_t head_dim,
           const std::function<double(const std::vector<std::int64_t>& at, std::int64_t pair)>& position,
           unsigned seed = 7) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  PlainRows rows;
  rows.in.shape = extents;
  rows.in.shape.push_back(head_dim);
  rows.out.shape = rows.in.shape;
  const std::int64_t count = rows.in.size() / head_dim, pairs = head_dim / 2;
  rows.in.floats.resize(static_cast<std::size_t>(count * head_dim));
  for (float& number : rows.in.floats) number = normal(random);
  rows.out.floats = rows.in.floats;
  std::vector<std::int64_t> at(extents.size());
  for (std::int64_t row = 0; row < count; ++row) {
    std::int64_t rest = row;
    for (std::size_t axis = extents.size(); axis-- > 0; rest /= extents[axis]) at[axis] = rest % extents[axis];
    float* y = rows.out.floats.data() + row * head_dim;
    for (std::int64_t i = 0; i < pairs; ++i) {
      const double angle = position(at, i) * std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(pairs)),
                   c = std::cos(angle), s = std::sin(angle), a = y[i], b = y[i + pairs];
      y[i] = static_cast<float>(a * c - b * s);
      y[i + pairs] = static_cast<float>(b * c + a * s);
    }
  }
  return rows;
}

/// What check_files() says of a kernel's files.
struct Judged {
  std::string verdict;         ///< "asked" where the axis must be given, "refused"
  std::string cause, sentence; ///< the sentence also of a question and of a refusal
  std::int64_t axis = -1;      ///< of the tokens
};

/// Of a model with base 10 000 and so many heads of queries and of keys.
inline Judged judge_files(const KernelFiles& files, std::int64_t head_dim, std::vector<std::int64_t> head_counts) {
  Model model;
  model.head_counts = std::move(head_counts);
  LayerRope layer;
  layer.config.layout.head_dim = layer.config.layout.rotary_dim = head_dim;
  model.layers = {layer};
  try {
    const auto checked = check_files(files, model, layer);
    const Finding& finding = checked->finding;
    return {std::string(verdict_name(finding.verdict)), std::string(finding.causes.front().name()), finding.sentence,
            checked->run.token_axis.value_or(-1)};
  } catch (const AmbiguousTokenAxis& error) {
    return {"asked", "", error.what()};
  } catch (const Error& error) {
    return {"refused", "", error.what()};
  }
}

} // namespace ropescope::test
