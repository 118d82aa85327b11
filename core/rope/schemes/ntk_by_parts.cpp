// NTK-by-parts, YaRN's forerunner: jquesnelle/yarn @ 995db5b, LlamaPartNTKScaledRotaryEmbedding. Fast pairs
// are kept, slow ones interpolated, and those between take NTK-aware scaling; the four bounds, in turns within the
// original context, were "found experimentally" there.
#include <fmt/format.h>

#include "core/rope/scheme.h"

namespace ropescope::schemes {

namespace {

constexpr Key<double> ntk_factor{{.key = "ntk_factor",
                                  .fallback = 1,
                                  .meaning = "how much of the NTK-aware frequencies is blended in: 1 all, 0 none",
                                  .of_repository_alone = true}};

} // namespace

template <typename A>
Frequencies<A> ntk_by_parts_frequencies(const RopeConfig& config) {
  using Scalar = typename A::Scalar;
  using Real = typename A::Real;
  const auto d = static_cast<Scalar>(config.layout.rotary_dim);
  const double factor = extension_factor(config);
  const Scalar ntk_base = config.base * std::pow(static_cast<Scalar>(factor), d / (d - 2));
  const std::int64_t pairs = pair_count(config);
  const std::vector<Real> powers = A::powers(config.base, config.layout.rotary_dim, pairs);
  const std::vector<Real> ntk_powers = A::powers(ntk_base, config.layout.rotary_dim, pairs);
  // Two ramps. `to_linear` goes from NTK-aware (1.25 turns or more) to interpolation (0.75 or less); `from_base` goes
  // from kept (16 turns or more) to what the first ramp gave (2 or less).
  const std::vector<Real> to_linear = ramp<A>(config, Scalar(1.25), Scalar(0.75), true);
  const std::vector<Real> from_base = ramp<A>(config, 16, 2, true);

  Frequencies<A> result{.base = config.base, .divisor = factor};
  for (std::size_t j = 0; j < powers.size(); ++j) {
    const Real by_ntk = (1 - to_linear[j]) * static_cast<Real>(config.scaling[ntk_factor]);
    const Real scaled = 1 / (static_cast<Real>(factor) * powers[j]) * (1 - by_ntk) + 1 / ntk_powers[j] * by_ntk;
    const Real kept = (1 - from_base[j]) * static_cast<Real>(config.scaling[key::extrapolation_factor]);
    result.theta.push_back(scaled * (1 - kept) + 1 / powers[j] * kept);
  }
  return result;
}

ROPESCOPE_BOTH_ARITHMETICS(ntk_by_parts_frequencies, const RopeConfig&)

std::string ntk_by_parts_sentence(const RopeConfig& config) {
  return fmt::format("NTK-by-parts: kept from 16 turns, NTK-aware from 2 to 1.25, ÷{:g} below 0.75.",
                     extension_factor(config));
}

namespace {

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double>) {
  return ntk_by_parts_frequencies<A>(config);
}

std::string sentence(const RopeConfig& config, std::optional<double>) { return ntk_by_parts_sentence(config); }

void validate(const RopeConfig& config) {
  require_factor(config);
  require_room_for_ntk(config, "NTK-by-parts");
  require_trained_length(config);
  require_logarithm_of_base(config, "NTK-by-parts");
}

constexpr const Parameter* parameters[] = {&key::extrapolation_factor, &ntk_factor};
constexpr const Parameter* required[] = {&key::factor};

} // namespace

const Scheme ntk_by_parts{.type = RopeType::ntk_by_parts,
                          .name = "ntk-by-parts",
                          .title = "NTK-by-parts",
                          .label = "by parts",
                          .idea = "YaRN's forerunner: kept, NTK-aware, divided, by turns within the trained context",
                          .source = "jquesnelle/yarn @ 995db5b",
                          .acts_on = ActsOn::pair_index,
                          .of_repository = true,
                          .parameters = parameters,
                          .required = required,
                          .validate = validate,
                          .exact = frequencies<Exact>,
                          .pytorch = frequencies<PyTorch>,
                          .sentence = sentence};

} // namespace ropescope::schemes
