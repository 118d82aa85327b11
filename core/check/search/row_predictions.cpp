#include "core/check/search/row_predictions.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/check/basics/cancelled.h"
#include "core/check/causes/all.h"
#include "core/check/choices/rows.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// RMS of out − prediction over RMS of the prediction.
double residual(const KernelRun& run, const RowPrediction& prediction, std::span<const std::int64_t> tokens) {
  const RowShape& shape = run.shape;
  const auto width = static_cast<std::size_t>(shape.head_dim);
  std::vector<std::int64_t> components = prediction.components;
  if (components.empty())
    for (std::int64_t j = 0; j < shape.head_dim; ++j) components.push_back(j);
  // Slow beside sums, since a function is called for each row: a sample of tokens must do.
  std::vector<double> in(width), predicted(width);
  double error = 0, energy = 0;
  for (const std::int64_t token : tokens)
    for (std::int64_t outer = 0; outer < shape.outer; ++outer)
      for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
        const std::int64_t row = run.first_number(outer, token, inner);
        for (std::size_t j = 0; j < width; ++j) in[j] = run.in.number(row + static_cast<std::int64_t>(j));
        predicted = in;
        prediction.write({run.head_of(outer, inner), run.batch_of(outer), token}, in, predicted);
        for (const std::int64_t j : components) {
          const double p = predicted[static_cast<std::size_t>(j)];
          error += std::pow(run.out.number(row + j) - p, 2);
          energy += p * p;
        }
      }
  return energy > 0 ? std::sqrt(error / energy) : 0;
}

} // namespace

std::vector<TriedRows> try_row_predictions(const KernelRun& run, const Prediction& expected, const Noise& noise,
                                           std::span<const std::int64_t> tokens, const std::stop_token& stop) {
  // What rounding explains of rows that are no multiple of the input: their own, and that of the greatest angle.
  double turned = 0;
  for (const std::int64_t token : tokens)
    for (std::size_t i = 0; i < expected.turns.theta.size(); ++i)
      turned = std::max(turned, noise.of_angle(i, expected.angle(static_cast<std::size_t>(token), i)));
  std::vector<const CauseRow*> rows;
  for (const CauseRow& row : cause_rows())
    if (row.suggest_rows) rows.push_back(&row);
  // A cause may have several forms; the list has one line for it.
  std::vector<std::optional<TriedRows>> best(rows.size());
  in_parallel(rows.size(), 0, [&](std::size_t n) {
    RowPredictions predictions(run, expected);
    rows[n]->suggest_rows(predictions);
    for (const RowPrediction& prediction : predictions.all()) {
      throw_if_stopped(stop);
      const double left = residual(run, prediction, tokens);
      if (!best[n] || left < best[n]->residual) best[n] = TriedRows{prediction.cause, left, left <= noise.rms + turned};
    }
  });
  std::vector<TriedRows> tried;
  for (auto& of_cause : best)
    if (of_cause) tried.push_back(std::move(*of_cause));
  return tried;
}

} // namespace ropescope
