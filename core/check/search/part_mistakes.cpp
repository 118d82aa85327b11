#include <algorithm>
#include <cmath>
#include <functional>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/first_found.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/applied_twice.h"
#include "core/check/causes/base.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/pair_matrix.h"
#include "core/check/causes/position_offset.h"
#include "core/check/evidence/median.h"
#include "core/check/search/frequency_choices.h"
#include "core/check/search/parts.h"
#include "core/check/search/position_fit.h"

namespace ropescope {

namespace {

/// What a kernel may have got wrong besides, and what it would then turn by.
struct Mistake {
  std::vector<Cause> causes;
  Prediction prediction;
};

/// A matrix or a gain hides what else is wrong from the search, which sees rotations alone; and it is itself seen under
/// the angles that the kernel took alone. So the likeliest of those are tried in turn.
class Mistakes {
public:
  explicit Mistakes(const PartContext& context)
      : context_(context), run_(context.evidence.run), few_(read_rows(run_, few_tokens)) {}

  std::optional<PartFound> find() {
    add_positions();
    add_frequencies();
    if (auto found = first_found(mistakes_.size(), [&](std::size_t n) { return under(mistakes_[n], true); }))
      return found;
    // Any number of tokens further: of a matrix a few numbers tell, and a gain does not hide the shift.
    return first_found(2 * furthest, [&](std::size_t n) {
      const auto k = static_cast<std::int64_t>(n / 2 + 1);
      return under(offset(n % 2 == 0 ? k : -k), false);
    });
  }

private:
  static constexpr std::int64_t few_tokens = 8;
  static constexpr std::size_t furthest = 64;

  Mistake moved(Cause cause, const std::function<double(double)>& map) const {
    Mistake mistake{{std::move(cause)}, context_.expected};
    for (double& id : mistake.prediction.positions.ids) id = map(id);
    return mistake;
  }
  Mistake offset(std::int64_t k) const {
    return moved(cause::PositionOffset{k, {}}, [k](double p) { return p + static_cast<double>(k); });
  }

  void add_positions() {
    const std::int64_t first = *std::min_element(run_.positions.ids.begin(), run_.positions.ids.end());
    mistakes_.push_back(moved(cause::InverseRotation{}, [](double p) { return -p; }));
    mistakes_.push_back(moved(cause::AppliedTwice{}, [](double p) { return 2 * p; }));
    const std::int64_t measured = measured_shift();
    if (measured != 0) mistakes_.push_back(offset(measured));
    if (first != 0 && -first != measured) mistakes_.push_back(offset(-first));
  }

  /// By how many tokens most are turned too far, as far as the phases tell.
  std::int64_t measured_shift() const {
    const Candidate candidate = expected_candidate(run_, context_.layout);
    const auto tokens = sample_tokens(run_.shape.tokens, thresholds::screened_tokens);
    const FreeFit fit = fit_positions(reduce(run_, context_.layout.at, tokens), run_, candidate,
                                      context_.evidence.noise, {}, context_.evidence.stop);
    std::vector<double> shifts;
    for (const TokenShift& shift : fit.shifts) shifts.push_back(shift.shift);
    return std::llround(median(std::move(shifts)));
  }

  void add_frequencies() {
    const auto tokens = sample_tokens(run_.shape.tokens, thresholds::fitted_tokens);
    const auto fits = fit_frequencies(reduce(run_, context_.layout.at, tokens), run_, context_.expected.turns,
                                      context_.evidence.noise.unit, one_position(run_.positions));
    std::vector<FrequencyChoice> choices = frequency_choices(run_, context_.layout.rotary_dim, fits);
    // Under a matrix phases are not to be trusted: bases that models have.
    FrequencyChoices bases(run_, context_.layout.rotary_dim, fits);
    for (const double base : {1e4, 1e5, 5e5, 1e6, 1e7}) {
      RopeConfig other = bases.config();
      other.base = base;
      bases.add({cause::Base{base, {}}}, other);
    }
    for (FrequencyChoice& choice : bases.take()) choices.push_back(std::move(choice));
    for (FrequencyChoice& choice : choices) {
      if (choice.causes.size() > 1) continue;
      Candidate candidate{&context_.layout, choice, Operation::rotate};
      mistakes_.push_back({choice.causes, candidate.prediction(context_.expected.positions)});
    }
  }

  std::optional<PartFound> under(const Mistake& mistake, bool with_gain) const {
    throw_if_stopped(context_.evidence.stop);
    const PartContext few(context_.evidence, few_, context_.layout, mistake.prediction);
    const bool matrix = may_be_matrix(few) && named(other_matrix(few));
    if (!matrix && (!with_gain || !row_gain(few))) return std::nullopt;
    const PartContext all(context_.evidence, context_.sample, context_.layout, mistake.prediction);
    auto found = matrix ? other_matrix(all) : row_gain(all);
    if (!found || (matrix && !named(found))) return std::nullopt;
    found->causes.insert(found->causes.begin(), mistake.causes.begin(), mistake.causes.end());
    return found;
  }

  /// Two things at once are believed where both are known: any matrix under any angles would be little.
  static bool named(const std::optional<PartFound>& found) {
    if (!found || found->causes.empty()) return false;
    const auto* matrix = found->causes.front().as<cause::PairMatrix>();
    return matrix && matrix->like != "other";
  }

  const PartContext& context_;
  const KernelRun& run_;
  RowSample few_;
  std::vector<Mistake> mistakes_;
};

} // namespace

std::optional<PartFound> beside_mistakes(const PartContext& context) { return Mistakes(context).find(); }

} // namespace ropescope
