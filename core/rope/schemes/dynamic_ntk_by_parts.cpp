// NTK-by-parts whose factor grows with the sequence: jquesnelle/yarn @ 995db5b,
// LlamaDynamicPartNTKScaledRotaryEmbedding.
#include "core/rope/scheme.h"

namespace ropescope::schemes {

namespace {

Growth growth(const RopeConfig& config) {
  constexpr double first_llama = 2048; // tokens of the model that it was made for
  const double length = config.scaling.max_position_embeddings;
  // Only a finetuned model takes the third number; that code has 2048 in place of the model's own length.
  return {length, length, length / first_llama};
}

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double> seq_len) {
  const auto scaled = grown(config, seq_len, growth(config));
  return scaled ? ntk_by_parts_frequencies<A>(*scaled) : standard_frequencies<A>(config);
}

std::string sentence(const RopeConfig& config, std::optional<double> seq_len) {
  return growth_sentence("Dynamic NTK-by-parts", config, seq_len, growth(config), ntk_by_parts_sentence);
}

void validate(const RopeConfig& config) {
  require_room_for_ntk(config, "NTK-by-parts");
  require_trained_length(config);
  require_logarithm_of_base(config, "NTK-by-parts");
}

constexpr const Parameter* parameters[] = {&key::extrapolation_factor, &key::finetuned};

} // namespace

const Scheme dynamic_ntk_by_parts{.type = RopeType::dynamic_ntk_by_parts,
                                  .name = "dynamic-ntk-by-parts",
                                  .title = "dynamic NTK-by-parts",
                                  .label = "dyn. by parts",
                                  .idea = "NTK-by-parts, by a factor that grows with the sequence",
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
