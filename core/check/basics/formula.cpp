#include "core/check/basics/formula.h"

#include <algorithm>

#include "core/number_format.h"
#include "core/rope/spectrum.h"

namespace ropescope {

void Formula::turn(std::span<const double> in, double at, std::int64_t head, std::span<double> out) const {
  // Written out in double and by component, so that nothing here shares code with what is checked.
  std::copy(in.begin(), in.end(), out.begin());
  const auto stored = [&](double x) {
    return bfloat16 ? static_cast<double>(rounded(NumberFormat::bfloat16, static_cast<float>(x))) : x;
  };
  const auto component = [&](std::int64_t j) { return in[static_cast<std::size_t>(j)]; };
  const auto angle = [&](std::int64_t j, std::int64_t pair) {
    const std::int64_t of = angle_of ? angle_of(j) : pair;
    return position(at, of, head) * theta[static_cast<std::size_t>(of)];
  };
  // A row that the kernel leaves out passes as it is.
  const bool turns = !rotates || rotates(at, head);
  for (std::int64_t i = 0; turns && i < static_cast<std::int64_t>(theta.size()); ++i) {
    const std::int64_t a = index.in_first(i), b = index.in_second(i);
    // The two components of a pair have one angle, unless the table is laid out for another pairing.
    const double of_a = angle(a, i), of_b = angle(b, i), x = component(a), y = component(b);
    out[static_cast<std::size_t>(index.out_first(i))] = stored(gain * (x * cosine(of_a) - y * sine(of_a)));
    out[static_cast<std::size_t>(index.out_second(i))] = stored(gain * (y * cosine(of_b) + x * sine(of_b)));
  }
  if (after) after(at, out);
}

ExampleModel::ExampleModel(const RopeConfig& rope, double length) : rope_(rope), length_(length) {
  right_ = formula(rope_);
}

Formula ExampleModel::formula(const RopeConfig& rope, PairLayout layout) const {
  const Spectrum spectrum = make_spectrum(rope, length_);
  layout.offset = 0; // rows are the rotated head alone
  Formula f;
  for (const double theta : spectrum.inv_freq) f.theta.push_back(theta * layout.direction);
  f.gain = spectrum.attention_factor;
  f.index = pair_index(layout, rope_.layout.head_dim, spectrum.pairs());
  return f;
}

} // namespace ropescope
