#include "core/check/evidence/entry_bounds.h"

#include "core/check/basics/thresholds.h"

namespace ropescope {

EntryBound::EntryBound(const KernelRun& run, const Noise& noise)
    : scaled_(noise.rows.scaled), scale_(noise.rows.scale), tokens_(run.shape.tokens), inner_(run.shape.inner),
      head_dim_(run.shape.head_dim), block_(noise.rows.block) {
  const double rounded_within = unit_of(NumberFormat::bfloat16);
  const NumberFormat format = noise.rows.format;
  // Table and product; and the cast of the input, where it is in a finer format.
  const bool cast = noise.bound > thresholds::bound_units * noise.unit;
  within_ = noise.rows.of_8_bits() ? 3 * rounded_within : (cast ? 3 : 2) * noise.unit;
  last_ = noise.unit;
  least_ = noise.rows.of_8_bits() ? 0 : thresholds::least_entry * properties_of(format).smallest;
  if (format == NumberFormat::float16 && !noise.rows.of_8_bits()) least_ = thresholds::float16_floor;
  half_step_ = noise.rows.whole() ? 0.5 : noise.rows.least_step / 2;
  if (noise.rows.of_8_bits() && scaled_ == RowFormat::Scaled::no) least_ = half_step_;
}

double EntrySpread::odd_from() const {
  std::int64_t all = 0;
  for (const std::int64_t count : counts_) all += count;
  if (all < thresholds::told_entries) return thresholds::odd_entry;
  std::int64_t above = 0;
  std::size_t bin = counts_.size();
  while (bin > 0 && static_cast<double>(above) < thresholds::odd_share * static_cast<double>(all))
    above += counts_[--bin];
  return std::clamp(thresholds::beyond_most * static_cast<double>(bin + 1) / per_bound, thresholds::least_odd_entry,
                    thresholds::odd_entry);
}

} // namespace ropescope
