#include "core/check/search/position_rules.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/search/scaled_positions.h"

namespace ropescope {

namespace {

class Rules {
public:
  Rules(const KernelRun& run, std::int64_t axis, std::span<const double> seen, std::span<const std::uint8_t> visible,
        double slack)
      : run_(run), axis_(axis), seen_(seen), visible_(visible), slack_(slack) {
    for (std::int64_t t = 0; t < run.shape.tokens; ++t) given_.push_back(run.position(axis, t));
  }

  std::optional<PositionRule> find() {
    const auto first =
        static_cast<std::size_t>(std::find(visible_.begin(), visible_.end(), std::uint8_t{1}) - visible_.begin());
    if (first >= given_.size()) return std::nullopt;
    constant(first) || affine(first) || row_number(first) || other_axis() || truncated() || powers() || from_end() ||
        ranks() || periods() || other_order();
    return std::move(found_);
  }

private:
  using Map = std::function<double(std::size_t token)>;

  /// Takes a rule where it yields what was seen.
  bool holds(const std::string& words, const Map& map) {
    for (std::size_t t = 0; t < given_.size(); ++t)
      if (visible_[t] && !(std::abs(map(t) - seen_[t]) <= slack_)) return false;
    found_ = PositionRule{words, 1, 0, {}, {}};
    for (std::size_t t = 0; t < given_.size(); ++t) found_->positions.push_back(map(t));
    return true;
  }

  bool constant(std::size_t first) {
    const double c = std::round(seen_[first]);
    if (!holds(fmt::format("position {:.0f} in every token", c), [c](std::size_t) { return c; })) return false;
    found_->scale = 0;
    found_->offset = c;
    return true;
  }

  /// scale × position + offset, by the two tokens whose positions lie furthest apart.
  bool affine(std::size_t first) {
    std::size_t low = first, high = first;
    for (std::size_t t = 0; t < given_.size(); ++t) {
      if (!visible_[t]) continue;
      if (given_[t] < given_[low]) low = t;
      if (given_[t] > given_[high]) high = t;
    }
    const double span = given_[high] - given_[low];
    if (span == 0) return false;
    const double scale = as_ratio((seen_[high] - seen_[low]) / span, 2 * slack_ / span);
    const double offset = seen_[low] - scale * given_[low];
    // A whole offset, or a half, where one fits.
    for (const double k : {std::round(offset), std::round(2 * offset) / 2, offset})
      if (holds({}, [&](std::size_t t) { return scale * given_[t] + k; })) {
        found_->scale = scale;
        found_->offset = k;
        return true;
      }
    return false;
  }

  bool row_number(std::size_t first) {
    const double k = std::round(seen_[first]) - static_cast<double>(first);
    if (!holds(k == 0 ? "the row number" : fmt::format("the row number {} {:.0f}", k < 0 ? "−" : "+", std::abs(k)),
               [k](std::size_t t) { return static_cast<double>(t) + k; }))
      return false;
    found_->row_number = static_cast<std::int64_t>(k);
    return true;
  }

  bool other_axis() {
    for (std::int64_t a = 0; a < run_.positions.axes; ++a)
      if (a != axis_ && holds(fmt::format("the position on axis {}", axis_name(run_.rope, a)),
                              [&](std::size_t t) { return run_.position(a, static_cast<std::int64_t>(t)); }))
        return true;
    return false;
  }

  /// Whole parts of a multiple.
  bool truncated() {
    const double most_given = *std::max_element(given_.begin(), given_.end()),
                 most_seen = *std::max_element(seen_.begin(), seen_.end());
    if (most_given <= 0 || most_seen <= 0) return false;
    const auto about = static_cast<std::int64_t>(std::round(most_given / std::max(most_seen, 1.0)));
    for (std::int64_t n = std::max<std::int64_t>(2, about - 2); n <= about + 2; ++n) {
      const auto d = static_cast<double>(n);
      if (holds(fmt::format("⌊p/{}⌋", n), [&](std::size_t t) { return std::floor(given_[t] / d); })) return true;
      if (holds(fmt::format("{0}·⌊p/{0}⌋", n), [&](std::size_t t) { return d * std::floor(given_[t] / d); }))
        return true;
    }
    for (const std::int64_t n : {2, 4, 8, 16, 32, 64, 128, 256}) {
      const auto d = static_cast<double>(n);
      if (holds(fmt::format("{0}·⌊p/{0}⌋", n), [&](std::size_t t) { return d * std::floor(given_[t] / d); }))
        return true;
    }
    return false;
  }

  bool powers() {
    const auto tokens = static_cast<double>(given_.size());
    const double most = *std::max_element(given_.begin(), given_.end()) + 1;
    if (holds("p²", [&](std::size_t t) { return given_[t] * given_[t]; })) return true;
    for (const double n : {tokens, most, tokens - 1, most - 2, tokens + 1})
      if (holds(fmt::format("p·({:.0f} − p)", n), [&](std::size_t t) { return given_[t] * (n - given_[t]); }))
        return true;
    if (holds("p·(p + 1)/2", [&](std::size_t t) { return given_[t] * (given_[t] + 1) / 2; })) return true;
    if (holds("p·(p − 1)/2", [&](std::size_t t) { return given_[t] * (given_[t] - 1) / 2; })) return true;
    return holds("√p", [&](std::size_t t) { return std::sqrt(std::max(0.0, given_[t])); });
  }

  bool from_end() {
    const double last = static_cast<double>(given_.size()) - 1;
    if (holds("its number from the end", [&](std::size_t t) { return last - static_cast<double>(t); })) return true;
    return holds("its number from the end, from 1 on",
                 [&](std::size_t t) { return last + 1 - static_cast<double>(t); });
  }

  /// The number of the group of rows that have one position, in the order of positions or of rows.
  bool ranks() {
    std::map<double, double> by_position, by_row;
    for (const double p : given_) {
      by_position[p] = 0;
      by_row.emplace(p, static_cast<double>(by_row.size()));
    }
    double rank = 0;
    for (auto& entry : by_position) entry.second = rank++;
    if (by_position.size() == given_.size()) return false;
    return holds("the number of different positions before it (its slot)",
                 [&](std::size_t t) { return by_row[given_[t]]; }) ||
           holds("the rank of its position", [&](std::size_t t) { return by_position[given_[t]]; });
  }

  /// Remainders, and a row number that begins again or stays.
  bool periods() {
    const auto period = static_cast<std::int64_t>(std::round(*std::max_element(seen_.begin(), seen_.end()))) + 1;
    const auto tokens = static_cast<std::int64_t>(given_.size());
    if (period < 2 || period >= tokens) return false;
    const auto n = static_cast<double>(period);
    if (holds(fmt::format("p mod {}", period), [&](std::size_t t) { return std::fmod(given_[t], n); })) return true;
    if (holds(fmt::format("the row number mod {}", period),
              [&](std::size_t t) { return std::fmod(static_cast<double>(t), n); }))
      return true;
    for (const std::int64_t each : {tokens / period, tokens / period + 1})
      if (each > 1 && holds(fmt::format("the row number divided by {}", each), [&](std::size_t t) {
            return std::floor(static_cast<double>(t) / static_cast<double>(each));
          }))
        return true;
    return false;
  }

  /// The positions given, and each at another row.
  bool other_order() {
    if (std::find(visible_.begin(), visible_.end(), std::uint8_t{0}) != visible_.end()) return false;
    std::vector<double> a(given_), b;
    for (const double s : seen_) b.push_back(std::round(s));
    const std::vector<double> taken = b;
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b && holds("the position of another row (they are exchanged)", [&](std::size_t t) { return taken[t]; });
  }

  const KernelRun& run_;
  std::int64_t axis_;
  std::span<const double> seen_;
  std::span<const std::uint8_t> visible_;
  double slack_;
  std::vector<double> given_;
  std::optional<PositionRule> found_;
};

} // namespace

std::optional<PositionRule> find_position_rule(const KernelRun& run, std::int64_t axis, std::span<const double> seen,
                                               std::span<const std::uint8_t> visible, double slack) {
  return Rules(run, axis, seen, visible, slack).find();
}

} // namespace ropescope
