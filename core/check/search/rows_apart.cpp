#include "core/check/search/rows_apart.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/first_found.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/position_by_head.h"
#include "core/check/causes/position_offset.h"
#include "core/check/evidence/median.h"
#include "core/check/proof/score.h"
#include "core/check/search/position_fit.h"

namespace ropescope {

namespace {

/// A row (head × batch) measured by itself.
struct MeasuredRow {
  std::int64_t head, batch;
  std::vector<double> seen; ///< position per sampled token
  double gain = 1;
  Reduced reduced;
};

/// `explained`: share of all rows that some positions explain.
std::vector<MeasuredRow> measure_rows(const KernelRun& run, const Candidate& candidate, const Noise& noise,
                                      std::span<const std::int64_t> tokens, double& explained,
                                      const std::stop_token& stop) {
  std::vector<MeasuredRow> rows;
  const std::int64_t count = run.shape.outer * run.shape.inner;
  explained = 0;
  for (std::int64_t r = 0; r < count; ++r) {
    throw_if_stopped(stop);
    RowFilter filter(static_cast<std::size_t>(count), 0);
    filter[static_cast<std::size_t>(r)] = 1;
    const std::int64_t outer = r / run.shape.inner, inner = r % run.shape.inner;
    MeasuredRow row{
        run.head_of(outer, inner), run.batch_of(outer), {}, 1, reduce(run, candidate.layout->at, tokens, filter)};
    const FreeFit fit = fit_positions(row.reduced, run, candidate, noise, {}, stop);
    explained += fit.explained / static_cast<double>(count);
    row.gain = fit.gain;
    for (std::size_t t = 0; t < tokens.size(); ++t)
      row.seen.push_back(run.position(0, tokens[t]) + fit.shifts[t].shift);
    rows.push_back(std::move(row));
    // A layout that explains fewer than 2 of the first 4 rows is the wrong one: the others need not be read.
    if (r == 3 && explained * static_cast<double>(count) < 2) break;
  }
  return rows;
}

using Rule =
    std::function<double(const MeasuredRow&, std::int64_t token)>; ///< the position a row's token was taken to be at

/// RMS relative residual of a rule, or nothing where it explains less than all rows.
std::optional<double> prove(const KernelRun& run, const std::vector<MeasuredRow>& rows, const Candidate& candidate,
                            const Noise& noise, const Rule& rule) {
  double sum = 0;
  const PairTurns turns = candidate.turns();
  for (const MeasuredRow& row : rows) {
    const auto angle = [&](std::size_t t, std::size_t i) {
      const double shift = rule(row, row.reduced.tokens[t]) - run.position(0, row.reduced.tokens[t]);
      return (run.position(turns.axis[i], row.reduced.tokens[t]) + shift) * turns.theta[i];
    };
    const Score proved = score(
        row.reduced, noise,
        [&](std::size_t t, std::size_t i) { return std::polar(candidate.frequencies.gain, angle(t, i)); }, angle);
    if (proved.explained < thresholds::all_but_a_few) return std::nullopt;
    sum += proved.residual * proved.residual;
  }
  return std::sqrt(sum / static_cast<double>(rows.size()));
}

/// By how many tokens most tokens of a row are shifted, whole.
double median_shift(const KernelRun& run, const MeasuredRow& row) {
  std::vector<double> shifts;
  for (std::size_t t = 0; t < row.seen.size(); ++t)
    shifts.push_back(row.seen[t] - run.position(0, row.reduced.tokens[t]));
  return std::round(median(std::move(shifts)));
}

/// A rule and what to call it.
struct Account {
  Cause cause;
  Rule rule;
};

/// What may turn rows of one token apart, simplest first.
std::vector<Account> accounts(const KernelRun& run, const std::vector<MeasuredRow>& rows, bool without_rule) {
  const auto given = [&run](std::int64_t token) { return run.position(0, token); };
  const auto heads = static_cast<double>(run.heads);
  const auto tokens = static_cast<double>(run.shape.tokens);
  std::vector<Account> all;
  std::vector<double> by_head(static_cast<std::size_t>(run.heads)), by_batch;
  for (const MeasuredRow& row : rows) {
    by_head[static_cast<std::size_t>(row.head)] = median_shift(run, row);
    if (row.head == 0) by_batch.push_back(median_shift(run, row));
  }
  const auto differ = [](const std::vector<double>& shifts) {
    return std::any_of(shifts.begin(), shifts.end(), [&](double s) { return s != shifts[0]; });
  };
  if (differ(by_batch)) {
    const std::vector<std::int64_t> offsets(by_batch.begin(), by_batch.end());
    all.push_back({cause::PositionOffset{0, offsets}, [=](const MeasuredRow& row, std::int64_t token) {
                     return given(token) + by_batch[static_cast<std::size_t>(row.batch)];
                   }});
  }
  if (run.heads < 2) return all;
  // The first two heads give the rule, all are held to it.
  const double per_head = by_head[1] - by_head[0];
  // The kernel knew all heads, those too that are left out here.
  const auto first_head = static_cast<double>(run.first_head);
  if (per_head != 0)
    all.push_back({cause::PositionByHead{{}, static_cast<std::int64_t>(per_head), {}},
                   [=](const MeasuredRow& row, std::int64_t token) {
                     return given(token) + per_head * (first_head + static_cast<double>(row.head));
                   }});
  all.push_back({cause::PositionByHead{"head", 0, {}},
                 [=](const MeasuredRow& row, std::int64_t) { return first_head + static_cast<double>(row.head); }});
  // An index that runs over rows, where heads are the inner axis, or the outer one; behind an offset, which the first
  // row tells.
  const auto index = [&](const std::string& by, const std::function<double(double head, double token)>& rule) {
    const MeasuredRow& first = rows.front();
    const double begin = std::round(
        first.seen.front() - rule(static_cast<double>(first.head), static_cast<double>(first.reduced.tokens.front())));
    cause::PositionByHead cause{by, 0, {}};
    cause.begin = static_cast<std::int64_t>(begin);
    all.push_back({std::move(cause), [=](const MeasuredRow& row, std::int64_t token) {
                     return begin + rule(static_cast<double>(row.head), static_cast<double>(token));
                   }});
  };
  index("row", [=](double head, double token) { return std::fmod(token * heads + head, tokens); });
  index("flat row", [=](double head, double token) { return std::floor((head * tokens + token) / heads); });
  index("row by tokens", [=](double head, double token) { return std::floor((token * heads + head) / tokens); });
  index("flat row by turns", [=](double head, double token) { return std::fmod(head * tokens + token, heads); });
  index("every row", [=](double head, double token) { return token * heads + head; });
  const std::vector<std::int64_t> offsets(by_head.begin(), by_head.end());
  if (differ(by_head))
    all.push_back({cause::PositionByHead{{}, 0, offsets}, [=](const MeasuredRow& row, std::int64_t token) {
                     return given(token) + by_head[static_cast<std::size_t>(row.head)];
                   }});
  if (!without_rule) return all;
  // No rule, and yet each row is a rotation of its own: one number for all of a row's.
  cause::PositionByHead own{"own", 0, {}};
  const std::size_t t = rows.front().seen.size() / 2;
  own.token = rows.front().reduced.tokens[t];
  for (const MeasuredRow& row : rows)
    if (row.batch == rows.front().batch) own.offsets.push_back(std::llround(row.seen[t]));
  // Heads that agree are not what is wrong.
  if (!differ(std::vector<double>(own.offsets.begin(), own.offsets.end()))) return all;
  const std::vector<std::int64_t> tokens_of_rows = rows.front().reduced.tokens;
  all.push_back({std::move(own), [=](const MeasuredRow& row, std::int64_t token) {
                   const auto at = std::lower_bound(tokens_of_rows.begin(), tokens_of_rows.end(), token);
                   return row.seen[static_cast<std::size_t>(at - tokens_of_rows.begin())];
                 }});
  return all;
}

} // namespace

std::optional<RowsApart> explain_rows_apart(const KernelRun& run, const std::vector<LayoutChoice>& layouts,
                                            const Noise& noise, const std::stop_token& stop, bool without_rule) {
  if (run.shape.outer * run.shape.inner < 2) return std::nullopt;
  const std::vector<std::int64_t> tokens = sample_tokens(run.shape.tokens, thresholds::tokens_by_row);
  // Under each layout with the expected frequencies: more would take too long, for each row is fitted by itself.
  return first_found(layouts.size(), [&](std::size_t n) -> std::optional<RowsApart> {
    const LayoutChoice& layout = layouts[n];
    const Candidate candidate = expected_candidate(run, layout);
    double explained = 0;
    const std::vector<MeasuredRow> rows = measure_rows(run, candidate, noise, tokens, explained, stop);
    if (explained < thresholds::most_rows) return std::nullopt;
    for (const Account& account : accounts(run, rows, without_rule))
      if (const auto residual = prove(run, rows, candidate, noise, account.rule)) {
        std::vector<Cause> causes = layout.causes;
        causes.insert(causes.begin(), account.cause);
        return RowsApart{causes, *residual, &layout};
      }
    return std::nullopt;
  });
}

} // namespace ropescope
