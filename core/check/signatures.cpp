#include "core/check/signatures.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "core/check/causes/all.h"
#include "core/number_format.h"

namespace ropescope {

namespace {

constexpr std::int64_t heads = 3; // rows over which errors are averaged

/// Random rows of RMS 1, the same every time.
std::vector<double> rows_of(std::int64_t width) {
  std::mt19937 random(7);
  std::vector<double> rows;
  for (std::int64_t i = 0; i < heads * width; ++i) {
    double sum = 0; // nearly normal, and alike on every standard library
    for (int k = 0; k < 4; ++k) sum += static_cast<double>(random()) / 4294967295.0 - 0.5;
    rows.push_back(static_cast<double>(rounded(NumberFormat::bfloat16, static_cast<float>(sum * std::sqrt(3.0)))));
  }
  return rows;
}

/// RMS over the heads of what a kernel is off at a position, per pair of the right one.
std::vector<float> errors_at(double position, const Formula& kernel, const Formula& right,
                             std::span<const double> rows) {
  const std::size_t width = rows.size() / static_cast<std::size_t>(heads), pairs = right.theta.size();
  std::vector<double> expected(width), out(width), squares(pairs);
  for (std::int64_t h = 0; h < heads; ++h) {
    const std::span<const double> in = rows.subspan(static_cast<std::size_t>(h) * width, width);
    right.turn(in, position, h, expected);
    kernel.turn(in, position, h, out);
    for (std::size_t i = 0; i < pairs; ++i)
      for (const std::int64_t j : {right.index.out_first(static_cast<std::int64_t>(i)),
                                   right.index.out_second(static_cast<std::int64_t>(i))}) {
        const double error = out[static_cast<std::size_t>(j)] - expected[static_cast<std::size_t>(j)];
        squares[i] += error * error;
      }
  }
  std::vector<float> errors;
  for (const double square : squares)
    errors.push_back(static_cast<float>(std::sqrt(square / static_cast<double>(2 * heads))));
  return errors;
}

ErrorMap errors_of(const Example& example, const ExampleModel& model, std::span<const std::int64_t> positions,
                   std::span<const double> rows) {
  const Formula& right = example.right ? *example.right : model.right();
  const std::size_t pairs = right.theta.size();
  std::vector<float> errors, worst(pairs);
  for (std::size_t n = 0; n < positions.size(); ++n) {
    const std::vector<float> here = errors_at(static_cast<double>(positions[n]), *example.kernel, right, rows);
    for (std::size_t i = 0; i < pairs; ++i)
      // Several neighbouring positions are shown by their worst: fast pairs may be right at one position by chance. So
      // written that NaN is the worst of all.
      if (!(here[i] <= worst[i])) worst[i] = here[i];
    // Until signature_positions of them are joined, or none is left, the row of the picture is not done.
    if ((n + 1) % signature_positions != 0 && n + 1 != positions.size()) continue;
    errors.insert(errors.end(), worst.begin(), worst.end());
    std::fill(worst.begin(), worst.end(), 0.0f);
  }
  return {std::move(errors), static_cast<std::int64_t>(pairs)};
}

} // namespace

std::vector<Signature> signatures(const RopeConfig& rope, std::span<const std::int64_t> positions) {
  if (!rope.rotates || positions.empty() || rope.layout.rotary_dim % 2 != 0) return {};
  // The length decides what schemes that grow with it do.
  const ExampleModel model(rope, static_cast<double>(*std::max_element(positions.begin(), positions.end()) + 1));
  const std::vector<double> rows = rows_of(rope.layout.head_dim);
  std::vector<Signature> all;
  for (const CauseRow& row : cause_rows())
    for (const Example& example : row.examples(model))
      if (example.kernel)
        all.push_back({row.name, example.title, example.mark, errors_of(example, model, positions, rows)});
  return all;
}

} // namespace ropescope
