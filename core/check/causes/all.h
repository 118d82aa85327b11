#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/formula.h"

namespace ropescope {

class LayoutChoices;
class FrequencyChoices;
class PositionAccounts;
class RowPredictions;

/// What there is to know of a kind of cause without one at hand. The suggest_… functions are null where its type has
/// none; the search calls them after what it tries by itself, in the order of the rows.
struct CauseRow {
  std::string_view name;
  FactKind fact;
  Cause (*plain)();                                      ///< one with default parameters
  std::vector<Example> (*examples)(const ExampleModel&); ///< at least one, which may be a reason why there is none
  void (*suggest_layouts)(LayoutChoices&);
  void (*suggest_frequencies)(FrequencyChoices&);
  void (*suggest_positions)(PositionAccounts&);
  void (*suggest_rows)(RowPredictions&);
};

/// Every cause. Whatever needs all of them iterates these rows.
std::span<const CauseRow> cause_rows();

} // namespace ropescope
