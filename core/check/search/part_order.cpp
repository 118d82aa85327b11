#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/halves_exchanged.h"
#include "core/check/causes/pairing.h"
#include "core/check/causes/row_shift.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// Components by their number: which one of another row a component holds.
using Order = std::vector<std::int64_t>;

/// The rule of an order, in words after "component j of"; empty where none is seen.
std::string rule_of(const Order& order) {
  const auto n = static_cast<std::int64_t>(order.size());
  const auto is = [&](auto of) {
    for (std::int64_t j = 0; j < n; ++j)
      if (order[static_cast<std::size_t>(j)] != of(j)) return false;
    return true;
  };
  if (is([&](std::int64_t j) { return n - 1 - j; })) return fmt::format("{} − j, in reverse order", n - 1);
  if (is([&](std::int64_t j) { return j < n / 2 ? n / 2 - 1 - j : n + n / 2 - 1 - j; }))
    return "the same half in reverse order";
  if (is([&](std::int64_t j) { return j < n / 2 ? 2 * j : 2 * (j - n / 2) + 1; }))
    return "2j, and behind the middle the odd ones: even and odd components are taken apart";
  if (is([&](std::int64_t j) { return j % 2 == 0 ? j / 2 : n / 2 + j / 2; }))
    return "j ÷ 2 of either half in turn: the halves are woven together";
  for (std::int64_t by = 1; by < n; ++by) {
    if (is([&](std::int64_t j) { return (j + by) % n; })) return fmt::format("j + {}, modulo {}", by, n);
    if (n % 2 == 0 && (by & (by - 1)) == 0 && by < n && is([&](std::int64_t j) { return j ^ by; }))
      return fmt::format("j ± {}, neighbouring blocks of {} exchanged", by, by);
    if (n % by == 0 && by > 1 && is([&](std::int64_t j) { return j / by * by + by - 1 - j % by; }))
      return fmt::format("each block of {} in reverse order", by);
    if (n % by == 0 && by > 1 && is([&](std::int64_t j) { return j / by * by + (j % by + by / 2) % by; }))
      return fmt::format("the other half of each block of {}", by);
  }
  return {};
}

std::string listed(const Order& order) {
  constexpr std::size_t shown = 8;
  std::string words;
  for (std::size_t j = 0; j < std::min(shown, order.size()); ++j)
    words += fmt::format("{}{}", j == 0 ? "" : ", ", order[j]);
  return words + (order.size() > shown ? " …" : "");
}

/// Rows whose components lie, or are combined, otherwise than they should.
class Components {
public:
  explicit Components(const PartContext& context)
      : context_(context), sample_(context.sample), at_(context.layout.at),
        width_(static_cast<std::size_t>(sample_.width)) {
    part_ = at_.out_first;
    part_.insert(part_.end(), at_.out_second.begin(), at_.out_second.end());
    std::sort(part_.begin(), part_.end());
    // Rows late in the run, where all pairs turn as far as they do.
    const std::size_t rows = sample_.tokens.size() * static_cast<std::size_t>(sample_.rows),
                      step = std::max<std::size_t>(1, rows / looked_at);
    for (std::size_t n = rows; n > 0; n = n > step ? n - step : 0) looked_.push_back(n - 1);
  }

  /// The right rows, or the input's, with their components in another order.
  std::optional<PartFound> reordered() const {
    const auto order = order_of([&](std::size_t n, std::size_t k) { return context_.rows[n + k]; });
    if (!order) return std::nullopt;
    std::vector<double> predicted = context_.rows;
    for (std::size_t n = 0; n < predicted.size(); n += width_)
      for (std::size_t k = 0; k < part_.size(); ++k)
        predicted[n + static_cast<std::size_t>(part_[k])] = context_.rows[n + static_cast<std::size_t>((*order)[k])];
    const auto residual = context_.whole(predicted);
    if (!residual) return std::nullopt;
    Order within;
    for (const std::int64_t j : *order) within.push_back(std::find(part_.begin(), part_.end(), j) - part_.begin());
    const std::string rule = rule_of(within);
    return PartFound{
        {cause::HalvesExchanged{false, fmt::format("the components in another order: component j holds {}",
                                                   rule.empty() ? "in turn what belongs to " + listed(*order)
                                                                : "what belongs to component " + rule)}},
        *residual,
        nullptr};
  }

  /// out[j] = in[j]·cos[j] ± in[k]·sin[j] with the model's own table, where k is not the one that the model takes.
  std::optional<PartFound> other_partners() const {
    if (looked_.size() < least_rows) return std::nullopt;
    Order partner(width_, -1);
    std::vector<double> sign(width_, 0);
    std::vector<std::int64_t> pair(width_, -1);
    for (std::size_t i = 0; i < at_.out_first.size(); ++i)
      pair[static_cast<std::size_t>(at_.out_first[i])] = pair[static_cast<std::size_t>(at_.out_second[i])] =
          static_cast<std::int64_t>(i);
    if (at_.in_first != at_.out_first || at_.in_second != at_.out_second) return std::nullopt;
    std::size_t other = 0;
    for (const std::int64_t component : part_) {
      throw_if_stopped(context_.evidence.stop);
      const auto j = static_cast<std::size_t>(component);
      const auto i = static_cast<std::size_t>(pair[j]);
      const auto own = at_.out_first[i] == component ? at_.in_second[i] : at_.in_first[i];
      const double own_sign = at_.out_first[i] == component ? -1 : 1;
      // The model's own first: pairs that hardly turn do not tell.
      std::vector<std::int64_t> candidates{own};
      for (const std::int64_t k : part_)
        if (k != own && k != component) candidates.push_back(k);
      for (const std::int64_t k : candidates)
        for (const double s : {own_sign, -own_sign})
          if (partner[j] < 0 && combines(j, i, static_cast<std::size_t>(k), s)) {
            partner[j] = k;
            sign[j] = s;
          }
      if (partner[j] < 0) return std::nullopt;
      other += partner[j] != own;
    }
    // One in four is seen to be another; those that hardly turn are taken for the model's.
    if (4 * other < part_.size()) return std::nullopt;
    std::vector<double> predicted = context_.rows;
    const auto pairs = static_cast<std::size_t>(at_.pairs());
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r)
        for (const std::int64_t component : part_) {
          const auto j = static_cast<std::size_t>(component);
          const std::size_t n = sample_.row(t, r);
          const std::complex<double> z = context_.turns.multiplier[t * pairs + static_cast<std::size_t>(pair[j])];
          predicted[n + j] =
              sample_.in[n + j] * z.real() + sign[j] * sample_.in[n + static_cast<std::size_t>(partner[j])] * z.imag();
        }
    // Not by pairs: each number may be as long as the two that it is made of.
    double error = 0, energy = 0;
    for (std::size_t n = 0; n < predicted.size(); ++n) {
      error += std::pow(predicted[n] - sample_.out[n], 2);
      energy += predicted[n] * predicted[n];
    }
    const double residual = std::sqrt(error / std::max(energy, thresholds::nothing));
    if (residual > 2 * context_.evidence.noise.rms + turned()) return std::nullopt;
    cause::OtherPairing cause{context_.evidence.run.rope.layout.pairs.pairing, {}, false, 0};
    cause.partners = partner_words(partner);
    return PartFound{{std::move(cause)}, residual, nullptr};
  }

  /// A pointer that is off by some numbers, where it reads or where it writes.
  std::optional<PartFound> off_by_numbers() const {
    const std::int64_t width = sample_.width;
    for (const bool here : {true, false})
      for (std::int64_t by = 1; by < 2 * width; ++by)
        for (const std::int64_t shift : {by, -by}) {
          if (shift % width == 0) continue; // rows are another finder's
          bool fits = true;
          // Away from the ends of the file, beyond which there is nothing to compare with.
          for (std::size_t n = 0; n < std::min<std::size_t>(looked_.size(), 4) && fits; ++n)
            fits = shifted_row(looked_[(looked_.size() / 2 + n) % looked_.size()], shift, here, nullptr);
          if (!fits) continue;
          std::vector<double> predicted = context_.rows;
          for (std::size_t n = 0; n * width_ < predicted.size(); ++n) shifted_row(n, shift, here, &predicted);
          const RowProof proof = context_.prove(predicted);
          if (2 * static_cast<std::size_t>(proof.count) > 0 && !nearly(proof)) continue;
          return PartFound{{cause::RowShift{shift, here, "numbers", {}}}, proof.residual, nullptr};
        }
    return std::nullopt;
  }

  /// Heads that are read so many numbers further than they lie, each by as many more than the one before.
  std::optional<PartFound> by_head_stride() const {
    const KernelRun& run = context_.evidence.run;
    const std::int64_t heads = run.heads;
    if (heads < 3) return std::nullopt;
    const auto head = [&](std::size_t n) {
      return place_of_row(run, static_cast<std::int64_t>(n % static_cast<std::size_t>(sample_.rows)), 0).head;
    };
    // What head 1 is off by tells the others, which prove it.
    std::size_t of_first = looked_.front();
    for (const std::size_t n : looked_)
      if (head(n) == 1) of_first = n;
    if (head(of_first) != 1) return std::nullopt;
    for (std::int64_t by = 1; by < sample_.width; ++by)
      for (const std::int64_t shift : {by, -by}) {
        if (!shifted_row(of_first, shift, true, nullptr)) continue;
        std::vector<double> predicted = context_.rows;
        for (std::size_t n = 0; n * width_ < predicted.size(); ++n)
          if (head(n) > 0) shifted_row(n, shift * head(n), true, &predicted);
        const auto residual = context_.whole(predicted);
        if (!residual) continue;
        cause::RowShift cause{0, true, "numbers", {}, {}, {}};
        cause.strides =
            fmt::format("head h from {} · h numbers {} its place: the stride of a head is {} numbers, where "
                        "{} is right",
                        by, shift > 0 ? "before" : "behind", sample_.width - shift, sample_.width);
        return PartFound{{std::move(cause)}, *residual, nullptr};
      }
    return std::nullopt;
  }

private:
  static constexpr std::size_t looked_at = 64, least_rows = 8;

  std::size_t token_of(std::size_t row) const { return row / static_cast<std::size_t>(sample_.rows); }

  double turned() const { return *std::max_element(context_.turns.turned.begin(), context_.turns.turned.end()); }

  double allowed(double size) const {
    return size * (context_.evidence.noise.bound + thresholds::angle_bound * turned()) +
           std::sqrt(thresholds::floor_bound * context_.evidence.noise.floor) + thresholds::nothing;
  }

  /// Which number of each row's `of` stands at each component of the output, in every row that is looked at; nothing
  /// where one of them is nowhere, or all are in place.
  template <typename Of>
  std::optional<Order> order_of(Of of) const {
    if (looked_.size() < least_rows) return std::nullopt;
    Order order;
    bool moved = false;
    for (const std::int64_t component : part_) {
      const auto j = static_cast<std::size_t>(component);
      std::int64_t found = -1;
      for (std::size_t k = 0; k < part_.size() + 1 && found < 0; ++k) {
        const std::int64_t candidate = k == 0 ? component : part_[k - 1];
        bool fits = true;
        for (std::size_t n = 0; n < looked_.size() && fits; ++n) {
          const std::size_t row = looked_[n] * width_;
          const double y = sample_.out[row + j], p = of(row, static_cast<std::size_t>(candidate));
          fits = std::abs(y - p) <= allowed(size_of(row));
        }
        if (fits) found = candidate;
      }
      if (found < 0) return std::nullopt;
      moved |= found != component;
      order.push_back(found);
    }
    return moved ? std::optional(order) : std::nullopt;
  }

  /// The greatest number of a row: what rounding of products is measured by where it is not known which were taken.
  double size_of(std::size_t row) const {
    double most = 0;
    for (std::size_t j = row; j < row + width_; ++j) most = std::max(most, std::abs(sample_.in[j]));
    return most * context_.expected.gain;
  }

  bool combines(std::size_t j, std::size_t pair, std::size_t k, double sign) const {
    const auto pairs = static_cast<std::size_t>(at_.pairs());
    return std::all_of(looked_.begin(), looked_.end(), [&](std::size_t n) {
      const std::complex<double> z = context_.turns.multiplier[token_of(n) * pairs + pair];
      const double a = sample_.in[n * width_ + j], b = sample_.in[n * width_ + k];
      return std::abs(a * z.real() + sign * b * z.imag() - sample_.out[n * width_ + j]) <= allowed(std::hypot(a, b));
    });
  }

  std::string partner_words(const Order& partner) const {
    // By the fastest pairs, which show theirs.
    Order within;
    for (const std::int64_t j : part_)
      within.push_back(std::find(part_.begin(), part_.end(), partner[static_cast<std::size_t>(j)]) - part_.begin());
    const std::string rule = rule_of(within);
    if (!rule.empty()) return fmt::format("component j with component {}", rule);
    const auto n = static_cast<std::int64_t>(within.size());
    const auto seen = [&](auto of) { // where it is not the model's own
      std::int64_t fits = 0, all = 0;
      for (std::int64_t j = 0; j < n; ++j) {
        const std::int64_t k = within[static_cast<std::size_t>(j)];
        if (k == (j + n / 2) % n || k == (j ^ 1)) continue;
        ++all;
        fits += k == of(j);
      }
      return all > 0 && fits == all;
    };
    for (std::int64_t by = 1; by < n; by *= 2)
      if (seen([&](std::int64_t j) { return j ^ by; }))
        return fmt::format("component j with j ± {} (j XOR {})", by, by);
    if (seen([&](std::int64_t j) { return n - 1 - j; })) return fmt::format("component j with {} − j", n - 1);
    for (std::int64_t by = 1; by < n; ++by)
      if (seen([&](std::int64_t j) { return (j + by) % n; }))
        return fmt::format("component j with j + {}, modulo {}", by, n);
    return "components 0, 1, 2 … with " + listed(partner);
  }

  /// Row n as a pointer that is off writes it (into `to`), or whether it is so; rows beside the sample's are read from
  /// the file.
  bool shifted_row(std::size_t n, std::int64_t shift, bool here, std::vector<double>* to) const {
    const KernelRun& run = context_.evidence.run;
    const auto r = static_cast<std::int64_t>(n % static_cast<std::size_t>(sample_.rows));
    const std::int64_t token = sample_.tokens[token_of(n)];
    const std::int64_t first = run.first_number(r / run.shape.inner, token, r % run.shape.inner);
    const std::int64_t all = run.shape.size();
    std::vector<double> y(width_);
    if (here) {
      std::vector<double> x(width_);
      for (std::size_t j = 0; j < width_; ++j) {
        const std::int64_t from = first + static_cast<std::int64_t>(j) - shift;
        if (from < 0 || from >= all) return to != nullptr ? keep(n, *to) : false;
        x[j] = run.in.number(from);
      }
      turn(x, token, y);
    } else {
      const std::int64_t begin = first - shift, row = begin >= 0 ? begin / sample_.width : -1;
      if (row < 0 || (row + 2) * sample_.width > all) return to != nullptr ? keep(n, *to) : false;
      std::vector<double> x(2 * width_), one(width_), turned_row(width_);
      for (std::int64_t k = 0; k < 2; ++k) {
        for (std::size_t j = 0; j < width_; ++j)
          one[j] = run.in.number((row + k) * sample_.width + static_cast<std::int64_t>(j));
        turn(one, (row + k) / run.shape.inner % run.shape.tokens, turned_row);
        std::copy(turned_row.begin(), turned_row.end(), x.begin() + k * sample_.width);
      }
      std::copy_n(x.begin() + begin % sample_.width, width_, y.begin());
    }
    if (to != nullptr) {
      std::copy(y.begin(), y.end(), to->begin() + static_cast<std::ptrdiff_t>(n * width_));
      return true;
    }
    double error = 0, energy = 0;
    for (std::size_t j = 0; j < width_; ++j) {
      error += std::pow(y[j] - sample_.out[n * width_ + j], 2);
      energy += y[j] * y[j];
    }
    constexpr double near = 0.05; // a first sight alone: the proof is stricter
    return error <= near * near * energy;
  }

  bool keep(std::size_t n, std::vector<double>& to) const {
    const auto first = static_cast<std::ptrdiff_t>(n * width_);
    std::copy_n(sample_.out.begin() + first, width_, to.begin() + first);
    return true;
  }

  /// Whether all that is off are single numbers whose pair was judged by its length where two rows meet.
  bool nearly(const RowProof& proof) const {
    return static_cast<double>(proof.count) < 1e-2 * static_cast<double>(proof.off.size()) &&
           proof.residual <= context_.evidence.noise.rms + turned();
  }

  void turn(const std::vector<double>& x, std::int64_t token, std::vector<double>& y) const {
    y = x;
    for (std::size_t i = 0; i < at_.in_first.size(); ++i) {
      const std::complex<double> z = context_.expected.multiplier(static_cast<std::size_t>(token), i);
      const double a = x[static_cast<std::size_t>(at_.in_first[i])], b = x[static_cast<std::size_t>(at_.in_second[i])];
      y[static_cast<std::size_t>(at_.out_first[i])] = a * z.real() - b * z.imag();
      y[static_cast<std::size_t>(at_.out_second[i])] = b * z.real() + a * z.imag();
    }
  }

  const PartContext& context_;
  const RowSample& sample_;
  const PairComponents& at_;
  std::size_t width_;
  Order part_;                      ///< components that the rotation writes, rising
  std::vector<std::size_t> looked_; ///< rows of the sample, by number
};

} // namespace

std::optional<PartFound> other_order(const PartContext& context) {
  if (context.evidence.run.tables) return std::nullopt;
  const Components components(context);
  if (auto found = components.reordered()) return found;
  if (auto found = components.off_by_numbers()) return found;
  return components.other_partners();
}

std::optional<PartFound> heads_by_stride(const PartContext& context) {
  if (context.evidence.run.tables) return std::nullopt;
  return Components(context).by_head_stride();
}

} // namespace ropescope
