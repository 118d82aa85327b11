#include "core/check/causes/all.h"

#include "core/check/causes/applied_twice.h"
#include "core/check/causes/attention_factor.h"
#include "core/check/causes/axis_frequencies.h"
#include "core/check/causes/axis_order.h"
#include "core/check/causes/axis_positions.h"
#include "core/check/causes/base.h"
#include "core/check/causes/components_wrong.h"
#include "core/check/causes/constant_added.h"
#include "core/check/causes/cos_sin_swapped.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/causes/exponent.h"
#include "core/check/causes/halves_exchanged.h"
#include "core/check/causes/heads_not_rotated.h"
#include "core/check/causes/heads_wrong.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/layer_of_another_type.h"
#include "core/check/causes/match.h"
#include "core/check/causes/not_finite.h"
#include "core/check/causes/not_rotated.h"
#include "core/check/causes/output_permuted.h"
#include "core/check/causes/own_frequencies.h"
#include "core/check/causes/pair_matrix.h"
#include "core/check/causes/pairing.h"
#include "core/check/causes/pairing_mixed.h"
#include "core/check/causes/pairs_wrong.h"
#include "core/check/causes/position_by_head.h"
#include "core/check/causes/position_constant.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/position_scale.h"
#include "core/check/causes/positions_ignored_restart.h"
#include "core/check/causes/positions_other.h"
#include "core/check/causes/positions_restart.h"
#include "core/check/causes/positions_row_number.h"
#include "core/check/causes/precision.h"
#include "core/check/causes/rotary_dim.h"
#include "core/check/causes/rotation_unmixed.h"
#include "core/check/causes/row_gain.h"
#include "core/check/causes/row_shift.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/causes/scaling_ignored.h"
#include "core/check/causes/scaling_parameters.h"
#include "core/check/causes/scaling_unexpected.h"
#include "core/check/causes/sin_missing.h"
#include "core/check/causes/table_too_short.h"
#include "core/check/causes/unknown.h"
#include "core/check/choices/frequencies.h"
#include "core/check/choices/layouts.h"
#include "core/check/choices/positions.h"
#include "core/check/choices/rows.h"

namespace ropescope {

namespace {

/// Reads off a type what it has; a function that it lacks stays null.
template <CauseType T>
constexpr CauseRow row() {
  // One with default parameters stands for all of its kind where there is no run to find one in.
  CauseRow row{T::name, T::fact, [] { return Cause(T{}); }, &T::examples, nullptr, nullptr, nullptr, nullptr};
  // Asked of the type and not of a list: a cause takes part in a stage by having the function.
  if constexpr (requires(LayoutChoices & to) { T::suggest_layouts(to); }) row.suggest_layouts = &T::suggest_layouts;
  if constexpr (requires(FrequencyChoices & to) { T::suggest_frequencies(to); })
    row.suggest_frequencies = &T::suggest_frequencies;
  if constexpr (requires(PositionAccounts & to) { T::suggest_positions(to); })
    row.suggest_positions = &T::suggest_positions;
  if constexpr (requires(RowPredictions & to) { T::suggest_rows(to); }) row.suggest_rows = &T::suggest_rows;
  return row;
}

/// One line and one include a cause. The gallery shows them in this order: positions, pairs, frequencies, the rest.
constexpr CauseRow rows[] = {
    row<cause::PositionOffset>(),
    row<cause::NotRotated>(),
    row<cause::InverseRotation>(),
    row<cause::AppliedTwice>(),
    row<cause::PositionScale>(),
    row<cause::PositionConstant>(),
    row<cause::TableTooShort>(),
    row<cause::PositionsRestart>(),
    row<cause::PositionsIgnoredRestart>(),
    row<cause::PositionsRowNumber>(),
    row<cause::PositionsOther>(),
    row<cause::PositionByHead>(),
    row<cause::AxisOrder>(),
    row<cause::AxisPositions>(),
    row<cause::AxisFrequencies>(),
    row<cause::OtherPairing>(),
    row<cause::PairingMixed>(),
    row<cause::RotationUnmixed>(),
    row<cause::OutputPermuted>(),
    row<cause::HalvesExchanged>(),
    row<cause::RotaryDim>(),
    row<cause::ComponentsWrong>(),
    row<cause::Base>(),
    row<cause::Exponent>(),
    row<cause::ScalingIgnored>(),
    row<cause::ScalingParameters>(),
    row<cause::OwnFrequencies>(),
    row<cause::PairsWrong>(),
    row<cause::ScalingUnexpected>(),
    row<cause::LayerOfAnotherType>(),
    row<cause::AttentionFactor>(),
    row<cause::RowGain>(),
    row<cause::ConstantAdded>(),
    row<cause::SinMissing>(),
    row<cause::CosSinSwapped>(),
    row<cause::PairMatrix>(),
    row<cause::HeadsNotRotated>(),
    row<cause::HeadsWrong>(),
    row<cause::RowsWrong>(),
    row<cause::RowShift>(),
    row<cause::ElementsWrong>(),
    row<cause::NotFinite>(),
    row<cause::Unknown>(),
    row<cause::Precision>(),
    row<cause::Match>(),
};

} // namespace

// The tests iterate these rows too: a line is all that a cause needs to be held to words, a fact and a signature.
std::span<const CauseRow> cause_rows() { return rows; }

} // namespace ropescope
