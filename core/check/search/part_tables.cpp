#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/pair_matrix.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// A number that a kernel may multiply a component by at each token of the sample.
struct Entry {
  std::string words;
  std::vector<double> values; ///< per token of the sample
  std::vector<double> turned; ///< what float32 noise may turn its angle by, rad
  bool of_component = false;  ///< frequency base^(−j/d) of an odd j, which no pair has
};

/// Each component as a·itself + b·the other of its pair, where a and b are entries of a table: those that a kernel
/// should take, or any others.
class Tables {
public:
  explicit Tables(const PartContext& context)
      : context_(context), sample_(context.sample), at_(context.layout.at),
        noise_(std::ranges::max(context.evidence.noise.angle)), turns_(context.turns) {}

  std::optional<PartFound> find() {
    const KernelRun& run = context_.evidence.run;
    // Of one position an entry is a number, and two of some hundreds make nearly any.
    if (run.positions.axes > 1 || one_position(run.positions)) return std::nullopt;
    make_entries();
    std::vector<double> predicted = context_.rows;
    std::string words;
    std::size_t of_component = 0;
    for (std::size_t i = 0; i < at_.in_first.size(); ++i)
      for (const bool second : {false, true}) {
        throw_if_stopped(context_.evidence.stop);
        const auto chosen = chosen_for(i, second);
        if (!chosen) return std::nullopt;
        write(i, second, *chosen, predicted);
        of_component += chosen->first->of_component || chosen->second->of_component;
        constexpr std::size_t shown = 4; // components: the rest follows from them, or is in no order
        if (i < shown / 2)
          words += fmt::format("{}component {}: {} and {}{}", words.empty() ? "" : "; ",
                               second ? at_.out_second[i] : at_.out_first[i], chosen->first->words,
                               chosen->sign < 0 ? "−" : "", chosen->second->words);
      }
    // The last row of a table has no next: it alone may be something else.
    std::vector<Cause> also;
    if (last_off_) {
      const std::size_t last = sample_.row(sample_.tokens.size() - 1, 0);
      std::copy(sample_.out.begin() + static_cast<std::ptrdiff_t>(last), sample_.out.end(),
                predicted.begin() + static_cast<std::ptrdiff_t>(last));
      also.push_back(cause::RowsWrong{{sample_.tokens.back()}, {}, {}, false});
    }
    const RowProof proof = prove_rows(sample_, predicted, at_, turns_, context_.evidence.noise);
    if (!proof.whole) return std::nullopt;
    PartFound found{
        {cause::PairMatrix{
            of_component >= at_.in_first.size() / 2 ? "frequency_per_component" : "other_table_entries", words, {}}},
        proof.residual,
        nullptr};
    found.causes.insert(found.causes.end(), also.begin(), also.end());
    return found;
  }

private:
  struct Chosen {
    const Entry *first = nullptr, *second = nullptr;
    double sign = 1; ///< of the second
  };

  double position(std::size_t t) const { return context_.evidence.run.position(0, sample_.tokens[t]); }

  void add(const std::string& words, bool of_component, double theta, double later) {
    Entry cosine{"cos" + words, {}, {}, of_component}, sine{"sin" + words, {}, {}, of_component};
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t) {
      const double angle = (position(t) + later) * theta;
      cosine.values.push_back(context_.expected.gain * std::cos(angle));
      sine.values.push_back(context_.expected.gain * std::sin(angle));
      cosine.turned.push_back(std::abs(angle) * noise_);
    }
    sine.turned = cosine.turned;
    entries_.push_back(std::move(cosine));
    entries_.push_back(std::move(sine));
  }

  void make_entries() {
    // The model's own table, whatever part of a head this layout turns.
    const std::vector<double>& theta = context_.evidence.expected.turns.theta;
    for (std::size_t k = 0; k < theta.size(); ++k) add(fmt::format("[{}]", k), false, theta[k], 0);
    const RopeConfig& rope = context_.evidence.run.rope;
    if (rope.scaling.rope_type == RopeType::standard)
      for (std::size_t j = 1; j < 2 * theta.size(); j += 2)
        add(fmt::format("[{}/2]", j), true,
            std::pow(rope.base, -static_cast<double>(j) / static_cast<double>(2 * theta.size())) *
                rope.layout.pairs.direction,
            0);
    // The exponents of pairs, counted over components.
    if (rope.scaling.rope_type == RopeType::standard)
      for (std::size_t k = theta.size(); k < 2 * theta.size(); ++k)
        add(fmt::format("[{}]", k), true,
            std::pow(rope.base, -static_cast<double>(k) / static_cast<double>(theta.size())) *
                rope.layout.pairs.direction,
            0);
    for (std::size_t k = 0; k < theta.size(); ++k) add(fmt::format("[{}] of the next position", k), false, theta[k], 1);
    for (std::size_t k = 0; k < theta.size(); ++k)
      add(fmt::format("[{}] of the position before", k), false, theta[k], -1);
    const std::vector<double> none(sample_.tokens.size(), 0.0);
    entries_.push_back({"1", std::vector<double>(sample_.tokens.size(), 1.0), none});
    entries_.push_back({"0", none, none});
  }

  /// The components of a pair as the first row of the sample has them.
  struct Cell {
    double own, other, out;
  };
  Cell cell(std::size_t t, std::size_t r, std::size_t i, bool second) const {
    const std::size_t row = sample_.row(t, r);
    const double a = sample_.in[row + static_cast<std::size_t>(at_.in_first[i])],
                 b = sample_.in[row + static_cast<std::size_t>(at_.in_second[i])];
    const double y = sample_.out[row + static_cast<std::size_t>(second ? at_.out_second[i] : at_.out_first[i])];
    return second ? Cell{b, a, y} : Cell{a, b, y};
  }

  /// The error of a cell by the greatest that rounding explains.
  double off(const Chosen& chosen, std::size_t t, const Cell& c) const {
    const double p = chosen.first->values[t] * c.own + chosen.sign * chosen.second->values[t] * c.other;
    const double turned = std::max(chosen.first->turned[t], chosen.second->turned[t]);
    const double bound = std::sqrt(c.own * c.own + c.other * c.other) *
                         (context_.evidence.noise.bound + thresholds::angle_bound * turned);
    return std::abs(p - c.out) / (bound + thresholds::nothing);
  }

  std::optional<Chosen> chosen_for(std::size_t i, bool second) {
    // The expected entries first: a slow pair fits many.
    std::vector<const Entry*> order;
    for (const std::size_t k : {2 * i, 2 * i + 1})
      if (k < entries_.size()) order.push_back(&entries_[k]);
    order.insert(order.end(), {&entries_[entries_.size() - 1], &entries_[entries_.size() - 2]}); // 0 and 1
    const std::size_t likely = order.size();
    for (const Entry& entry : entries_)
      if (std::find(order.begin(), order.end(), &entry) == order.end()) order.push_back(&entry);
    // A token late in the sample, where entries differ, whose other component is long enough to be told by.
    std::size_t t0 = sample_.tokens.size() - 1;
    double most = 0;
    for (std::size_t t = sample_.tokens.size() / 2; t + 1 < sample_.tokens.size(); ++t)
      if (const Cell c = cell(t, 0, i, second); std::abs(c.other) > most) {
        most = std::abs(c.other);
        t0 = t;
      }
    const Cell c = cell(t0, 0, i, second);
    std::optional<Chosen> best;
    double least = 0;
    const auto consider = [&](const Chosen& chosen) {
      if (off(chosen, t0, c) > 1) return;
      const auto error = error_of(chosen, i, second);
      // Plainly better, so that of entries that a slow pair cannot tell the expected one is taken.
      if (!error || (best && *error > thresholds::plainly_better * least)) return;
      best = chosen;
      least = *error;
    };
    // The expected ones and none, then all: what one entry leaves must be the other's share, which is looked up.
    const double own_sign = second ? 1 : -1;
    for (std::size_t a = 0; a < likely; ++a)
      for (std::size_t b = 0; b < likely; ++b)
        for (const double sign : {own_sign, -own_sign}) consider({order[a], order[b], sign});
    std::vector<const Entry*> by_value = order;
    std::sort(by_value.begin(), by_value.end(),
              [&](const Entry* a, const Entry* b) { return a->values[t0] < b->values[t0]; });
    double turned = 0;
    for (const Entry* entry : order) turned = std::max(turned, entry->turned[t0]);
    if (c.other == 0) return best;
    const double slack = (context_.evidence.noise.bound + thresholds::angle_bound * turned) *
                         std::hypot(c.own, c.other) / std::abs(c.other);
    for (const Entry* own : order)
      for (const double sign : {own_sign, -own_sign}) {
        const double value = sign * (c.out - own->values[t0] * c.own) / c.other;
        auto other = std::lower_bound(by_value.begin(), by_value.end(), value - slack,
                                      [&](const Entry* e, double v) { return e->values[t0] < v; });
        for (; other != by_value.end() && (*other)->values[t0] <= value + slack; ++other) consider({own, *other, sign});
      }
    if (best) last_off_ |= last_is_off(*best, i, second);
    return best;
  }

  /// Sum of squares over all cells; nothing where one is off, but for the last row.
  std::optional<double> error_of(const Chosen& chosen, std::size_t i, bool second) const {
    double sum = 0;
    for (std::size_t t = 0; t + 1 < sample_.tokens.size(); ++t)
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r) {
        const double error = off(chosen, t, cell(t, r, i, second));
        if (error > 1) return std::nullopt;
        sum += error * error;
      }
    return sum;
  }

  bool last_is_off(const Chosen& chosen, std::size_t i, bool second) const {
    for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r)
      if (off(chosen, sample_.tokens.size() - 1, cell(sample_.tokens.size() - 1, r, i, second)) > 1) return true;
    return false;
  }

  void write(std::size_t i, bool second, const Chosen& chosen, std::vector<double>& predicted) {
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t) {
      double& turned = turns_.turned[t * at_.in_first.size() + i];
      turned = std::max({turned, chosen.first->turned[t], chosen.second->turned[t]});
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r) {
        const Cell c = cell(t, r, i, second);
        predicted[sample_.row(t, r) + static_cast<std::size_t>(second ? at_.out_second[i] : at_.out_first[i])] =
            chosen.first->values[t] * c.own + chosen.sign * chosen.second->values[t] * c.other;
      }
    }
  }

  const PartContext& context_;
  const RowSample& sample_;
  const PairComponents& at_;
  double noise_;      ///< of the angle of any pair, relative
  SampleTurns turns_; ///< with the noise of the entries that are taken
  std::vector<Entry> entries_;
  bool last_off_ = false;
};

} // namespace

std::optional<PartFound> other_table_entries(const PartContext& context) { return Tables(context).find(); }

} // namespace ropescope
