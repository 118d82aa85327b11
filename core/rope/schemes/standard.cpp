// RoFormer: Su et al. 2021, arXiv 2104.09864, equation 15.
#include "core/rope/float32.h"
#include "core/rope/scheme.h"

namespace ropescope::schemes {

std::vector<long double> Exact::powers(long double base, std::int64_t denominator, std::int64_t count) {
  // The last ones of the thread: who fits a parameter of a scheme asks for the same hundreds of times, and powers are
  // nearly all that a spectrum costs.
  struct Last {
    long double base = 0;
    std::int64_t denominator = 0;
    std::vector<long double> powers;
  };
  thread_local Last last;
  const auto known = static_cast<std::int64_t>(last.powers.size());
  if (last.base == base && last.denominator == denominator && known == count) return last.powers;
  std::vector<long double> result(static_cast<std::size_t>(count));
  for (std::size_t j = 0; j < result.size(); ++j)
    result[j] = std::pow(base, 2 * static_cast<long double>(j) / static_cast<long double>(denominator));
  last = {base, denominator, result};
  return result;
}

std::vector<float> PyTorch::powers(double base, std::int64_t denominator, std::int64_t count) {
  // PyTorch raises a Python number to a float32 tensor: the number becomes float32 first.
  return float32::powers(static_cast<float>(base), denominator, count);
}

template <typename A>
Frequencies<A> standard_frequencies(const RopeConfig& config) {
  return {.theta = default_frequencies<A>(config.base, config.layout.rotary_dim), .base = config.base};
}

ROPESCOPE_BOTH_ARITHMETICS(standard_frequencies, const RopeConfig&)

namespace {

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double>) {
  Frequencies<A> result = standard_frequencies<A>(config);
  result.attention_factor *= config.scaling[key::attn_factor]; // ggml's; Hugging Face has none here
  return result;
}

constexpr std::string_view aliases[] = {"none", "mrope", "axial"};

} // namespace

const Scheme standard{.type = RopeType::standard,
                      .name = "default",
                      .option = "none",
                      .aliases = aliases,
                      .title = "no extension",
                      .label = "none",
                      .idea = "frequencies as they were trained",
                      .source = "Su et al. 2021, arXiv 2104.09864",
                      .takes_factor = false,
                      .compared_at_first = true,
                      .exact = frequencies<Exact>,
                      .pytorch = frequencies<PyTorch>};

} // namespace ropescope::schemes
