#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/causes/halves_exchanged.h"
#include "core/check/causes/heads_wrong.h"
#include "core/check/causes/row_shift.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// The right rows with their components in another order: `from` of component j of the rotated part, n wide.
std::optional<PartFound> reordered(const PartContext& context, bool neighbours) {
  const PairComponents& at = context.layout.at;
  std::vector<std::int64_t> part(at.out_first);
  part.insert(part.end(), at.out_second.begin(), at.out_second.end());
  std::sort(part.begin(), part.end());
  const std::size_t n = part.size();
  const RowSample& sample = context.sample;
  const auto residual = context.whole_by_token([&](std::size_t t, double* to) {
    const double* right = context.rows.data() + sample.row(t, 0);
    std::copy_n(right, sample.rows * sample.width, to);
    for (std::int64_t r = 0; r < sample.rows; ++r, right += sample.width, to += sample.width)
      for (std::size_t k = 0; k < n; ++k) to[part[k]] = right[part[neighbours ? k ^ 1 : (k + n / 2) % n]];
  });
  if (!residual) return std::nullopt;
  return PartFound{{cause::HalvesExchanged{neighbours}}, *residual, nullptr};
}

/// Rows of tokens `by` before those of the sample, as the model's rotation writes them, at their own positions or at
/// those of the sample's tokens. Tokens beyond the run's ends are left as they came out.
class Shifted {
public:
  explicit Shifted(const PartContext& context) : context_(context), run_(context.evidence.run) {}

  /// Right rows in the order of the other of the two axes, heads and tokens.
  std::optional<PartFound> transposed() const {
    const RowShape& shape = run_.shape;
    const bool inside = shape.inner > 1;
    if (run_.heads < 2 || shape.tokens < 2 || (inside && shape.inner != run_.heads)) return std::nullopt;
    const auto source = [&](std::int64_t outer, std::int64_t token, std::int64_t inner) {
      // Where the row lies within its row of the batch, counted along the axes as they are, and then read the other
      // way.
      const std::int64_t head = inside ? inner : outer % run_.heads, batch = inside ? outer : outer / run_.heads;
      const std::int64_t n = inside ? token * run_.heads + head : head * shape.tokens + token;
      const std::int64_t from = inside ? n % shape.tokens : n / run_.heads,
                         of = inside ? n / shape.tokens : n % run_.heads;
      return std::pair{from, inside ? run_.first_number(batch, from, of)
                                    : run_.first_number(batch * run_.heads + of, from, 0)};
    };
    const RowSample& sample = context_.sample;
    const auto residual = context_.whole_by_token([&](std::size_t t, double* to) {
      std::vector<double> x(static_cast<std::size_t>(sample.width));
      for (std::int64_t r = 0; r < sample.rows; ++r, to += sample.width) {
        const auto from = source(r / shape.inner, sample.tokens[t], r % shape.inner);
        for (std::size_t j = 0; j < x.size(); ++j) x[j] = run_.in.number(from.second + static_cast<std::int64_t>(j));
        turn(x, from.first, to);
      }
    });
    if (!residual) return std::nullopt;
    cause::HeadsWrong cause;
    cause.how = "transposed";
    for (std::int64_t h = 0; h < run_.heads; ++h) cause.heads.push_back(run_.first_head + h);
    return PartFound{{cause}, *residual, nullptr};
  }

  std::optional<PartFound> find() const {
    for (const bool here : {false, true})
      for (const std::int64_t by : candidates(here)) {
        throw_if_stopped(context_.evidence.stop);
        const auto predicted = rows(by, here);
        if (!predicted) continue;
        if (const auto residual = context_.whole(*predicted))
          return PartFound{{cause::RowShift{by, here}}, *residual, nullptr};
      }
    return std::nullopt;
  }

private:
  /// The shift by which a row in the middle of the run finds what it holds; nothing where it holds no other.
  std::vector<std::int64_t> candidates(bool here) const {
    const std::size_t t = context_.sample.tokens.size() / 2;
    const std::int64_t token = context_.sample.tokens[t];
    std::vector<std::int64_t> found;
    // Lengths do not change by a rotation, which makes a first test of one number.
    const double* y = context_.sample.out.data() + context_.sample.row(t, 0);
    const double of_out = length(y);
    std::vector<double> x(static_cast<std::size_t>(run_.shape.head_dim));
    for (std::int64_t other = 0; other < run_.shape.tokens && found.size() < 2; ++other) {
      if (other == token) continue;
      const std::int64_t first = run_.first_number(0, other, 0);
      for (std::size_t j = 0; j < x.size(); ++j) x[j] = run_.in.number(first + static_cast<std::int64_t>(j));
      const double expected = length(x.data()) * context_.expected.gain;
      if (std::abs(expected - of_out) > context_.evidence.noise.bound * of_out || of_out == 0) continue;
      if (holds(y, x, here ? token : other)) found.push_back(token - other);
    }
    return found;
  }

  double length(const double* row) const {
    return std::sqrt(std::inner_product(row, row + run_.shape.head_dim, row, 0.0));
  }

  void turn(const std::vector<double>& x, std::int64_t token, double* y) const {
    const PairComponents& at = context_.layout.at;
    std::copy(x.begin(), x.end(), y);
    for (std::size_t i = 0; i < at.in_first.size(); ++i) {
      const std::complex<double> z = context_.expected.multiplier(static_cast<std::size_t>(token), i);
      const double a = x[static_cast<std::size_t>(at.in_first[i])], b = x[static_cast<std::size_t>(at.in_second[i])];
      y[at.out_first[i]] = a * z.real() - b * z.imag();
      y[at.out_second[i]] = b * z.real() + a * z.imag();
    }
  }

  bool holds(const double* y, const std::vector<double>& x, std::int64_t at) const {
    std::vector<double> turned(x.size());
    turn(x, at, turned.data());
    double error = 0;
    for (std::size_t j = 0; j < x.size(); ++j) error += (y[j] - turned[j]) * (y[j] - turned[j]);
    // A first sight alone: the proof is stricter.
    constexpr double near = 0.05;
    return std::sqrt(error) < near * length(y);
  }

  std::optional<std::vector<double>> rows(std::int64_t by, bool here) const {
    const RowSample& sample = context_.sample;
    std::vector<double> predicted = sample.out;
    std::vector<double> x(static_cast<std::size_t>(sample.width));
    std::size_t within = 0;
    for (std::size_t t = 0; t < sample.tokens.size(); ++t) {
      const std::int64_t from = sample.tokens[t] - by;
      if (from < 0 || from >= run_.shape.tokens) continue;
      ++within;
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample.rows); ++r) {
        const std::int64_t first = run_.first_number(static_cast<std::int64_t>(r) / run_.shape.inner, from,
                                                     static_cast<std::int64_t>(r) % run_.shape.inner);
        for (std::size_t j = 0; j < x.size(); ++j) x[j] = run_.in.number(first + static_cast<std::int64_t>(j));
        turn(x, here ? sample.tokens[t] : from, predicted.data() + sample.row(t, r));
      }
    }
    // Most of the run must be within its ends: a shift by all but one row says nothing.
    if (2 * within < sample.tokens.size()) return std::nullopt;
    return predicted;
  }

  const PartContext& context_;
  const KernelRun& run_;
};

/// Whether no group has many more wrong numbers than chance would give it.
bool even(const std::vector<std::int64_t>& counts, std::int64_t all, std::size_t groups) {
  return static_cast<double>(*std::max_element(counts.begin(), counts.end())) <=
         4 * static_cast<double>(all) / static_cast<double>(groups) + 4;
}

/// Whether a group has none where chance would give it many.
bool spared(const std::vector<std::int64_t>& counts, std::int64_t all) {
  const std::int64_t mean = all / static_cast<std::int64_t>(counts.size());
  constexpr std::int64_t many = 15; // e⁻¹⁵: not in a million runs
  return mean >= many && std::find(counts.begin(), counts.end(), 0) != counts.end();
}

} // namespace

std::optional<PartFound> misplaced_rows(const PartContext& context) {
  for (const bool neighbours : {false, true})
    if (auto found = reordered(context, neighbours)) return found;
  const Shifted rows(context);
  if (auto found = rows.transposed()) return found;
  return rows.find();
}

std::optional<Cause> scattered(const RowSample& sample, const RowProof& proof, const PairComponents& at) {
  // More than a tenth of all numbers is no race, and what hits one number in a hundred rows needs rows to be seen.
  constexpr double most = 0.1;
  const double share =
      static_cast<double>(proof.count) / static_cast<double>(std::max<std::size_t>(1, proof.off.size()));
  if (proof.count == 0 || share > most) return std::nullopt;
  std::vector<std::int64_t> by_component(static_cast<std::size_t>(sample.width)),
      by_row(static_cast<std::size_t>(sample.rows)), by_token(sample.tokens.size());
  std::int64_t input = 0, zero = 0, stretches = 0;
  for (std::size_t t = 0; t < sample.tokens.size(); ++t)
    for (std::size_t r = 0; r < by_row.size(); ++r)
      for (std::size_t j = 0; j < by_component.size(); ++j) {
        const std::size_t n = sample.row(t, r) + j;
        if (!proof.off[n]) continue;
        ++by_component[j];
        // Numbers that follow one another are one event: threads write stretches.
        if (j == 0 || !proof.off[n - 1]) {
          ++stretches;
          ++by_row[r];
          ++by_token[t];
        }
        input += sample.out[n] == sample.in[n];
        zero += sample.out[n] == 0;
      }
  // A component that is off in a third of the rows is no chance.
  constexpr double most_of_component = 0.3;
  if (static_cast<double>(*std::max_element(by_component.begin(), by_component.end())) >
      most_of_component * static_cast<double>(by_token.size() * by_row.size()))
    return std::nullopt;
  // Where all that should pass does, chance had the rotated part alone.
  const bool rest_right = std::all_of(at.rest.begin(), at.rest.end(),
                                      [&](std::int64_t j) { return by_component[static_cast<std::size_t>(j)] == 0; });
  const std::size_t components = rest_right ? 2 * at.in_first.size() : by_component.size();
  if (!even(by_component, proof.count, components) || !even(by_row, stretches, by_row.size()) ||
      !even(by_token, stretches, by_token.size()) || spared(by_row, stretches))
    return std::nullopt;
  const bool is_input = static_cast<double>(input) >= thresholds::nearly_all * static_cast<double>(proof.count),
             is_zero = static_cast<double>(zero) >= thresholds::nearly_all * static_cast<double>(proof.count);
  return Cause(cause::ElementsWrong{share, is_input ? "input" : is_zero ? "zero" : "other"});
}

std::optional<PartFound> unwritten_elements(const PartContext& context) {
  const RowSample& sample = context.sample;
  const RowProof& proof = context.proof;
  if (proof.count == 0) return std::nullopt;
  const auto width = static_cast<std::size_t>(sample.width), rows = static_cast<std::size_t>(sample.rows);
  // Of each component, row and token: numbers in which it would show, and those in which it does.
  struct Counts {
    std::vector<double> shown, off;
    explicit Counts(std::size_t n) : shown(n), off(n) {}
    /// Whether no group has a share of its own that chance would not give it.
    bool even(double share) const {
      constexpr double deviations = 6;
      for (std::size_t g = 0; g < shown.size(); ++g)
        if (std::abs(off[g] - share * shown[g]) > deviations * std::sqrt(share * (1 - share) * shown[g]) + 2)
          return false;
      return true;
    }
  };
  Counts by_component(width), by_row(rows), by_token(sample.tokens.size());
  double shown = 0, off = 0;
  for (const bool zero : {false, true}) {
    if (std::any_of(proof.off.begin(), proof.off.end(), [&, n = std::size_t{0}](std::uint8_t is_off) mutable {
          const std::size_t at = n++;
          return is_off && sample.out[at] != (zero ? 0 : sample.in[at]);
        }))
      continue;
    for (std::size_t t = 0; t < sample.tokens.size(); ++t)
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t j = 0; j < width; ++j) {
          const std::size_t n = sample.row(t, r) + j;
          const double unwritten = zero ? 0 : sample.in[n], right = context.rows[n];
          // Where the right number is plainly another.
          if (std::abs(unwritten - right) < 4 * context.evidence.noise.bound * std::abs(right) + thresholds::nothing)
            continue;
          const double is_off = sample.out[n] == unwritten;
          for (Counts* counts : {&by_component, &by_row, &by_token}) {
            const std::size_t g = counts == &by_component ? j : counts == &by_row ? r : t;
            counts->shown[g] += 1;
            counts->off[g] += is_off;
          }
          shown += 1;
          off += is_off;
        }
    const double share = off / std::max(shown, 1.0);
    // Components that are so in every row or in none are no chance, however few rows there are.
    constexpr double told = 4;
    const auto always = [&](double told_in, double off_in) { return told_in >= told && off_in == told_in; };
    std::size_t throughout = 0;
    for (std::size_t j = 0; j < width; ++j) throughout += always(by_component.shown[j], by_component.off[j]);
    if (2 * static_cast<double>(throughout) > share * static_cast<double>(width)) return std::nullopt;
    // All of them were never rotated, and a few are told by scattered numbers.
    constexpr double most = 0.98, least = 0.1;
    if (share > most || share < least || !by_component.even(share) || !by_row.even(share) || !by_token.even(share))
      return std::nullopt;
    double error = 0, energy = 0; // of the others
    for (std::size_t n = 0; n < sample.out.size(); ++n) {
      if (proof.off[n]) continue;
      error += std::pow(sample.out[n] - context.rows[n], 2);
      energy += context.rows[n] * context.rows[n];
    }
    return PartFound{{cause::ElementsWrong{share, zero ? "zero" : "input", 0, {}}},
                     std::sqrt(error / std::max(energy, thresholds::nothing)),
                     nullptr};
  }
  return std::nullopt;
}

std::optional<PartFound> wrong_elements(const PartContext& context) {
  const auto found = scattered(context.sample, context.proof, context.layout.at);
  if (!found) return std::nullopt;
  return PartFound{{*found}, context.proof.residual, nullptr};
}

} // namespace ropescope
