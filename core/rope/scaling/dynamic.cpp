// Dynamic NTK: the base grows with the sequence once it is longer than max_position_embeddings (never
// original_max_position_embeddings). HunYuan's `alpha` is a static NTK scaling under the same name; once a
// sequence outgrows the context, Hugging Face's generic function takes over and forgets it.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scaling/scaling.h"
#include "core/text.h"

namespace ropescope::scaling {

Frequencies dynamic(const RopeConfig& config, std::optional<double> seq_len) {
  const Real length = config.max_position_embeddings;
  const Real effective = std::max<Real>(seq_len.value_or(0), length);
  if (config.alpha && effective <= length) {
    Frequencies result = ntk(config);
    result.rule = fmt::format("Dynamic NTK: alpha {:g}, fixed while the sequence fits {} tokens.", *config.alpha,
                              grouped(config.max_position_embeddings));
    return result;
  }
  const auto d = static_cast<Real>(config.rotary_dim);
  if (!config.factor)
    throw Error("rope_type \"dynamic\" needs a \"factor\" once a sequence is longer than the context");
  const Real s = *config.factor;
  const Real base = config.base * std::pow(s * effective / length - (s - 1), d / (d - 2));
  return {.theta = default_frequencies(base, config.rotary_dim),
          .base = base,
          .divisor = 0,
          .rule =
              effective > length
                  ? fmt::format("Dynamic NTK: base {:.6g}, because {} > {} tokens.", static_cast<double>(base),
                                grouped(static_cast<double>(effective)), grouped(static_cast<double>(length)))
                  : fmt::format("Dynamic NTK: base unchanged up to {} tokens.", grouped(static_cast<double>(length)))};
}

} // namespace ropescope::scaling
