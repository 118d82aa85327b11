// T5: Raffel et al. 2020, arXiv 1910.10683, §2.1; buckets as in transformers, models/t5/modeling_t5.py,
// T5Attention._relative_position_bucket with bidirectional=False, 32 buckets and 128 tokens.
#include <algorithm>
#include <cmath>

#include "core/analysis/rivals/position_bias.h"

namespace ropescope::rivals {

std::int64_t t5_bucket(std::int64_t distance) {
  constexpr std::int64_t buckets = 32, exact = buckets / 2, furthest = 128;
  if (distance < exact) return distance;
  const double share =
      std::log(static_cast<double>(distance) / exact) / std::log(static_cast<double>(furthest) / exact);
  return std::min(buckets - 1, exact + static_cast<std::int64_t>(share * (buckets - exact)));
}

namespace {

/// A model learns a number for each bucket and head, which no paper lists: these fall evenly from bucket to bucket.
double bias(std::int64_t distance, const BiasHead&) { return -0.25 * static_cast<double>(t5_bucket(distance)); }

} // namespace

const PositionBias t5{.name = "t5",
                      .title = "T5",
                      .idea = "a learned number for each of 32 buckets of distance; these numbers are an example",
                      .source = "Raffel et al. 2020, arXiv 1910.10683",
                      .bias = bias};

} // namespace ropescope::rivals
