#include "core/check/search/broken_positions.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/positions_restart.h"
#include "core/check/causes/table_too_short.h"
#include "core/check/evidence/median.h"

namespace ropescope {

namespace {

using Beyond = cause::TableTooShort::Beyond;

class Break {
public:
  Break(PositionAccounts& accounts, double shift)
      : accounts_(accounts), k_(shift), given_(accounts.position()), shift_(accounts.shift()), seen_(accounts.seen()),
        order_(accounts.by_position()) {}

  void add() {
    // By position and not by row: a table ends at a position, wherever that comes in the run.
    std::size_t o = 0;
    while (o < order_.size() && holds(order_[o])) ++o;
    if (o == 0 || o == order_.size()) return;
    // One token at the end that stands at 0 is a row that was not turned: no table is one position too short for it.
    if (o + 1 == order_.size() && std::abs(seen_[order_[o]]) < thresholds::same_position) return;
    const double last = given_[order_[o - 1]] + k_, begin = given_[order_[o]] + k_;
    add_restart();
    const auto restarts = many_restarts();
    add_wrap(begin);
    if (restarts) accounts_.add(*restarts);
    add_clamp(o);
    add_identity(likely_length(last + 1, begin));
  }

private:
  bool holds(std::size_t token) const { return std::abs(shift_[token] - k_) < thresholds::same_position; }

  /// The cause, after which the common shift is said.
  std::vector<Cause> with(Cause cause) const {
    std::vector<Cause> causes{std::move(cause)};
    if (k_ != 0) causes.push_back(cause::PositionOffset{static_cast<std::int64_t>(k_), {}});
    return causes;
  }
  static Cause too_short(double length, Beyond beyond) {
    return cause::TableTooShort{static_cast<std::int64_t>(length), beyond};
  }

  /// The first token in the order of the run at which the shift is another, 0 or the number of tokens where there is
  /// none.
  std::size_t first_break() const {
    std::size_t r = 0;
    while (r < shift_.size() && holds(r)) ++r;
    return r;
  }

  /// The position at which it begins again, where tokens from r on are shifted back.
  double restart_at(std::size_t r) const {
    std::size_t before = r - 1;
    while (before > 0 && !accounts_.visible(before)) --before; // rows of zeros may hide where it began
    const double begun = std::round(k_ - shift_[r]);
    return begun > given_[before] + k_ ? begun : given_[r] + k_;
  }

  /// Positions begin at 0 once more.
  void add_restart() {
    const std::size_t r = first_break();
    // One token at position 0 at the end is a row that was not turned.
    if (r == 0 || r + 1 >= shift_.size()) return;
    const double at = restart_at(r), k = k_;
    PositionAccount& account = accounts_.add(with(cause::PositionsRestart{static_cast<std::int64_t>(at), {}}),
                                             [=](double p, std::size_t t) { return t < r ? p + k : p + k - at; });
    if (greatest() < 2 * at) account.alike = {too_short(at, Beyond::wrap)};
  }

  /// Positions begin at 0 again and again, wherever the data say.
  std::optional<PositionAccount> many_restarts() const {
    const std::size_t r = first_break();
    if (r == 0 || r == shift_.size()) return std::nullopt;
    std::vector<double> positions(shift_.size());
    std::vector<std::int64_t> rows;
    double start = -k_;
    for (std::size_t t = 0; t < shift_.size(); ++t) {
      const bool at_zero = std::abs(seen_[t]) < thresholds::same_position;
      if (t > 0 && at_zero && std::abs(shift_[t] + start) > thresholds::same_position) {
        // Neighbours that all stand at 0 were not turned: no sequence is one token long.
        if (!rows.empty() && rows.back() + 1 == static_cast<std::int64_t>(t)) return std::nullopt;
        start = given_[t];
        rows.push_back(static_cast<std::int64_t>(t));
      }
      positions[t] = given_[t] - start;
    }
    // As many as rows would explain anything.
    if (rows.size() < 2 || rows.size() >= shift_.size() / 4) return std::nullopt;
    const auto at = static_cast<std::int64_t>(restart_at(r));
    return PositionAccount{with(cause::PositionsRestart{at, rows}), {1, positions, {}}, {}, false};
  }

  /// A table that begins again: every shift is a multiple of its length.
  void add_wrap(double begin) {
    std::int64_t length = 0;
    for (const double shift : shift_) {
      // The greatest common divisor of all shifts: more than one turn through the table makes it sure.
      const double skipped = std::round(k_ - shift);
      if (skipped > thresholds::same_position && std::abs(skipped - (k_ - shift)) < thresholds::same_position)
        length = std::gcd(length, static_cast<std::int64_t>(skipped));
    }
    const auto l = static_cast<double>(length);
    if (length <= 1 || l > begin) return;
    PositionAccount& account = accounts_.add(with(too_short(l, Beyond::wrap)), [l, k = k_](double p, std::size_t) {
      return p + k - l * std::floor((p + k) / l);
    });
    if (greatest() < 2 * l) account.alike = {cause::PositionsRestart{length, {}}};
    const RopeConfig& rope = accounts_.run().rope;
    const bool of_config = l == rope.scaling.max_position_embeddings || l == trained_length(rope);
    if (greatest() < 2 * l && !of_config) return;
    // Seen more than once, or where the model's own context ends: likelier than a restart.
    std::vector<PositionAccount>& all = accounts_.all();
    const auto restart = std::find_if(all.begin(), all.end(), [](const PositionAccount& a) {
      return !a.causes.empty() && a.causes[0].is<cause::PositionsRestart>();
    });
    if (restart != all.end()) std::rotate(restart, all.end() - 1, all.end());
  }

  /// A table whose last entry serves all that follow: tokens from the o-th on, by position, are at one position.
  void add_clamp(std::size_t o) {
    std::vector<double> beyond;
    for (std::size_t n = o; n < order_.size(); ++n) beyond.push_back(seen_[order_[n]]);
    const double length = std::round(median(beyond)) + 1;
    accounts_.add(with(too_short(length, Beyond::clamp)),
                  [length, k = k_](double p, std::size_t) { return std::min(p + k, length - 1); });
  }

  void add_identity(double length) {
    PositionAccount& account =
        accounts_.add(with(too_short(length, Beyond::identity)), [k = k_](double p, std::size_t) { return p + k; });
    for (const double p : given_) account.positions.identity.push_back(p + k_ >= length);
  }

  /// A length that people choose, of those the rows allow: the model's, then a power of two.
  double likely_length(double least, double greatest) const {
    const RopeConfig& rope = accounts_.run().rope;
    for (const double length : {rope.scaling.max_position_embeddings, trained_length(rope)})
      if (length >= least && length <= greatest) return length;
    const double power = std::exp2(std::ceil(std::log2(std::max(1.0, least))));
    return power <= greatest ? power : greatest;
  }

  double greatest() const { return given_[order_.back()] + k_; } ///< position that the kernel should reach

  PositionAccounts& accounts_;
  const double k_;
  const std::vector<double>&given_, &shift_, &seen_;
  const std::vector<std::size_t>& order_;
};

} // namespace

void add_broken(PositionAccounts& accounts, double shift) { Break(accounts, shift).add(); }

} // namespace ropescope
