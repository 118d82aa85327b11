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
  bound_.within = noise.rows.of_8_bits() ? 3 * rounded_within : (cast ? 3 : 2) * noise.unit;
  bound_.last = noise.unit;
  bound_.least = noise.rows.of_8_bits() ? 0 : thresholds::least_entry * properties_of(format).smallest;
  if (format == NumberFormat::float16 && !noise.rows.of_8_bits()) bound_.least = thresholds::float16_floor;
  half_step_ = noise.rows.whole() ? 0.5 : noise.rows.least_step / 2;
  if (noise.rows.of_8_bits() && scaled_ == RowFormat::Scaled::no) bound_.least = half_step_;
}

double EntrySpread::odd_from() const {
  std::int64_t all = 0;
  for (std::size_t b = 0; b < row_kernel::bins; ++b) all += counts_[b] + odd_counts_[b];
  if (all < thresholds::told_entries) return thresholds::odd_entry;
  std::int64_t above = 0;
  std::size_t bin = row_kernel::bins;
  while (bin > 0 && static_cast<double>(above) < thresholds::odd_share * static_cast<double>(all))
    --bin, above += counts_[bin] + odd_counts_[bin];
  return std::clamp(thresholds::beyond_most * static_cast<double>(bin + 1) / row_kernel::bins_of_a_bound,
                    thresholds::least_odd_entry, thresholds::odd_entry);
}

} // namespace ropescope
