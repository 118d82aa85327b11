#include "core/check/search/position_accounts.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/all.h"
#include "core/check/causes/applied_twice.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/not_rotated.h"
#include "core/check/causes/position_constant.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/position_scale.h"
#include "core/check/causes/positions_ignored_restart.h"
#include "core/check/causes/positions_row_number.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/causes/table_too_short.h"
#include "core/check/evidence/median.h"
#include "core/check/search/broken_positions.h"
#include "core/check/search/scaled_positions.h"

namespace ropescope {

namespace {

/// Whether all tokens are given one position, as one step of decoding is.
bool one_position(const PositionAccounts& accounts) {
  const std::vector<double>& given = accounts.position();
  return accounts.given().axes == 1 &&
         std::all_of(given.begin(), given.end(), [&](double p) { return p == given.front(); });
}

/// What else moves a token from a position by so many, where it is the only position of the run: a ratio that people
/// write, whole or one over a whole number.
std::vector<Cause> ratios_for_offset(const std::vector<double>& given, double k) {
  const double p = given[0], ratio = (p + k) / p;
  if (p == 0 || std::any_of(given.begin(), given.end(), [p](double other) { return other != p; })) return {};
  if (ratio == 0) return {cause::NotRotated{}};
  if (ratio == -1) return {cause::InverseRotation{}};
  if (ratio == 2) return {cause::AppliedTwice{}};
  if (ratio == std::round(ratio) || 1 / ratio == std::round(1 / ratio)) return {cause::PositionScale{ratio}};
  return {};
}

/// Most tokens are as many positions further.
void add_offset(PositionAccounts& accounts) {
  const double k = std::round(median(accounts.shift()));
  if (k == 0) return;
  accounts.add({cause::PositionOffset{static_cast<std::int64_t>(k), {}}}, [k](double p, std::size_t) { return p + k; })
      .alike = ratios_for_offset(accounts.position(), k);
}

void add_unrotated(PositionAccounts& accounts) {
  PositionAccount still{{cause::NotRotated{}}, accounts.given(), {}, true};
  still.positions.identity.assign(accounts.given().tokens(), 1);
  accounts.add(std::move(still));
}

/// Every token at position 0, which is no rotation.
void add_still(PositionAccounts& accounts) {
  PositionAccount& still = accounts.add({cause::NotRotated{}}, [](double, std::size_t) { return 0; });
  still.positions.identity.assign(accounts.given().tokens(), 1);
  still.unchanged = true;
  still.alike = {cause::PositionConstant{0}};
}

/// What one position tells: any place that a kernel took it to is some number of tokens away. What has a name of its
/// own, or is a plain multiple, is named before that number; all are alike.
void add_of_one_position(PositionAccounts& accounts) {
  const double p = accounts.position().front(), seen = std::round(median(accounts.seen()));
  const std::size_t first = accounts.all().size();
  if (seen == p || p == 0) return;
  if (seen == 0) add_still(accounts);
  add_plain_speed(accounts);
  add_offset(accounts);
  // A slip of a token or two is likelier than a factor that happens to come to the same.
  constexpr double slip = 2;
  std::vector<PositionAccount>& all = accounts.all();
  if (std::abs(seen - p) <= slip && seen != -p && seen != 0)
    std::rotate(all.begin() + static_cast<std::ptrdiff_t>(first), all.end() - 1, all.end());
  std::vector<Cause> names{cause::PositionConstant{static_cast<std::int64_t>(seen)}};
  for (std::size_t a = first; a < all.size(); ++a) names.push_back(all[a].causes.front());
  for (std::size_t a = first; a < all.size(); ++a)
    for (const Cause& name : names)
      if (name != all[a].causes.front() &&
          std::find(all[a].alike.begin(), all[a].alike.end(), name) == all[a].alike.end())
        all[a].alike.push_back(name);
}

/// Every token at one position: at 0, or where most are.
void add_constants(PositionAccounts& accounts) {
  add_still(accounts);
  const double c = std::round(median(accounts.seen()));
  // At the position where most tokens are seen to be.
  PositionAccount& constant =
      accounts.add({cause::PositionConstant{static_cast<std::int64_t>(c)}}, [c](double, std::size_t) { return c; });
  // A table that ends before the run begins has one last entry for every token.
  if (c > 0 && c < *std::min_element(accounts.position().begin(), accounts.position().end()))
    constant.alike = {cause::TableTooShort{static_cast<std::int64_t>(c) + 1, cause::TableTooShort::Beyond::clamp}};
}

/// Given positions begin anew or jump somewhere, and the kernel goes on counting.
void add_not_restarted(PositionAccounts& accounts) {
  const std::vector<double>& given = accounts.position();
  bool restarts = false, packed = true;
  for (std::size_t t = 1; t < given.size(); ++t) {
    const bool jumps = given[t] != given[t - 1] + 1;
    restarts |= jumps;
    packed &= !jumps || given[t] == 0 || given[t] == given[0]; // as sequences in one pack do
  }
  if (!restarts) return;
  const double first = given[0];
  // From the first position given, or from where the kernel is seen to begin.
  for (const double k : {0.0, std::round(accounts.shift()[0])}) {
    std::vector<Cause> causes{packed ? Cause(cause::PositionsIgnoredRestart{})
                                     : Cause(cause::PositionsRowNumber{static_cast<std::int64_t>(first + k)})};
    if (k != 0 && packed) causes.push_back(cause::PositionOffset{static_cast<std::int64_t>(k), {}});
    accounts.add(causes, [=](double, std::size_t t) { return first + k + static_cast<double>(t); });
  }
}

/// Most tokens are as many positions further, and some were not turned at all: those are rows, and no positions.
void add_offset_beside_untouched(PositionAccounts& accounts) {
  const std::vector<double>&given = accounts.position(), &seen = accounts.seen();
  const double k = std::round(median(accounts.shift()));
  cause::RowsWrong untouched;
  untouched.equal_to = "input";
  std::vector<std::uint8_t> identity(given.size());
  for (std::size_t t = 0; t < given.size(); ++t) {
    identity[t] = std::abs(seen[t]) < thresholds::same_position && std::abs(given[t] + k) > thresholds::same_position;
    if (identity[t]) untouched.rows.push_back(static_cast<std::int64_t>(t));
  }
  // One may be the end of a table or of a sequence, which accounts of their own are for.
  if (k == 0 || untouched.rows.size() < 2 || 2 * untouched.rows.size() > given.size()) return;
  accounts
      .add({cause::PositionOffset{static_cast<std::int64_t>(k), {}}, untouched},
           [k](double p, std::size_t) { return p + k; })
      .positions.identity = std::move(identity);
}

/// What the first so many tokens by position are shifted by, whole.
double first_shift(const PositionAccounts& accounts, std::size_t tokens) {
  const std::vector<std::size_t>& order = accounts.by_position();
  std::vector<double> first;
  for (std::size_t o = 0; o < std::clamp<std::size_t>(tokens, 1, order.size()); ++o)
    first.push_back(accounts.shift()[order[o]]);
  return std::round(median(first));
}

/// Something holds up to a position or a row, and another beyond: after no shift, and after the shift that the first
/// tokens have, however many are right before it breaks.
void add_breaks(PositionAccounts& accounts) {
  std::set<double> tried{0};
  add_broken(accounts, 0);
  for (const std::size_t first : {accounts.by_position().size() / 10, std::size_t{5}, std::size_t{1}})
    if (const double k = first_shift(accounts, first); tried.insert(k).second) add_broken(accounts, k);
}

} // namespace

std::vector<PositionAccount> position_accounts(const KernelRun& run, std::span<const TokenShift> shifts) {
  PositionAccounts accounts(run, shifts);
  accounts.add({}, [](double p, std::size_t) { return p; });
  if (one_position(accounts)) add_of_one_position(accounts);
  add_offset(accounts);
  if (accounts.given().axes > 1) { // one shift of all axes tells no more
    add_unrotated(accounts);
    return std::move(accounts.all());
  }
  add_constants(accounts);
  add_scaled(accounts);
  add_not_restarted(accounts);
  add_breaks(accounts);
  add_offset_beside_untouched(accounts);
  for (const CauseRow& row : cause_rows())
    if (row.suggest_positions) row.suggest_positions(accounts);
  return std::move(accounts.all());
}

} // namespace ropescope
