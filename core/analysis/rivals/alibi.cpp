// ALiBi: Press, Smith and Lewis 2022, arXiv 2108.12409; slopes as in ofirpress/attention_with_linear_biases,
// fairseq/models/transformer.py, get_slopes.
#include <cmath>

#include "core/analysis/rivals/position_bias.h"

namespace ropescope::rivals {

namespace {

std::int64_t power_of_two_below(std::int64_t heads) {
  std::int64_t power = 1;
  while (2 * power <= heads) power *= 2;
  return power;
}

/// Head h of n, a power of two, has the slope 2^(−8(h + 1)/n). Where n is none, the first heads have the slopes of the
/// next smaller power of two, and the others every second slope of the next greater one.
double slope(const BiasHead& head) {
  const std::int64_t power = power_of_two_below(head.heads);
  const bool among_first = head.head < power;
  const auto index = static_cast<double>(among_first ? head.head : 2 * (head.head - power));
  const auto of = static_cast<double>(among_first ? power : 2 * power);
  return std::exp2(-8 * (index + 1) / of);
}

double bias(std::int64_t distance, const BiasHead& head) { return -slope(head) * static_cast<double>(distance); }

} // namespace

const PositionBias alibi{.name = "alibi",
                         .title = "ALiBi",
                         .idea = "scores fall in a straight line with the distance, steeper in some heads",
                         .source = "Press et al. 2022, arXiv 2108.12409",
                         .bias = bias};

} // namespace ropescope::rivals
