#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/components_wrong.h"
#include "core/check/causes/constant_added.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/causes/heads_wrong.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/evidence/median.h"
#include "core/check/search/parts.h"
#include "core/check/search/search.h"
#include "core/parallel.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

constexpr std::int64_t nowhere = -1;

/// Rows that lie elsewhere, were never written or have a constant added, beside another mistake: each hides the other.
/// What no rotation changes (the lengths of pairs, numbers that are the input's, what heads differ by) tells of the
/// rows without it; a run in which that is healed shows the other mistake, and under that the rows are looked at again.
class BesideRows {
public:
  explicit BesideRows(const PartContext& context)
      : context_(context), run_(context.evidence.run), sample_(context.sample),
        rows_(static_cast<std::size_t>(sample_.rows)), pairs_(static_cast<std::size_t>(context.layout.at.pairs())),
        in_(lengths(sample_.in, context.layout.at.in_first, context.layout.at.in_second)),
        out_(lengths(sample_.out, context.layout.at.out_first, context.layout.at.out_second)) {}

  std::optional<PartFound> find() const {
    if (auto found = under(without_unwritten(), nullptr)) return found;
    if (auto found = under(without_numbers(), nullptr)) return found;
    if (const auto head = heads_from())
      return under(from_rows([&](std::int64_t t, std::int64_t r) {
                     return std::pair{t, (*head)[static_cast<std::size_t>(r)]};
                   }),
                   nullptr);
    if (const auto token = tokens_from()) {
      // Written elsewhere, and turned where it was read; or read elsewhere.
      std::vector<std::int64_t> written(token->size(), nowhere);
      for (std::size_t t = 0; t < token->size(); ++t)
        if ((*token)[t] != nowhere) written[static_cast<std::size_t>((*token)[t])] = static_cast<std::int64_t>(t);
      if (auto found = under(by_tokens(written, false), nullptr)) return found;
      if (auto found = under(by_tokens(*token, true), nullptr)) return found;
    }
    return under(without_means(), &context_.evidence.noise);
  }

private:
  /// Of each pair of each row of the sample.
  std::vector<double> lengths(const std::vector<double>& numbers, const std::vector<std::int64_t>& first,
                              const std::vector<std::int64_t>& second) const {
    std::vector<double> of(sample_.tokens.size() * rows_ * pairs_);
    in_parallel(sample_.tokens.size(), 0, [&](std::size_t t) {
      double* to = of.data() + t * rows_ * pairs_;
      for (std::size_t r = 0; r < rows_; ++r, to += pairs_) {
        const double* x = numbers.data() + sample_.row(t, r);
        // Not hypot, at a tenth of its cost: rows' squares were summed before.
        for (std::size_t i = 0; i < pairs_; ++i)
          to[i] = std::sqrt(x[first[i]] * x[first[i]] + x[second[i]] * x[second[i]]);
      }
    });
    return of;
  }

  /// Whether the pairs of a row of the output are as long as those of a row of the input, but for one gain.
  bool as_long(std::size_t t_out, std::size_t r_out, std::size_t t_in, std::size_t r_in) const {
    const double *y = out_.data() + (t_out * rows_ + r_out) * pairs_, *x = in_.data() + (t_in * rows_ + r_in) * pairs_;
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < pairs_; ++i) {
      xx += x[i] * x[i];
      yy += y[i] * y[i];
      xy += x[i] * y[i];
    }
    // Three roundings of rows, of which the lengths of other rows are far off.
    constexpr double roundings = 3;
    return xx > 0 && yy > 0 && yy - xy * xy / xx < std::pow(roundings * context_.evidence.noise.rms, 2) * yy;
  }

  /// Per row of a token, the row of the same token that it holds; nothing where each holds its own or one none.
  std::optional<std::vector<std::int64_t>> heads_from() const {
    constexpr std::size_t asked = 4;
    if (rows_ < 2) return std::nullopt;
    std::vector<std::int64_t> from(rows_, nowhere);
    const std::size_t step = std::max<std::size_t>(1, sample_.tokens.size() / asked);
    bool moved = false;
    for (std::size_t r = 0; r < rows_; ++r) {
      for (std::size_t n = 0; n < rows_ && from[r] == nowhere; ++n) {
        const std::size_t source = (r + n) % rows_; // its own first
        bool all = true, any = false;
        for (std::size_t t = 0; t < sample_.tokens.size() && all; t += step) {
          const bool zero = std::all_of(out_.data() + (t * rows_ + r) * pairs_,
                                        out_.data() + (t * rows_ + r + 1) * pairs_, [](double y) { return y == 0; });
          all = zero || as_long(t, r, t, source);
          any |= !zero;
        }
        if (all && any) from[r] = static_cast<std::int64_t>(source);
      }
      if (from[r] == nowhere) return std::nullopt;
      moved |= from[r] != static_cast<std::int64_t>(r);
    }
    return moved ? std::optional(from) : std::nullopt;
  }

  /// Per token of the run, the token whose row it holds, by the rows of one head; nothing where most hold their own.
  std::optional<std::vector<std::int64_t>> tokens_from() const {
    constexpr std::int64_t most_tokens = std::int64_t{1} << 16;
    const std::int64_t tokens = run_.shape.tokens;
    if (tokens < 8 || tokens > most_tokens) return std::nullopt;
    // Whether some rows of the sample hold another row at all.
    std::size_t own = 0;
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t) own += as_long(t, 0, t, 0);
    if (2 * own > sample_.tokens.size()) return std::nullopt;
    std::vector<std::int64_t> all(static_cast<std::size_t>(tokens));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    RowFilter first(rows_, 0);
    first[0] = 1;
    const Reduced of_head = reduce(run_, context_.layout.at, all, first);
    std::vector<std::pair<double, std::int64_t>> energies;
    const auto energy = [&](std::size_t t, bool in) {
      double sum = 0;
      for (std::size_t i = 0; i < pairs_; ++i) sum += in ? of_head.of(t)[i].in : of_head.of(t)[i].out;
      return sum;
    };
    for (std::size_t t = 0; t < all.size(); ++t) energies.emplace_back(energy(t, true), all[t]);
    std::sort(energies.begin(), energies.end());
    const double slack = 4 * context_.evidence.noise.rms;
    std::vector<std::int64_t> from(all.size(), nowhere);
    std::size_t found = 0, elsewhere = 0;
    for (std::size_t t = 0; t < all.size(); ++t) {
      const double length = energy(t, false);
      if (!(length > 0)) continue;
      auto like = std::lower_bound(energies.begin(), energies.end(), std::pair(length * (1 - slack), nowhere));
      for (; like != energies.end() && like->first <= length * (1 + slack) && from[t] == nowhere; ++like) {
        double error = 0;
        const PairSums *in = of_head.of(static_cast<std::size_t>(like->second)), *out = of_head.of(t);
        for (std::size_t i = 0; i < pairs_; ++i) error += std::pow(std::sqrt(in[i].in) - std::sqrt(out[i].out), 2);
        if (error < slack * slack * length) from[t] = like->second;
      }
      found += from[t] != nowhere;
      elsewhere += from[t] != nowhere && from[t] != all[t];
    }
    const bool most = static_cast<double>(found) > thresholds::mostly * static_cast<double>(all.size());
    return most && 2 * elsewhere > found ? std::optional(from) : std::nullopt;
  }

  /// Of a token, those that a healed run has.
  std::vector<std::int64_t> chosen_rows() const {
    constexpr std::size_t most = 8;
    std::vector<std::int64_t> chosen;
    const std::size_t step = (rows_ + most - 1) / most;
    for (std::size_t r = 0; r < rows_; r += step) chosen.push_back(static_cast<std::int64_t>(r));
    return chosen;
  }

  /// The sum of what count(token, row of the token) says of the rows that a healed run would have: most runs show by it
  /// that there is nothing to heal, before one is made.
  template <typename Count>
  std::int64_t sum_of_rows(Count count) const {
    const std::vector<std::int64_t> chosen = chosen_rows();
    std::vector<std::int64_t> sums(static_cast<std::size_t>(run_.shape.tokens));
    in_parallel(sums.size(), 0, [&](std::size_t t) {
      for (const std::int64_t r : chosen) sums[t] += count(static_cast<std::int64_t>(t), r);
    });
    return std::accumulate(sums.begin(), sums.end(), std::int64_t{0});
  }

  /// A run of some rows of every token, filled by fill(run, token, row of the token, first number of the row in
  /// that run).
  template <typename Fill>
  KernelRun some_rows(Fill fill) const {
    const std::vector<std::int64_t> chosen = chosen_rows();
    KernelRun few = without_rows(run_);
    few.shape = {static_cast<std::int64_t>(chosen.size()), run_.shape.tokens, 1, run_.shape.head_dim};
    few.heads = few.shape.outer;
    const auto size = static_cast<std::size_t>(few.shape.rows() * few.shape.head_dim);
    for (auto [from, to] : {std::pair{&run_.in, &few.in}, std::pair{&run_.out, &few.out}}) {
      to->dtype = from->dtype;
      to->shape = {few.shape.outer, few.shape.tokens, few.shape.head_dim};
      from->dtype == NumberFormat::float64 ? to->doubles.resize(size) : to->floats.resize(size);
    }
    for (std::size_t n = 0; n < chosen.size(); ++n)
      for (std::int64_t t = 0; t < run_.shape.tokens; ++t)
        fill(few, t, chosen[n], (static_cast<std::int64_t>(n) * run_.shape.tokens + t) * run_.shape.head_dim);
    return few;
  }

  std::int64_t first_number(std::int64_t token, std::int64_t row) const {
    return run_.first_number(row / run_.shape.inner, token, row % run_.shape.inner);
  }
  void copy(const Array& from, std::int64_t first, Array& to, std::int64_t at) const {
    for (std::int64_t j = 0; j < run_.shape.head_dim; ++j) set(to, at + j, from.number(first + j));
  }
  static void set(Array& array, std::int64_t at, double number) {
    array.dtype == NumberFormat::float64 ? array.doubles[static_cast<std::size_t>(at)] = number
                                         : array.floats[static_cast<std::size_t>(at)] = static_cast<float>(number);
  }

  /// Every row beside the input of the row that it holds.
  template <typename Source>
  std::optional<KernelRun> from_rows(Source source) const {
    return some_rows([&](KernelRun& few, std::int64_t t, std::int64_t r, std::int64_t at) {
      const auto [token, row] = source(t, r);
      copy(run_.in, first_number(token, row), few.in, at);
      copy(run_.out, first_number(t, r), few.out, at);
    });
  }

  /// `from`: per token, the one whose input (`input`) or output it is put beside; zeros where there is none.
  std::optional<KernelRun> by_tokens(const std::vector<std::int64_t>& from, bool input) const {
    return some_rows([&](KernelRun& few, std::int64_t t, std::int64_t r, std::int64_t at) {
      const std::int64_t other = from[static_cast<std::size_t>(t)];
      if (other == nowhere) return;
      copy(run_.in, first_number(input ? other : t, r), few.in, at);
      copy(run_.out, first_number(input ? t : other, r), few.out, at);
    });
  }

  /// Zeros, which tell nothing, where rows are the input's or zeros.
  std::optional<KernelRun> without_unwritten() const {
    const auto unwritten = [&](std::int64_t first) {
      bool zero = true, same = true;
      for (std::int64_t n = first; n < first + run_.shape.head_dim && (zero || same); ++n) {
        zero &= run_.out.number(n) == 0;
        same &= run_.out.number(n) == run_.in.number(n);
      }
      return zero || same;
    };
    // A row that does not turn is the input's however it is turned.
    const std::int64_t all = sum_of_rows([&](std::int64_t t, std::int64_t) { return is_turned(run_, t); });
    const std::int64_t left = sum_of_rows(
        [&](std::int64_t t, std::int64_t r) { return is_turned(run_, t) && !unwritten(first_number(t, r)); });
    if (left == all || left <= all / 10) return std::nullopt;
    return some_rows([&](KernelRun& healed, std::int64_t t, std::int64_t r, std::int64_t at) {
      const std::int64_t first = first_number(t, r);
      if (unwritten(first)) return;
      copy(run_.in, first, healed.in, at);
      copy(run_.out, first, healed.out, at);
    });
  }

  /// Zeros where a pair of a row has a number that is the input's, or 0, in a few pairs here and there.
  std::optional<KernelRun> without_numbers() const {
    const PairComponents& at = context_.layout.at;
    if (at.in_first != at.out_first || at.in_second != at.out_second) return std::nullopt;
    const auto lost = [&](std::int64_t number) {
      const double y = run_.out.number(number), x = run_.in.number(number);
      return x != 0 && (y == 0 || y == x);
    };
    // Both are as they were where a pair hardly turns.
    const auto one_lost = [&](std::int64_t first, std::size_t i) {
      return lost(first + at.in_first[i]) != lost(first + at.in_second[i]);
    };
    const std::int64_t left_out = sum_of_rows([&](std::int64_t t, std::int64_t r) {
      const std::int64_t first = first_number(t, r);
      std::int64_t count = 0;
      for (std::size_t i = 0; i < pairs_; ++i) count += one_lost(first, i);
      return count;
    });
    const auto all = static_cast<double>(chosen_rows().size() * pairs_) * static_cast<double>(run_.shape.tokens),
               share = static_cast<double>(left_out) / all;
    constexpr double least = 1e-3, most = 0.25;
    if (!(share > least && share < most)) return std::nullopt;
    return some_rows([&](KernelRun& healed, std::int64_t t, std::int64_t r, std::int64_t to) {
      const std::int64_t first = first_number(t, r);
      copy(run_.in, first, healed.in, to);
      copy(run_.out, first, healed.out, to);
      for (std::size_t i = 0; i < pairs_; ++i)
        for (const std::int64_t j : {at.in_first[i], at.in_second[i]}) {
          if (!one_lost(first, i)) continue;
          set(healed.in, to + j, 0);
          set(healed.out, to + j, 0);
        }
    });
  }

  /// Rows less the mean of their token's, where pairs then keep their lengths and did not before.
  std::optional<KernelRun> without_means() const {
    constexpr std::size_t fewest = 4;
    if (rows_ < fewest || run_.tables) return std::nullopt;
    std::vector<double> before, after;
    const PairComponents& at = context_.layout.at;
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t i = 0; i < pairs_; ++i) {
        const auto [in, in_apart] = energy(sample_.in, t, at.in_first[i], at.in_second[i]);
        const auto [out, out_apart] = energy(sample_.out, t, at.out_first[i], at.out_second[i]);
        if (!(in > 0 && in_apart > 0)) continue;
        before.push_back(std::abs(out / in - 1));
        after.push_back(std::abs(out_apart / in_apart - 1));
      }
    constexpr double gain = 8; // times nearer to the lengths of the input
    if (after.empty() || !(gain * median(after) < median(before))) return std::nullopt;
    std::vector<double> in(static_cast<std::size_t>(run_.shape.head_dim)), out = in;
    std::int64_t of = nowhere;
    return some_rows([&](KernelRun& few, std::int64_t t, std::int64_t r, std::int64_t to) {
      if (of != t) {
        mean(run_.in, t, in);
        mean(run_.out, t, out);
        of = t;
      }
      const std::int64_t first = first_number(t, r);
      for (std::int64_t j = 0; j < run_.shape.head_dim; ++j) {
        set(few.in, to + j, run_.in.number(first + j) - in[static_cast<std::size_t>(j)]);
        set(few.out, to + j, run_.out.number(first + j) - out[static_cast<std::size_t>(j)]);
      }
    });
  }

  void mean(const Array& of, std::int64_t token, std::vector<double>& result) const {
    std::fill(result.begin(), result.end(), 0);
    for (std::int64_t r = 0; r < sample_.rows; ++r)
      for (std::size_t j = 0; j < result.size(); ++j)
        result[j] += of.number(first_number(token, r) + static_cast<std::int64_t>(j)) / static_cast<double>(rows_);
  }

  /// Of a pair over the rows of a token, and of what they differ from their mean by.
  std::pair<double, double> energy(const std::vector<double>& of, std::size_t t, std::int64_t a, std::int64_t b) const {
    double sum = 0, mean_a = 0, mean_b = 0;
    for (std::size_t r = 0; r < rows_; ++r) {
      const double* x = of.data() + sample_.row(t, r);
      sum += x[a] * x[a] + x[b] * x[b];
      mean_a += x[a];
      mean_b += x[b];
    }
    return {sum, sum - (mean_a * mean_a + mean_b * mean_b) / static_cast<double>(rows_)};
  }

  /// What the healed run shows, and what the rows then are. `noise`: of the run, where healing changed the numbers.
  std::optional<PartFound> under(const std::optional<KernelRun>& healed, const Noise* noise) const {
    if (!healed) return std::nullopt;
    const Noise own = noise ? *noise : row_noise(*healed, make_spectrum(healed->rope, healed->length()));
    const Changes moved = changes(*healed, sample_tokens(healed->shape.tokens, thresholds::sampled_tokens), own.bound);
    WholeSums sums(*healed);
    const Evidence& about = context_.evidence;
    const Explanation rest = explain({*healed, about.expected, about.layouts, own, moved, sums, about.stop, true});
    if (!rest.prediction || !names_a_mistake(rest.causes)) return std::nullopt;
    const PartContext context(about, sample_, *rest.layout, *rest.prediction);
    if (auto found = unwritten(context, rest)) return found;
    for (const auto find :
         {&misplaced_rows, &zero_rows, &wrong_heads, &rows_from_elsewhere, &constants_added, &wrong_elements}) {
      auto found = find(context);
      if (!found || !says_what(found->causes)) continue;
      for (const Cause& cause : rest.causes) // what a constant does to components that should pass is said with it
        if (!(cause.is<cause::ComponentsWrong>() && found->causes.back().is<cause::ConstantAdded>()))
          found->causes.insert(found->causes.end() - 1, cause);
      found->layout = rest.layout;
      return found;
    }
    return std::nullopt;
  }

  static bool says_what(const std::vector<Cause>& causes) {
    return !causes.empty() && std::none_of(causes.begin(), causes.end(), [](const Cause& c) {
      const auto* heads = c.as<cause::HeadsWrong>();
      const auto* rows = c.as<cause::RowsWrong>();
      const auto* numbers = c.as<cause::ElementsWrong>();
      return (heads && heads->how == "other") || (rows && rows->equal_to.empty()) ||
             (numbers && numbers->equal_to == "other");
    });
  }

  /// Tokens all of whose rows are off and the input's, or zeros.
  std::optional<PartFound> unwritten(const PartContext& context, const Explanation& rest) const {
    bool input = true, zero = true, whole = true;
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t) {
      std::size_t rows_off = 0;
      for (std::size_t r = 0; r < rows_; ++r) {
        const std::size_t first = sample_.row(t, r), end = first + static_cast<std::size_t>(sample_.width);
        const bool off = std::find(context.proof.off.begin() + static_cast<std::ptrdiff_t>(first),
                                   context.proof.off.begin() + static_cast<std::ptrdiff_t>(end),
                                   1) != context.proof.off.begin() + static_cast<std::ptrdiff_t>(end);
        for (std::size_t n = first; off && n < end; ++n) { // all its numbers, and not a few
          input &= sample_.out[n] == sample_.in[n];
          zero &= sample_.out[n] == 0;
        }
        rows_off += off;
      }
      whole &= rows_off == 0 || rows_off == rows_;
    }
    if (!whole) return std::nullopt;
    const auto off = context.tokens_off([](std::int64_t, std::int64_t) { return false; });
    if (!off || (!input && !zero)) return std::nullopt;
    cause::RowsWrong cause = *off->as<cause::RowsWrong>();
    cause.equal_to = zero ? "zero" : "input";
    PartFound found{rest.causes, rest.residual, rest.layout};
    found.causes.push_back(std::move(cause));
    return found;
  }

  const PartContext& context_;
  const KernelRun& run_;
  const RowSample& sample_;
  std::size_t rows_, pairs_;
  std::vector<double> in_, out_;
};

} // namespace

std::optional<PartFound> beside_rows(const PartContext& context) {
  if (context.evidence.run.tables) return std::nullopt;
  return BesideRows(context).find();
}

} // namespace ropescope
