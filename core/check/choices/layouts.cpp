#include "core/check/choices/layouts.h"

namespace ropescope {

LayoutChoices::LayoutChoices(const KernelRun& run) : run_(run), rotary_dim_(2 * pair_count(run.rope)) {}

void LayoutChoices::add(std::vector<Cause> causes, const PairLayout& layout, std::int64_t rotary_dim) {
  if (rotary_dim < 2 || rotary_dim % 2 != 0 || rotary_dim + layout.offset > run_.shape.head_dim ||
      rotary_dim / 2 % layout.blocks != 0)
    return;
  add(std::move(causes), layout, rotary_dim, pair_index(layout, run_.shape.head_dim, rotary_dim / 2));
}

void LayoutChoices::add(std::vector<Cause> causes, const PairLayout& layout, std::int64_t rotary_dim,
                        const PairIndex& index) {
  choices_.push_back(
      {std::move(causes), layout, rotary_dim, pair_components(index, run_.shape.head_dim, rotary_dim / 2)});
}

} // namespace ropescope
