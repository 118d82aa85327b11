#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/row_shift.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/search/parts.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// What a row (head × token) of the output holds.
enum class Holds : std::uint8_t { right, input, zero, twice, other_row, other_input, unturned_input, nothing };

/// A row of the file: [outer][token][inner], by its number.
struct Place {
  std::int64_t outer, token, inner;
};

/// Where each row of the sample comes from, asked row by row.
class Sources {
public:
  explicit Sources(const PartContext& context)
      : context_(context), sample_(context.sample), run_(context.evidence.run),
        width_(static_cast<std::size_t>(run_.shape.head_dim)) {}

  /// Whether some rows are wrong and the others right, and single numbers are not what is wrong.
  bool look() {
    const auto rows = static_cast<std::size_t>(sample_.rows);
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t r = 0; r < rows; ++r) {
        const std::size_t first = sample_.row(t, r);
        const auto off = context_.proof.off.begin() + static_cast<std::ptrdiff_t>(first);
        const auto count = std::count(off, off + static_cast<std::ptrdiff_t>(width_), 1);
        if (count > 0) wrong_.push_back({t, r});
        // A row of another has all its numbers off, but for those that hardly turn where only angles are.
        whole_ += 2 * count > static_cast<std::ptrdiff_t>(width_);
        constexpr std::ptrdiff_t share = 16;
        few_ += count > 0 && share * count <= static_cast<std::ptrdiff_t>(width_);
      }
    return !wrong_.empty();
  }

  /// Rows in another order, by one rule for all of them.
  std::optional<PartFound> by_rule() {
    if (run_.shape.rows() > most_rows || 2 * whole_ < wrong_.size()) return std::nullopt;
    // Most kernels exchange no rows, which a few of them show.
    const auto others = [&] {
      return static_cast<std::size_t>(std::count_if(
          holds_.begin(), holds_.end(), [](Holds h) { return h == Holds::other_row || h == Holds::other_input; }));
    };
    const auto too_few = [&](std::size_t found) {
      return found < 2 || static_cast<double>(found) < thresholds::nearly_all * static_cast<double>(count());
    };
    find_sources([&] { return too_few(others() + count() - holds_.size()); });
    if (too_few(others() + count() - holds_.size())) return std::nullopt;
    for (const bool here : {false, true}) {
      if (auto shifted = in_memory(here)) return shifted;
      if (auto mapped = by_token(here)) return mapped;
      if (auto strided = by_stride(here)) return strided;
    }
    return std::nullopt;
  }

  /// Whether the wrong rows are all rows of some heads in some tokens, which says more than their number.
  bool fill_tokens() const {
    std::set<std::size_t> tokens, rows;
    for (const Wrong& w : wrong_) {
      tokens.insert(w.t);
      rows.insert(w.r);
    }
    return static_cast<double>(wrong_.size()) >
           thresholds::most_rows * static_cast<double>(tokens.size() * rows.size());
  }

  /// Rows that hold something else, and no rule which they are.
  std::optional<PartFound> one_by_one(bool named) {
    const std::size_t all = sample_.tokens.size() * static_cast<std::size_t>(sample_.rows);
    if (all < least_rows || wrong_.size() == all || run_.shape.rows() > most_rows) return std::nullopt;
    // Rows of which a few numbers are off are their own.
    if (2 * few_ > wrong_.size()) return std::nullopt;
    const auto all_hold = [&](Holds what) {
      return std::all_of(holds_.begin(), holds_.end(), [&](Holds h) { return h == what; });
    };
    const auto known = {Holds::input, Holds::zero, Holds::twice, Holds::other_row};
    find_sources([&] { return std::none_of(known.begin(), known.end(), all_hold); });
    std::string equal_to;
    if (all_hold(Holds::input))
      equal_to = "input";
    else if (all_hold(Holds::zero))
      equal_to = "zero";
    else if (all_hold(Holds::twice))
      equal_to = cause::RowsWrong::twice;
    else if (all_hold(Holds::other_row))
      equal_to = cause::RowsWrong::another_row;
    // What holds something that is not known is named only where most rows are right, and nothing else was found.
    else if (named || 2 * wrong_.size() > all || whole_ < wrong_.size())
      return std::nullopt;
    cause::RowsWrong cause;
    std::set<std::int64_t> tokens, heads;
    for (const auto& [t, r] : wrong_) {
      tokens.insert(sample_.tokens[t]);
      heads.insert(place_of_row(run_, static_cast<std::int64_t>(r), 0).head);
    }
    cause.rows.assign(tokens.begin(), tokens.end());
    if (static_cast<std::int64_t>(heads.size()) < run_.heads) cause.heads = run_.in_file({heads.begin(), heads.end()});
    cause.equal_to = equal_to;
    cause.only_some = true;
    cause.count = static_cast<std::int64_t>(wrong_.size());
    cause.of = static_cast<std::int64_t>(all);
    cause.every_head = wrong_.size() == tokens.size() * static_cast<std::size_t>(sample_.rows);
    const auto first = std::lower_bound(sample_.tokens.begin(), sample_.tokens.end(), *tokens.begin());
    if (first != sample_.tokens.begin() && std::equal(first, sample_.tokens.end(), tokens.begin(), tokens.end()))
      cause.from = *tokens.begin();
    return PartFound{{std::move(cause)}, residual_of_right(), nullptr};
  }

private:
  // Rows whose lengths are looked up; of more the index would take longer than all else.
  static constexpr std::int64_t most_rows = std::int64_t{1} << 18;
  static constexpr std::size_t looked_at = 192, least_rows = 8;

  struct Wrong {
    std::size_t t, r; ///< token of the sample, row of a token
  };

  Place place(std::int64_t row) const {
    const RowShape& s = run_.shape;
    return {row / (s.tokens * s.inner), row / s.inner % s.tokens, row % s.inner};
  }
  std::int64_t number(const Wrong& w) const {
    const RowShape& s = run_.shape;
    const auto r = static_cast<std::int64_t>(w.r);
    return (r / s.inner * s.tokens + sample_.tokens[w.t]) * s.inner + r % s.inner;
  }

  void read(std::int64_t row, std::vector<double>& x) const {
    x.resize(width_);
    for (std::size_t j = 0; j < width_; ++j)
      x[j] = run_.in.number(row * run_.shape.head_dim + static_cast<std::int64_t>(j));
  }

  /// A row as a rotation by `times` the angle of a token writes it.
  void turn(const std::vector<double>& x, std::int64_t token, int times, std::vector<double>& y) const {
    const PairComponents& at = context_.layout.at;
    y = x;
    for (std::size_t i = 0; i < at.in_first.size(); ++i) {
      std::complex<double> z = context_.expected.multiplier(static_cast<std::size_t>(token), i);
      if (times == 2) z *= z;
      const double a = x[static_cast<std::size_t>(at.in_first[i])], b = x[static_cast<std::size_t>(at.in_second[i])];
      y[static_cast<std::size_t>(at.out_first[i])] = a * z.real() - b * z.imag();
      y[static_cast<std::size_t>(at.out_second[i])] = b * z.real() + a * z.imag();
    }
  }

  double bound(std::size_t t) const {
    double turned = 0;
    const auto pairs = static_cast<std::size_t>(context_.layout.at.pairs());
    for (std::size_t i = 0; i < pairs; ++i) turned = std::max(turned, context_.turns.turned[t * pairs + i]);
    return context_.evidence.noise.bound + thresholds::angle_bound * turned;
  }

  /// Whether a row of the output is the one given, all its numbers within rounding of their row.
  bool is(const Wrong& w, const std::vector<double>& y) const {
    const double* out = sample_.out.data() + sample_.row(w.t, w.r);
    double error = 0, energy = 0;
    for (std::size_t j = 0; j < width_; ++j) energy += y[j] * y[j];
    const double allowed = energy * std::pow(bound(w.t), 2) + thresholds::nothing;
    for (std::size_t j = 0; j < width_ && error <= allowed; ++j) error += (out[j] - y[j]) * (out[j] - y[j]);
    return error <= allowed;
  }

  /// Whether the first pairs of a row of the input are as long as those of the output's, as a first sight: of long runs
  /// thousands of rows are as long as a whole.
  bool pairs_as_long(std::int64_t row, const double* out, double bound) const {
    const PairComponents& at = context_.layout.at;
    const double gain = context_.expected.gain;
    constexpr std::size_t looked_at_pairs = 4;
    for (std::size_t i = 0; i < std::min(looked_at_pairs, at.in_first.size()); ++i) {
      const double x = length(run_.in.number(row * run_.shape.head_dim + at.in_first[i]),
                              run_.in.number(row * run_.shape.head_dim + at.in_second[i])),
                   y = length(out[at.out_first[i]], out[at.out_second[i]]);
      if (std::abs(y - gain * x) > bound && std::abs(y - x) > bound) return false;
    }
    return true;
  }

  /// Not std::hypot, at a tenth of its cost: rows' squares were summed before.
  static double length(double x, double y) { return std::sqrt(x * x + y * y); }

  /// How many of the wrong rows are looked at: the first ones and some spread over the others.
  std::size_t step() const { return std::max<std::size_t>(1, wrong_.size() / looked_at); }
  std::size_t count() const { return (wrong_.size() + step() - 1) / step(); }

  /// Looks at one row after the other as long as enough(holds) does not say that no more is needed.
  template <typename Enough>
  void find_sources(Enough enough) {
    constexpr std::size_t at_once = 16;
    while (holds_.size() < count() && !enough()) {
      throw_if_stopped(context_.evidence.stop);
      const std::size_t begin = holds_.size(), end = std::min(count(), begin + at_once);
      holds_.resize(end);
      from_.resize(end);
      for (std::size_t n = begin; n < end; ++n) seen_.push_back(wrong_[n * step()]);
      // To sort all rows costs as much as to read all lengths some hundred times, and most kernels need a few.
      constexpr std::size_t worth_sorting = 64;
      if (begin >= worth_sorting && by_length_.empty()) sort_by_length();
      in_parallel(end - begin, 0,
                  [&](std::size_t n) { std::tie(holds_[begin + n], from_[begin + n]) = source_of(seen_[begin + n]); });
    }
  }

  void sort_by_length() {
    const std::vector<double>& lengths = context_.evidence.sums.lengths();
    by_length_.resize(lengths.size());
    std::iota(by_length_.begin(), by_length_.end(), std::uint32_t{0});
    // Rows of one length in the order of the file.
    std::sort(by_length_.begin(), by_length_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return lengths[a] < lengths[b] || (lengths[a] == lengths[b] && a < b);
    });
  }

  /// Rows of the input whose length lies within, the shortest first.
  std::vector<std::int64_t> rows_as_long(double least, double most) const {
    const std::vector<double>& lengths = context_.evidence.sums.lengths();
    std::vector<std::int64_t> rows;
    if (!by_length_.empty()) {
      const auto shorter = [&](std::uint32_t row, double length) { return lengths[row] < length; };
      for (auto row = std::lower_bound(by_length_.begin(), by_length_.end(), least, shorter);
           row != by_length_.end() && lengths[*row] <= most; ++row)
        rows.push_back(*row);
      return rows;
    }
    constexpr std::size_t at_once = 64; // most hold none: asked without a branch
    for (std::size_t begin = 0; begin < lengths.size(); begin += at_once) {
      const std::size_t end = std::min(lengths.size(), begin + at_once);
      unsigned any = 0;
      for (std::size_t row = begin; row < end; ++row)
        any |= static_cast<unsigned>(lengths[row] >= least) & static_cast<unsigned>(lengths[row] <= most);
      if (any == 0) continue;
      for (std::size_t row = begin; row < end; ++row)
        if (lengths[row] >= least && lengths[row] <= most) rows.push_back(static_cast<std::int64_t>(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [&](std::int64_t a, std::int64_t b) {
      return lengths[static_cast<std::size_t>(a)] < lengths[static_cast<std::size_t>(b)];
    });
    return rows;
  }

  std::pair<Holds, std::int64_t> source_of(const Wrong& w) const {
    std::vector<double> x, y;
    const std::int64_t own = number(w), token = sample_.tokens[w.t];
    const double* out = sample_.out.data() + sample_.row(w.t, w.r);
    if (std::all_of(out, out + width_, [](double v) { return v == 0; })) return {Holds::zero, own};
    read(own, x);
    if (is(w, x)) return {Holds::input, own};
    turn(x, token, 2, y);
    if (is(w, y)) return {Holds::twice, own};
    const double length = std::sqrt(std::inner_product(out, out + width_, out, 0.0)) / context_.expected.gain,
                 slack = length * bound(w.t);
    for (const std::int64_t like : rows_as_long(length - slack, length + slack)) {
      if (like == own || !pairs_as_long(like, out, length * context_.expected.gain * bound(w.t))) continue;
      read(like, x);
      turn(x, place(like).token, 1, y);
      if (is(w, y)) return {Holds::other_row, like};
      turn(x, token, 1, y);
      if (is(w, y)) return {Holds::other_input, like};
      if (is(w, x)) return {Holds::unturned_input, like};
    }
    return {Holds::nothing, own};
  }

  /// The rows that a rule from destination to source writes, held against all of the sample.
  std::optional<double> proved(const std::function<std::int64_t(std::int64_t row)>& source, bool here) const {
    std::vector<double> predicted = context_.rows, x, y;
    for (const Wrong& w : wrong_) {
      const std::int64_t from = source(number(w));
      const std::size_t first = sample_.row(w.t, w.r);
      if (from < 0 || from >= run_.shape.rows()) { // before or behind the file: whatever is there
        std::copy_n(sample_.out.begin() + static_cast<std::ptrdiff_t>(first), width_,
                    predicted.begin() + static_cast<std::ptrdiff_t>(first));
        continue;
      }
      read(from, x);
      turn(x, here ? sample_.tokens[w.t] : place(from).token, 1, y);
      std::copy(y.begin(), y.end(), predicted.begin() + static_cast<std::ptrdiff_t>(first));
    }
    return context_.whole(predicted);
  }

  /// Each row from as many rows before it in the order of the file.
  std::optional<PartFound> in_memory(bool here) const {
    std::vector<std::int64_t> by;
    for (std::size_t n = 0; n < seen_.size(); ++n) by.push_back(number(seen_[n]) - from_[n]);
    std::sort(by.begin(), by.end());
    const std::int64_t shift = by[by.size() / 2];
    const auto residual = shift == 0 ? std::nullopt : proved([=](std::int64_t row) { return row - shift; }, here);
    if (!residual) return std::nullopt;
    cause::RowShift cause{shift, here, "rows", {}};
    cause.heads = heads_of_wrong();
    return PartFound{{std::move(cause)}, *residual, nullptr};
  }

  /// The heads that the wrong rows are of, where they are not all; as the file numbers them.
  std::vector<std::int64_t> heads_of_wrong() const {
    std::set<std::int64_t> heads;
    for (const Wrong& w : wrong_) heads.insert(place_of_row(run_, static_cast<std::int64_t>(w.r), 0).head);
    if (static_cast<std::int64_t>(heads.size()) == run_.heads) return {};
    return run_.in_file({heads.begin(), heads.end()});
  }

  /// Rows at strides of their own for tokens and for heads, from the beginning of the file again behind its end; or the
  /// file's two axes in each other's order.
  std::optional<PartFound> by_stride(bool here) const {
    const RowShape& s = run_.shape;
    const std::int64_t rows = s.rows();
    const bool inside = s.inner > 1;
    const std::int64_t heads = inside ? s.inner : s.outer;
    if (heads < 2 || s.tokens < 2 || (inside && s.outer > 1)) return std::nullopt;
    const auto head = [&](const Place& p) { return inside ? p.inner : p.outer; };
    for (const auto& [across, along] : {std::pair{heads, s.tokens}, std::pair{s.tokens, heads}}) {
      const auto transposed = [a = across, b = along](std::int64_t n) { return n % a * b + n / a; };
      if (const auto residual = of_all(transposed, here)) {
        cause::RowShift cause{0, here, "tokens", {}};
        cause.strides = "its rows in the order of the other axis: heads and tokens are taken for one another";
        return PartFound{{std::move(cause)}, *residual, nullptr};
      }
    }
    // The stride of a token between two rows of a head, and that of a head between two of a token.
    const auto stride = [&](bool of_token) -> std::optional<std::int64_t> {
      for (std::size_t a = 0; a < seen_.size(); ++a)
        for (std::size_t b = a + 1; b < seen_.size(); ++b) {
          const Place p = place(number(seen_[a])), q = place(number(seen_[b]));
          if (of_token ? head(p) == head(q) && q.token == p.token + 1 : p.token == q.token && head(q) == head(p) + 1)
            return ((from_[b] - from_[a]) % rows + rows) % rows;
        }
      return std::nullopt;
    };
    const auto token = stride(true), of_head = stride(false);
    if (!token || !of_head) return std::nullopt;
    const Place first = place(number(seen_.front()));
    const std::int64_t begin = (from_.front() - *token * first.token - *of_head * head(first)) % rows + rows;
    const auto source = [&](std::int64_t n) {
      const Place p = place(n);
      return (begin + *token * p.token + *of_head * head(p)) % rows;
    };
    const auto residual = of_all(source, here);
    if (!residual) return std::nullopt;
    cause::RowShift cause{0, here, "tokens", {}};
    const std::int64_t right_token = inside ? heads : 1, right_head = inside ? 1 : s.tokens;
    cause.strides = fmt::format("its rows with a stride of {} rows for a token and {} for a head, where {} and {} are "
                                "right",
                                *token, *of_head, right_token, right_head);
    return PartFound{{std::move(cause)}, *residual, nullptr};
  }

  /// A rule that every row that was looked at follows, proved on the sample.
  std::optional<double> of_all(const std::function<std::int64_t(std::int64_t)>& source, bool here) const {
    for (std::size_t n = 0; n < seen_.size(); ++n)
      if (holds_[n] != Holds::nothing && source(number(seen_[n])) != from_[n]) return std::nullopt;
    return proved(source, here);
  }

  /// The row of another token of the same head, by a rule for the token.
  std::optional<PartFound> by_token(bool here) const {
    const std::int64_t tokens = run_.shape.tokens;
    struct Rule {
      std::string words;
      std::function<std::int64_t(std::int64_t)> of;
    };
    std::vector<Rule> rules{
        {fmt::format("{} − t (in reverse order)", tokens - 1), [=](std::int64_t t) { return tokens - 1 - t; }}};
    const std::int64_t one = place(from_.front()).token;
    rules.push_back({fmt::format("{} (the same for all t)", one), [=](std::int64_t) { return one; }});
    for (std::int64_t n = 1; n < std::min<std::int64_t>(tokens, 1024); n *= 2)
      rules.push_back({n == 1 ? std::string("t ± 1 (neighbours exchanged)")
                              : fmt::format("t ± {} (neighbouring blocks of {} tokens exchanged)", n, n),
                       [=](std::int64_t t) { return t ^ n; }});
    for (std::int64_t n = 2; n <= 16; ++n) {
      rules.push_back({fmt::format("t ÷ {} (rounded down)", n), [=](std::int64_t t) { return t / n; }});
      rules.push_back({fmt::format("{} · t modulo {}", n, tokens), [=](std::int64_t t) { return n * t % tokens; }});
    }
    const std::int64_t by = ((sample_.tokens[seen_.front().t] - one) % tokens + tokens) % tokens;
    rules.push_back(
        {fmt::format("t − {} modulo {}", by, tokens), [=](std::int64_t t) { return (t - by + tokens) % tokens; }});
    for (std::int64_t n = 2; n < tokens; n *= 2)
      rules.push_back({fmt::format("t modulo {}", n), [=](std::int64_t t) { return t % n; }});
    for (const Rule& rule : rules) {
      bool fits = true;
      for (std::size_t n = 0; n < seen_.size() && fits; ++n) {
        const Place from = place(from_[n]), to = place(number(seen_[n]));
        fits = from.outer == to.outer && from.inner == to.inner && from.token == rule.of(to.token);
      }
      if (!fits) continue;
      const auto source = [&](std::int64_t row) {
        const Place p = place(row);
        return (p.outer * tokens + rule.of(p.token)) * run_.shape.inner + p.inner;
      };
      if (const auto residual = proved(source, here))
        return PartFound{{cause::RowShift{0, here, "tokens", rule.words}}, *residual, nullptr};
    }
    return in_blocks(here);
  }

  /// Blocks of tokens in another order, as an address table that is read wrongly has them.
  std::optional<PartFound> in_blocks(bool here) const {
    const std::int64_t tokens = run_.shape.tokens;
    for (std::int64_t n = tokens / 2; n > 1; --n) {
      std::vector<std::int64_t> table(static_cast<std::size_t>((tokens + n - 1) / n), -1);
      bool fits = true;
      for (std::size_t k = 0; k < seen_.size() && fits; ++k) {
        const Place from = place(from_[k]), to = place(number(seen_[k]));
        std::int64_t& block = table[static_cast<std::size_t>(to.token / n)];
        fits = from.outer == to.outer && from.inner == to.inner && from.token % n == to.token % n &&
               (block < 0 || block == from.token / n);
        block = from.token / n;
      }
      // A table that is as long as what it explains explains nothing.
      if (!fits || 2 * table.size() > seen_.size()) continue;
      const auto source = [&](std::int64_t row) {
        const Place p = place(row);
        const std::int64_t block = table[static_cast<std::size_t>(p.token / n)];
        const std::int64_t token = block < 0 ? p.token : block * n + p.token % n;
        return (p.outer * tokens + token) * run_.shape.inner + p.inner;
      };
      const auto residual = proved(source, here);
      if (!residual) continue;
      std::string list;
      constexpr std::size_t shown = 8;
      for (std::size_t b = 0; b < std::min(shown, table.size()); ++b)
        list += fmt::format("{}{}", b == 0 ? "" : ", ", table[b] < 0 ? static_cast<std::int64_t>(b) : table[b]);
      return PartFound{{cause::RowShift{0, here, "tokens",
                                        fmt::format("b · {} + t modulo {}, where b is {}{} in turn (blocks of {} "
                                                    "tokens lie in another order)",
                                                    n, n, list, table.size() > shown ? " …" : "", n)}},
                       *residual,
                       nullptr};
    }
    return std::nullopt;
  }

  double residual_of_right() const {
    double error = 0, energy = 0;
    std::vector<std::uint8_t> wrong(sample_.out.size() / width_);
    for (const Wrong& w : wrong_) wrong[sample_.row(w.t, w.r) / width_] = 1;
    for (std::size_t n = 0; n < sample_.out.size(); ++n) {
      if (wrong[n / width_]) continue;
      error += std::pow(sample_.out[n] - context_.rows[n], 2);
      energy += context_.rows[n] * context_.rows[n];
    }
    return energy > 0 ? std::sqrt(error / energy) : 0;
  }

  const PartContext& context_;
  const RowSample& sample_;
  const KernelRun& run_;
  std::size_t width_, whole_ = 0, few_ = 0;
  std::vector<Wrong> wrong_, seen_;
  std::vector<std::uint32_t> by_length_; ///< numbers of all rows, the shortest first; empty: not sorted yet
  std::vector<Holds> holds_;
  std::vector<std::int64_t> from_;
};

} // namespace

std::optional<PartFound> rows_by_rule(const PartContext& context) {
  if (context.evidence.run.tables) return std::nullopt;
  Sources sources(context);
  return sources.look() ? sources.by_rule() : std::nullopt;
}

std::optional<PartFound> rows_from_elsewhere(const PartContext& context) {
  if (context.evidence.run.tables) return std::nullopt;
  Sources sources(context);
  if (!sources.look()) return std::nullopt;
  if (auto found = sources.by_rule()) return found;
  return sources.one_by_one(true);
}

std::optional<PartFound> rows_apart_from_tokens(const PartContext& context) {
  if (context.evidence.run.tables) return std::nullopt;
  Sources sources(context);
  if (!sources.look() || sources.fill_tokens()) return std::nullopt;
  if (auto found = sources.one_by_one(true)) return found;
  return sources.one_by_one(false);
}

std::optional<PartFound> wrong_rows(const PartContext& context) {
  if (context.evidence.run.tables) return std::nullopt;
  Sources sources(context);
  return sources.look() ? sources.one_by_one(false) : std::nullopt;
}

} // namespace ropescope
