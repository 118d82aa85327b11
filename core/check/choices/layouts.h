#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/run.h"
#include "core/check/evidence/pair_components.h"

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

  std::vector<LayoutChoice> take() { return std::move(choices_); }

private:
  const KernelRun& run_;
  std::int64_t rotary_dim_;
  std::vector<LayoutChoice> choices_;
};

} // namespace ropescope
