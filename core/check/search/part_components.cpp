#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/components_wrong.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// What was done to components that should have passed.
class Components {
public:
  explicit Components(const PartContext& context) : context_(context), sample_(context.sample) {
    const std::vector<double> off = context.components_off();
    for (const std::int64_t j : context.layout.at.rest)
      if (off[static_cast<std::size_t>(j)] > 0) wrong_.push_back(j);
  }

  std::optional<Cause> cause() const {
    if (wrong_.empty()) return std::nullopt;
    cause::ComponentsWrong found{wrong_, "other", {}, 0};
    if (zero())
      found.how = "zero";
    else if (const std::int64_t shift = copied_by(); shift != 0)
      found = {wrong_, "copied", fmt::format("the components {} {}", std::abs(shift), shift < 0 ? "before" : "behind"),
               shift};
    else if (std::string from = from_other_rows(); !from.empty())
      found = {wrong_, "copied", std::move(from), 0};
    else if (const double factor = multiplied_by(); factor != 1)
      found.how = "multiplied", found.factor = factor;
    else if (turned())
      found.how = "rotated";
    return Cause(found);
  }

private:
  double in(std::size_t first, std::int64_t j) const { return sample_.in[first + static_cast<std::size_t>(j)]; }
  double out(std::size_t first, std::int64_t j) const { return sample_.out[first + static_cast<std::size_t>(j)]; }

  /// Calls test with the first number of every row of the sample until it fails.
  template <typename Test>
  bool in_every_row(Test test) const {
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r)
        if (!test(sample_.row(t, r))) return false;
    return true;
  }

  bool zero() const {
    return in_every_row([&](std::size_t row) {
      return std::all_of(wrong_.begin(), wrong_.end(), [&](std::int64_t j) { return out(row, j) == 0; });
    });
  }

  bool same(double a, double b) const { return std::abs(a - b) <= context_.evidence.noise.bound * std::abs(b); }

  /// How far behind each component of the same row is that it was copied from; 0: it was not.
  std::int64_t copied_by() const {
    const auto width = sample_.width;
    for (std::int64_t k = 1 - width; k < width; ++k) {
      if (k == 0 || wrong_.front() + k < 0 || wrong_.back() + k >= width) continue;
      const bool all = in_every_row([&](std::size_t row) {
        return std::all_of(wrong_.begin(), wrong_.end(),
                           [&](std::int64_t j) { return same(out(row, j), in(row, j + k)); });
      });
      if (all) return k;
    }
    return 0;
  }

  /// Rows of the whole run in which a row of the sample finds its components.
  std::string from_other_rows() const {
    constexpr std::size_t looked_at = 12; // rows: each is sought in the whole run
    const KernelRun& run = context_.evidence.run;
    std::set<std::int64_t> tokens, rows;
    const std::size_t step = std::max<std::size_t>(1, sample_.tokens.size() / looked_at);
    for (std::size_t t = 0; t < sample_.tokens.size(); t += step) {
      throw_if_stopped(context_.evidence.stop);
      const std::size_t r = t % static_cast<std::size_t>(sample_.rows), row = sample_.row(t, r);
      // Zeros are everywhere, and a row that is its own source tells nothing.
      if (out(row, wrong_.front()) == 0) continue;
      std::int64_t source = -1;
      for (std::int64_t n = 0; n < run.shape.rows() && source < 0; ++n)
        if (std::all_of(wrong_.begin(), wrong_.end(),
                        [&](std::int64_t j) { return same(out(row, j), run.in.number(n * sample_.width + j)); }))
          source = n;
      if (source < 0) return {};
      tokens.insert(run.shape.token_of_row(source) - sample_.tokens[t]);
      const std::int64_t outer = source / (run.shape.tokens * run.shape.inner);
      rows.insert(outer * run.shape.inner + source % run.shape.inner - static_cast<std::int64_t>(r));
    }
    if (tokens.empty()) return {};
    if (rows.size() == 1 && *rows.begin() == 0 && tokens.size() == 1)
      return fmt::format("the row {} token{} {}", std::abs(*tokens.begin()), std::abs(*tokens.begin()) == 1 ? "" : "s",
                         *tokens.begin() < 0 ? "before" : "behind");
    if (tokens.size() == 1 && *tokens.begin() == 0) return "another head or batch row of the same token";
    return "other rows";
  }

  /// The one number that all of them are multiplied by in every row; 1 where there is none.
  double multiplied_by() const {
    double moment = 0, square = 0;
    in_every_row([&](std::size_t row) {
      for (const std::int64_t j : wrong_) {
        moment += out(row, j) * in(row, j);
        square += in(row, j) * in(row, j);
      }
      return true;
    });
    const double factor = square > 0 ? moment / square : 0;
    if (factor == 0) return 1;
    const bool all = in_every_row([&](std::size_t row) {
      return std::all_of(wrong_.begin(), wrong_.end(),
                         [&](std::int64_t j) { return same(out(row, j), factor * in(row, j)); });
    });
    return all ? factor : 1;
  }

  /// Whether two components at a time keep their common length, or, of several rows, are one complex multiple of the
  /// input in all rows of a token.
  bool turned() const {
    const std::size_t n = wrong_.size() / 2 * 2;
    if (n < 2) return false;
    for (const bool neighbours : {true, false}) {
      bool all = true;
      for (std::size_t i = 0; i < n / 2 && all; ++i)
        all = neighbours ? turned(wrong_[2 * i], wrong_[2 * i + 1]) : turned(wrong_[i], wrong_[i + n / 2]);
      if (all) return true;
    }
    return false;
  }

  bool turned(std::int64_t a, std::int64_t b) const {
    const double slack = 2 * context_.evidence.noise.bound;
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t) {
      std::complex<double> cross = 0;
      double before = 0, after = 0;
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r) {
        const std::size_t row = sample_.row(t, r);
        const std::complex<double> x(in(row, a), in(row, b)), y(out(row, a), out(row, b));
        cross += y * std::conj(x);
        before += std::norm(x);
        after += std::norm(y);
      }
      // Of several rows: the part of the output that is no multiple of the input. Of one: whether its length is kept.
      const double off = sample_.rows > 1 ? after - std::norm(cross) / std::max(before, thresholds::nothing)
                                          : std::abs(after - before);
      if (off > (sample_.rows > 1 ? slack * slack : 2 * slack) * std::max(before, after)) return false;
    }
    return true;
  }

  const PartContext& context_;
  const RowSample& sample_;
  std::vector<std::int64_t> wrong_;
};

} // namespace

std::optional<Cause> wrong_components(const PartContext& context) { return Components(context).cause(); }

} // namespace ropescope
