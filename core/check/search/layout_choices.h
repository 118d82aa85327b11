#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/check/cause.h"
#include "core/check/evidence/pair_components.h"
#include "core/check/run.h"

namespace ropescope {

/// One way a kernel may pair components.
struct LayoutChoice {
  std::vector<Cause> causes; ///< empty: as expected
  PairLayout layout;
  std::int64_t rotary_dim = 0;
  PairComponents at;
};

/// The ways to pair components that are tried, in the order in which they are added. A cause adds its own by
/// suggest_layouts.
class LayoutChoices {
public:
  explicit LayoutChoices(const KernelRun&);

  const KernelRun& run() const { return run_; }
  std::int64_t rotary_dim() const { return rotary_dim_; } ///< what the model turns, even

  /// Nothing where the layout does not fit into a head.
  void add(std::vector<Cause>, const PairLayout&, std::int64_t rotary_dim);
  /// The same with other components than the layout's. Requires components within a head.
  void add(std::vector<Cause>, const PairLayout&, std::int64_t rotary_dim, const PairIndex&);
  /// A layout with each pairing and order of output there is.
  void add_pairings(const std::vector<Cause>&, const PairLayout&, std::int64_t rotary_dim);

  std::vector<LayoutChoice> take() { return std::move(choices_); }

private:
  const KernelRun& run_;
  std::int64_t rotary_dim_;
  std::vector<LayoutChoice> choices_;
};

/// The expected layout first; other pairings, other orders of the output, other rotary parts; then what causes
/// suggest. `moved`: per component of a head, whether the kernel changed it anywhere (Changes::moved).
std::vector<LayoutChoice> layout_choices(const KernelRun&, std::span<const std::uint8_t> moved);

} // namespace ropescope
