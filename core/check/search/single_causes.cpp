#include "core/check/search/single_causes.h"

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/applied_twice.h"
#include "core/check/causes/attention_factor.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/not_rotated.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/position_scale.h"
#include "core/check/proof/score.h"
#include "core/check/search/likeness.h"

namespace ropescope {

namespace {

class Trial {
public:
  Trial(const Evidence& evidence, const std::vector<Cause>& found, double residual)
      : evidence_(evidence), found_(found), residual_(residual),
        tokens_(sample_tokens(evidence.run.shape.tokens, thresholds::screened_tokens)) {}

  /// A candidate with one cause.
  void add(const Candidate& candidate) {
    throw_if_stopped(evidence_.stop);
    // Two at once would fill the list with what nobody made.
    std::vector<Cause> causes = candidate.causes();
    if (causes.size() != 1) return;
    const Score fit =
        score(sums_of(*candidate.layout), evidence_.noise, candidate.prediction(evidence_.expected.positions));
    // What explains every row by itself is alike to any account of positions.
    if (fit.whole() && found_.size() == 1 &&
        fit.residual <= thresholds::alike * residual_ + thresholds::residual_noise &&
        !same_parameters(causes[0], found_[0]) && odd_digits({causes[0]}) == 0)
      result.alike.push_back(causes[0]);
    result.tried.push_back({std::move(causes), fit.residual});
  }

  /// The expected rotation at other positions.
  template <typename Map>
  void add_moved(const Cause& cause, Map map) {
    Prediction prediction = evidence_.expected;
    for (double& id : prediction.positions.ids) id = map(id);
    add_prediction(cause, prediction);
  }

  void add_prediction(const Cause& cause, const Prediction& prediction) {
    result.tried.push_back({{cause}, score(sums_of(evidence_.layouts.front()), evidence_.noise, prediction).residual});
  }

  SingleCauses result;

private:
  /// Of every head, unlike what was screened.
  const Reduced& sums_of(const LayoutChoice& layout) {
    const auto known = sums_.find(&layout);
    if (known != sums_.end()) return known->second;
    return sums_.emplace(&layout, reduce(evidence_.run, layout.at, tokens_)).first->second;
  }

  const Evidence& evidence_;
  const std::vector<Cause>& found_;
  double residual_;
  std::vector<std::int64_t> tokens_;
  std::map<const LayoutChoice*, Reduced> sums_;
};

} // namespace

SingleCauses try_single_causes(const Evidence& evidence, Screening& screening, const std::vector<Cause>& found,
                               double residual) {
  Trial trial(evidence, found, residual);
  const LayoutChoice& first = evidence.layouts.front();
  // The usual mistakes, whether or not they are near: people want to see that theirs was thought of.
  for (const LayoutChoice& layout : evidence.layouts) trial.add(expected_candidate(evidence.run, layout));
  trial.add(expected_candidate(evidence.run, first, Operation::cos_sin_swapped));
  // On a short run a scheme's parameters may leave what one speed does.
  const bool scaled = found.size() == 1 && found[0].is<cause::PositionScale>();
  for (const FrequencyChoice& frequencies : screening.choices_of(first, scaled))
    trial.add({&first, frequencies, Operation::rotate});
  trial.add_moved(cause::InverseRotation{}, [](double p) { return -p; });
  trial.add_moved(cause::NotRotated{}, [](double) { return 0; });
  trial.add_moved(cause::AppliedTwice{}, [](double p) { return 2 * p; });
  for (const std::int64_t k : {-1, 1})
    trial.add_moved(cause::PositionOffset{k, {}}, [k](double p) { return p + static_cast<double>(k); });
  if (const double gain = evidence.expected.gain; gain != 1) {
    Prediction prediction = evidence.expected;
    prediction.gain = 1;
    trial.add_prediction(cause::AttentionFactor{1, gain}, prediction);
  }
  return std::move(trial.result);
}

} // namespace ropescope
