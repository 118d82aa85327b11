#include "app/scene/signatures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include <fmt/format.h>

#include "core/number_format.h"
#include "core/rope/spectrum.h"
#include "core/text.h"

namespace ropescope {

namespace {

constexpr std::size_t of_a_row = signature_positions;
constexpr std::int64_t heads = 3; // rows over which errors are averaged

/// A kernel as a formula.
struct Formula {
  std::vector<double> theta; ///< rad/token
  PairIndex index;
  double gain = 1;
  std::function<double(double)> position = [](double p) { return p; };
  std::function<double(double)> cosine = [](double a) { return std::cos(a); };
  std::function<double(double)> sine = [](double a) { return std::sin(a); };
  std::function<std::int64_t(std::int64_t)> angle_of = nullptr; ///< which pair's angle a component takes
  bool bfloat16 = false;                                        ///< rows and result

  double stored(double x) const {
    return bfloat16 ? static_cast<double>(rounded(NumberFormat::bfloat16, static_cast<float>(x))) : x;
  }
  void turn(std::span<const double> in, double p, std::span<double> out) const;
};

void Formula::turn(std::span<const double> in, double p, std::span<double> out) const {
  std::copy(in.begin(), in.end(), out.begin());
  const auto component = [&](std::int64_t j) { return in[static_cast<std::size_t>(j)]; };
  const auto angle = [&](std::int64_t j, std::int64_t pair) {
    return position(p) * theta[static_cast<std::size_t>(angle_of ? angle_of(j) : pair)];
  };
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(theta.size()); ++i) {
    const std::int64_t a = index.in_first(i), b = index.in_second(i);
    const double of_a = angle(a, i), of_b = angle(b, i), x = component(a), y = component(b);
    out[static_cast<std::size_t>(index.out_first(i))] = stored(gain * (x * cosine(of_a) - y * sine(of_a)));
    out[static_cast<std::size_t>(index.out_second(i))] = stored(gain * (y * cosine(of_b) + x * sine(of_b)));
  }
}

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

class Gallery {
public:
  Gallery(const RopeConfig& rope, std::span<const std::int64_t> positions)
      : rope_(rope), positions_(positions.begin(), positions.end()), rows_(rows_of(rope.layout.head_dim)) {
    length_ = static_cast<double>(positions_.empty() ? 1 : positions_.back() + 1);
    right_ = formula(rope, rope.layout.pairs);
  }

  Formula right() const { return right_; }
  Formula formula(const RopeConfig& rope, PairLayout layout) const {
    const Spectrum spectrum = make_spectrum(rope, length_);
    layout.offset = 0;
    Formula f;
    for (const double theta : spectrum.inv_freq) f.theta.push_back(theta * layout.direction);
    f.gain = spectrum.attention_factor;
    f.index = pair_index(layout, rope_.layout.head_dim, spectrum.pairs());
    return f;
  }

  void add(std::string name, std::string sign, const Formula& bug) {
    const auto width = static_cast<std::size_t>(rope_.layout.head_dim), pairs = right_.theta.size();
    std::vector<double> expected(width), out(width);
    std::vector<float> errors, row(pairs);
    for (std::size_t n = 0; n < positions_.size(); ++n) {
      const std::int64_t p = positions_[n];
      std::vector<double> squares(pairs);
      for (std::size_t h = 0; h < static_cast<std::size_t>(heads); ++h) {
        const std::span<const double> in(rows_.data() + h * width, width);
        right_.turn(in, static_cast<double>(p), expected);
        bug.turn(in, static_cast<double>(p), out);
        for (std::size_t i = 0; i < pairs; ++i)
          for (const std::int64_t j : {right_.index.out_first(static_cast<std::int64_t>(i)),
                                       right_.index.out_second(static_cast<std::int64_t>(i))}) {
            const double error = out[static_cast<std::size_t>(j)] - expected[static_cast<std::size_t>(j)];
            squares[i] += error * error;
          }
      }
      for (std::size_t i = 0; i < pairs; ++i)
        row[i] = std::max(row[i], static_cast<float>(std::sqrt(squares[i] / static_cast<double>(2 * heads))));
      if ((n + 1) % of_a_row != 0 && n + 1 != positions_.size()) continue;
      errors.insert(errors.end(), row.begin(), row.end());
      std::fill(row.begin(), row.end(), 0.0f);
    }
    all.push_back({std::move(name), std::move(sign), ErrorMap(std::move(errors), static_cast<std::int64_t>(pairs))});
  }

  double length() const { return length_; }
  std::vector<Signature> all;

private:
  const RopeConfig& rope_;
  std::vector<std::int64_t> positions_;
  std::vector<double> rows_;
  double length_ = 1;
  Formula right_;
};

void add_pairings(Gallery& gallery, const RopeConfig& rope) {
  const bool half = rope.layout.pairs.pairing == Pairing::half;
  PairLayout other = rope.layout.pairs;
  other.pairing = other.output = half ? Pairing::interleaved : Pairing::half;
  gallery.add(half ? "interleaved pairs" : "half-split pairs", "all but row 0", gallery.formula(rope, other));
  Formula mixed = gallery.right();
  const auto pairs = static_cast<std::int64_t>(mixed.theta.size());
  mixed.angle_of = [half, pairs](std::int64_t j) { return half ? j / 2 % pairs : j % pairs; };
  gallery.add("angle table mixed up", "slow pairs too", mixed);
  PairLayout permuted = rope.layout.pairs;
  permuted.output = half ? Pairing::interleaved : Pairing::half;
  gallery.add("output permuted", "flat, row 0 too", gallery.formula(rope, permuted));
}

void add_positions(Gallery& gallery) {
  Formula bug = gallery.right();
  bug.position = [](double p) { return p + 1; };
  gallery.add("position + 1", "alike in every row", bug);
  bug.position = [](double) { return 0.0; };
  gallery.add("not rotated", "grows pair by pair", bug);
  bug.position = [](double p) { return -p; };
  gallery.add("opposite angle", "the same, twice as fast", bug);
  const double half = std::floor(gallery.length() / 2);
  bug.position = [half](double p) { return std::min(p, half - 1); };
  gallery.add("table ends half-way", "nothing, then a step", bug);
  bug.position = [](double p) { return static_cast<double>(rounded(NumberFormat::bfloat16, static_cast<float>(p))); };
  gallery.add("bfloat16 positions", "right to 256", bug);
}

void add_frequencies(Gallery& gallery, const RopeConfig& rope) {
  RopeConfig other = rope;
  other.base = rope.base == 10000 ? 500000 : 10000;
  gallery.add(fmt::format("base {}", grouped(other.base)), "pair 0 is always right",
              gallery.formula(other, rope.layout.pairs));
  const bool scaled = rope.scaling.rope_type != RopeType::standard && rope.scaling.rope_type != RopeType::proportional;
  if (const auto plain = scaled ? with_scheme(rope, RopeType::standard, 1) : std::nullopt) {
    Formula bug = gallery.formula(*plain, rope.layout.pairs);
    bug.gain = gallery.right().gain;
    gallery.add("scaling ignored",
                rope.scaling.rope_type == RopeType::linear ? "fast pairs first" : "fast pairs are right", bug);
  }
  Formula bug = gallery.right();
  for (double& theta : bug.theta)
    theta = static_cast<double>(rounded(NumberFormat::bfloat16, static_cast<float>(theta)));
  gallery.add("bfloat16 θ", "pairs at random", bug);
}

void add_amplitudes(Gallery& gallery) {
  Formula bug = gallery.right();
  if (bug.gain != 1) {
    bug.gain = 1;
    gallery.add("amplitude missing", "flat, row 0 too", bug);
    bug = gallery.right();
  }
  bug.sine = [](double) { return 0.0; };
  gallery.add("sine missing", "not rotated, by half", bug);
  bug = gallery.right();
  std::swap(bug.sine, bug.cosine);
  gallery.add("sin, cos swapped", "all, row 0 too", bug);
  bug = gallery.right();
  bug.bfloat16 = true;
  gallery.add("right, in bfloat16", "faint and flat", bug);
}

} // namespace

std::vector<Signature> signatures(const RopeConfig& rope, std::span<const std::int64_t> positions) {
  if (!rope.rotates || positions.empty() || rope.layout.rotary_dim % 2 != 0) return {};
  Gallery gallery(rope, positions);
  add_positions(gallery);
  add_pairings(gallery, rope);
  add_frequencies(gallery, rope);
  add_amplitudes(gallery);
  return std::move(gallery.all);
}

} // namespace ropescope
