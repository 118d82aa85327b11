// YaRN whose factor grows with the sequence: jquesnelle/yarn @ 995db5b, LlamaDynamicYaRNScaledRotaryEmbedding.
#include <algorithm>

#include "core/rope/scheme.h"

namespace ropescope::schemes {

namespace {

Growth growth(const RopeConfig& config) {
  const double stated = config.scaling.max_position_embeddings, original = trained_length(config);
  // A finetuned model serves its stated length with a fixed factor, and grows only beyond that.
  return {std::max(stated, original), original, stated / original};
}

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double> seq_len) {
  const auto scaled = grown(config, seq_len, growth(config));
  return scaled ? yarn_frequencies<A>(*scaled) : standard_frequencies<A>(config);
}

std::string sentence(const RopeConfig& config, std::optional<double> seq_len) {
  return growth_sentence("Dynamic YaRN", config, seq_len, growth(config), yarn_sentence);
}

void validate(const RopeConfig& config) {
  require_trained_length(config);
  require_logarithm_of_base(config, "NTK-by-parts");
}

constexpr const Parameter* parameters[] = {&key::beta_fast,   &key::beta_slow,      &key::extrapolation_factor,
                                           &key::attn_factor, &key::truncate,       &key::finetuned,
                                           &key::mscale,      &key::mscale_all_dim, &key::attention_factor};

} // namespace

const Scheme dynamic_yarn{.type = RopeType::dynamic_yarn,
                          .name = "dynamic-yarn",
                          .title = "dynamic YaRN",
                          .label = "dyn. YaRN",
                          .idea = "YaRN, by a factor that grows with the sequence",
                          .source = "jquesnelle/yarn @ 995db5b",
                          .acts_on = ActsOn::pair_index,
                          .memory = CallMemory::grows,
                          .of_repository = true,
                          .offered = false,
                          .parameters = parameters,
                          .validate = validate,
                          .adopt = count_from_trained_length,
                          .exact = frequencies<Exact>,
                          .pytorch = frequencies<PyTorch>,
                          .sentence = sentence};

} // namespace ropescope::schemes
