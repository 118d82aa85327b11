#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/basics/words.h"
#include "core/check/causes/heads_wrong.h"
#include "core/check/causes/row_gain.h"
#include "core/check/search/layout_choices.h"
#include "core/check/search/parts.h"
#include "core/check/search/search.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

/// Rows (head × batch) of a token that are wrong throughout, sorted by what they hold.
class Heads {
public:
  explicit Heads(const PartContext& context) : context_(context), sample_(context.sample), run_(context.evidence.run) {
    const std::vector<double> off = context.rows_off();
    for (std::size_t r = 0; r < off.size(); ++r)
      if (off[r] > thresholds::part_off) wrong_.push_back(static_cast<std::int64_t>(r));
  }

  std::optional<PartFound> find() {
    if (wrong_.empty()) return std::nullopt;
    predicted_ = context_.rows;
    if (sample_.rows < 2)
      return is_zero(0) ? std::optional(PartFound{{cause_of({0}, "zero")}, 0, nullptr}) : std::nullopt;
    for (const std::int64_t r : wrong_) sort(r);
    const bool some_right = wrong_.size() < static_cast<std::size_t>(sample_.rows);
    // Where no row is right, that all are wrong says nothing: each must hold what was found elsewhere, or do what a
    // check of those that are not zero tells.
    if (!some_right && zero_.size() == wrong_.size()) return PartFound{{cause_of(zero_, "zero")}, 0, nullptr};
    if (!some_right && !other_.empty()) return beside_zero();
    // Of a few tokens a row may be right by chance where all heads do the same, as where a norm's gain is near 1.
    if (zero_.empty() && moved_.empty() && 2 * other_.size() > static_cast<std::size_t>(sample_.rows))
      if (auto all = alike_in_all()) return all;
    // A few numbers that are wrong in some rows, by chance, are no heads.
    if (zero_.empty() && moved_.empty() && !other_.empty()) {
      if (auto stride = heads_by_stride(context_)) return stride;
      if (auto rule = rows_by_rule(context_)) return rule;
    }
    if (zero_.empty() && moved_.empty() && scattered(sample_, context_.proof, context_.layout.at)) return std::nullopt;
    PartFound found;
    if (!zero_.empty()) found.causes.push_back(cause_of(zero_, "zero"));
    if (!moved_.empty()) found.causes.push_back(moved());
    if (!other_.empty()) found.causes.push_back(others());
    found.residual = residual_of_predicted();
    // Rows that are off beside, in heads that are right otherwise.
    const std::set<std::int64_t> named(wrong_.begin(), wrong_.end());
    if (const auto rows = context_.tokens_off([&](std::int64_t r, std::int64_t) { return named.contains(r); }))
      found.causes.push_back(*rows);
    return found;
  }

private:
  /// A matrix or a norm that has a name and explains every row.
  std::optional<PartFound> alike_in_all() const {
    auto found = other_matrix(context_);
    if (!found) found = row_gain(context_);
    if (!found || found->causes.empty()) return std::nullopt;
    const auto* gain = found->causes.front().as<cause::RowGain>();
    return gain && gain->like == "other" ? std::nullopt : found;
  }

  /// What row r holds in every token of the sample.
  void sort(std::int64_t r) {
    throw_if_stopped(context_.evidence.stop);
    if (is_zero(r)) {
      zero_.push_back(r);
      fill(r, [](std::size_t, std::size_t) { return 0.0; });
      return;
    }
    for (std::int64_t from = 0; from < sample_.rows; ++from)
      if (from != r && holds(r, from)) {
        moved_.push_back(r);
        sources_.push_back(from);
        fill(r, [&](std::size_t t, std::size_t j) {
          return context_.rows[sample_.row(t, static_cast<std::size_t>(from)) + j];
        });
        return;
      }
    other_.push_back(r);
  }

  template <typename Value>
  void fill(std::int64_t r, Value value) {
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t j = 0; j < static_cast<std::size_t>(sample_.width); ++j)
        predicted_[sample_.row(t, static_cast<std::size_t>(r)) + j] = value(t, j);
  }

  bool is_zero(std::int64_t r) const {
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t) {
      const auto first = sample_.out.begin() + static_cast<std::ptrdiff_t>(sample_.row(t, static_cast<std::size_t>(r)));
      if (std::any_of(first, first + sample_.width, [](double x) { return x != 0; })) return false;
    }
    return true;
  }

  /// Whether row r of the output is what belongs to another row.
  bool holds(std::int64_t r, std::int64_t from) const {
    double length = 0;
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t) {
      const double* y = sample_.out.data() + sample_.row(t, static_cast<std::size_t>(r));
      const double* p = context_.rows.data() + sample_.row(t, static_cast<std::size_t>(from));
      double error = 0, energy = 0;
      for (std::size_t j = 0; j < static_cast<std::size_t>(sample_.width); ++j) {
        error += (y[j] - p[j]) * (y[j] - p[j]);
        energy += p[j] * p[j];
      }
      double turned = 0;
      const auto pairs = static_cast<std::size_t>(context_.layout.at.pairs());
      for (std::size_t i = 0; i < pairs; ++i) turned = std::max(turned, context_.turns.turned[t * pairs + i]);
      const double bound = context_.evidence.noise.bound + thresholds::angle_bound * turned;
      if (error > energy * bound * bound + thresholds::nothing) return false;
      length += energy;
    }
    return length > 0;
  }

  RowPlace place(std::int64_t r) const { return place_of_row(run_, r, 0); }

  /// Their heads; rows of the batch, where they do not have all; and the rows one by one where other heads of other
  /// rows of the batch are meant.
  cause::HeadsWrong cause_of(const std::vector<std::int64_t>& rows, const std::string& how) const {
    std::set<std::int64_t> heads, batches;
    for (const std::int64_t r : rows) {
      heads.insert(place(r).head);
      batches.insert(place(r).batch);
    }
    cause::HeadsWrong cause;
    cause.heads = run_.in_file({heads.begin(), heads.end()});
    cause.how = how;
    const std::int64_t batch_rows = sample_.rows / run_.heads;
    if (rows.size() != heads.size() * batches.size()) {
      for (const std::int64_t r : rows) cause.rows.push_back(flat(r));
      std::sort(cause.rows.begin(), cause.rows.end());
    } else if (static_cast<std::int64_t>(batches.size()) < batch_rows) {
      cause.batch.assign(batches.begin(), batches.end());
    }
    return cause;
  }

  std::int64_t flat(std::int64_t r) const { return place(r).batch * run_.heads + place(r).head; }

  /// Exchanged where each of them is held by one, repeated where one is held by several or is right in its place.
  Cause moved() const {
    const std::set<std::int64_t> sources(sources_.begin(), sources_.end()), wrong(moved_.begin(), moved_.end());
    cause::HeadsWrong cause = cause_of(moved_, sources == wrong ? "exchanged" : "repeated");
    // Whether the head alone, or the row of the batch alone, tells where a row comes from.
    std::map<std::int64_t, std::int64_t> of_head, of_batch, of_row;
    bool by_head = cause.rows.empty(), by_batch = cause.rows.empty();
    for (std::size_t n = 0; n < moved_.size(); ++n) {
      const RowPlace to = place(moved_[n]), from = place(sources_[n]);
      by_head &= to.batch == from.batch && of_head.emplace(to.head, from.head).first->second == from.head;
      by_batch &= to.head == from.head && of_batch.emplace(to.batch, from.batch).first->second == from.batch;
      of_row.emplace(flat(moved_[n]), flat(sources_[n]));
    }
    if (by_head) {
      for (const auto& entry : of_head) cause.from.push_back(run_.first_head + entry.second);
    } else if (by_batch) {
      cause.batch.clear();
      for (const auto& [to, from] : of_batch) {
        cause.batch.push_back(to);
        cause.of_batch.push_back(from);
      }
    } else {
      cause.batch.clear();
      cause.rows.clear();
      for (const auto& [to, from] : of_row) {
        cause.rows.push_back(to);
        cause.from_rows.push_back(from);
      }
    }
    return cause;
  }

  /// A few of the other rows, which stand for all.
  std::vector<std::int64_t> some_others() const {
    constexpr std::size_t looked_at = 4;
    return {other_.begin(), other_.begin() + static_cast<std::ptrdiff_t>(std::min(looked_at, other_.size()))};
  }

  std::optional<PartFound> beside_zero() const {
    if (zero_.empty()) return std::nullopt;
    std::vector<Cause> causes = alone(some_others());
    if (causes.empty()) return std::nullopt;
    causes.push_back(cause_of(zero_, "zero"));
    return PartFound{std::move(causes), 0, nullptr};
  }

  /// What a check of a few of the other rows alone says.
  Cause others() const {
    const std::vector<Cause> causes = alone(some_others());
    std::string inner;
    for (const Cause& cause : causes) {
      const std::string words = cause.sentence(run_);
      // What is right besides is said once, of the other heads.
      inner += inner.empty() ? "" : "; and it ";
      inner += words.substr(
          0, std::min(words.rfind("; the other tokens are right"), words.rfind("; the other pairs are right")));
    }
    cause::HeadsWrong cause = cause_of(other_, "other");
    cause.inner = std::move(inner);
    return cause;
  }

  /// The causes of a run of some rows.
  std::vector<Cause> alone(const std::vector<std::int64_t>& rows) const {
    KernelRun few = without_rows(run_);
    few.shape = {static_cast<std::int64_t>(rows.size()), run_.shape.tokens, 1, run_.shape.head_dim};
    few.heads = few.shape.outer;
    copy_rows(run_.in, few.in, few.shape, rows);
    copy_rows(run_.out, few.out, few.shape, rows);
    const Noise noise = row_noise(few, make_spectrum(few.rope, few.length()));
    const Changes moved = changes(few, sample_tokens(few.shape.tokens, thresholds::sampled_tokens), noise.bound);
    const std::vector<LayoutChoice> layouts = layout_choices(few, moved.moved);
    const Prediction expected = expected_candidate(few, layouts.front()).prediction(as_given(few));
    WholeSums sums(few);
    return explain({few, expected, layouts, noise, moved, sums, context_.evidence.stop}).causes;
  }

  void copy_rows(const Array& from, Array& to, const RowShape& shape, const std::vector<std::int64_t>& rows) const {
    to.dtype = from.dtype;
    to.shape = {shape.outer, shape.tokens, shape.head_dim};
    for (const std::int64_t r : rows)
      for (std::int64_t t = 0; t < shape.tokens; ++t) {
        const std::int64_t first = run_.first_number(r / run_.shape.inner, t, r % run_.shape.inner);
        for (std::int64_t j = first; j < first + shape.head_dim; ++j)
          from.dtype == NumberFormat::float64 ? to.doubles.push_back(from.number(j))
                                              : to.floats.push_back(static_cast<float>(from.number(j)));
      }
  }

  double residual_of_predicted() const {
    double error = 0, energy = 0;
    const std::set<std::int64_t> left_out(other_.begin(), other_.end());
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::int64_t r = 0; r < sample_.rows; ++r) {
        if (left_out.contains(r)) continue;
        const std::size_t row = sample_.row(t, static_cast<std::size_t>(r));
        for (std::size_t j = row; j < row + static_cast<std::size_t>(sample_.width); ++j) {
          error += (sample_.out[j] - predicted_[j]) * (sample_.out[j] - predicted_[j]);
          energy += predicted_[j] * predicted_[j];
        }
      }
    return energy > 0 ? std::sqrt(error / energy) : 0;
  }

  const PartContext& context_;
  const RowSample& sample_;
  const KernelRun& run_;
  std::vector<std::int64_t> wrong_, zero_, moved_, sources_, other_;
  std::vector<double> predicted_;
};

} // namespace

std::optional<PartFound> wrong_heads(const PartContext& context) { return Heads(context).find(); }

} // namespace ropescope
