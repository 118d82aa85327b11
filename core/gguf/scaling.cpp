#include "core/gguf/scaling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::gguf {

namespace {

using Factors = std::optional<std::vector<double>>;

/// The keys rope.scaling.* that more than one scheme goes by.
struct Stated {
  std::string type; ///< rope.scaling.type
  double factor = 1, attention = 1;
  double ext = 0; ///< YaRN's share of a kept pair's own frequency: 1 is YaRN, 0 plain interpolation
};

/// How many times longer the context becomes.
double factor_of(Metadata& metadata) {
  for (const char* name : {"rope.scaling.factor", "rope.scale_linear"}) { // the second is the older name
    const auto given = metadata.number(name);
    if (!given) continue;
    if (*given == 0) return 1; // as llama.cpp takes it
    if (!(*given > 0) || !std::isfinite(*given))
      metadata.refuse(fmt::format("{} is {}, expected a positive number", metadata.key(name), *given));
    return *given;
  }
  return 1;
}

/// A number of YaRN where the architecture's code reads it. Elsewhere llama.cpp computes with its own, and so does
/// this; a file that states another is worth a word, as its model was trained with that.
double yarn_number(Metadata& metadata, std::string_view name, bool is_read, double otherwise) {
  const auto stated = metadata.number(name);
  if (is_read) return stated.value_or(otherwise);
  if (stated && *stated != otherwise)
    metadata.warn(fmt::format("{} is {:g}, and llama.cpp goes by {:g} for this architecture, as is done here",
                              metadata.key(name), *stated, otherwise));
  return otherwise;
}

double ext_factor(Metadata& metadata, const std::string& type) {
  constexpr const char* name = "rope.scaling.yarn_ext_factor";
  const double usual = type == "yarn" ? 1 : 0, ext = metadata.number(name).value_or(-1);
  if (ext < 0) return usual; // llama.cpp's "not set"
  return yarn_number(metadata, name, metadata.code().reads_ext_factor, usual);
}

Stated read_stated(Metadata& metadata) {
  constexpr std::array<std::string_view, 4> types{"none", "linear", "yarn", "longrope"};
  // A file without a type scales linearly if it has a factor: older files have the factor alone.
  Stated stated{.type = metadata.text("rope.scaling.type").value_or("linear")};
  if (std::find(types.begin(), types.end(), stated.type) == types.end())
    metadata.refuse(fmt::format("{} is {}, expected one of {}", metadata.key("rope.scaling.type"),
                                in_quotes(stated.type), fmt::join(types, ", ")));
  stated.factor = factor_of(metadata);
  stated.attention = metadata.positive("rope.scaling.attn_factor", 1);
  stated.ext = ext_factor(metadata, stated.type);
  // Where ext_factor is not 0, llama.cpp derives what this key states.
  if (stated.ext == 0 && metadata.code().reads_ext_factor)
    stated.attention *= metadata.positive("rope.scaling.yarn_attn_factor", 1);
  if (stated.type == "none" && stated.factor != 1) {
    metadata.warn(fmt::format("{} is {:g} and has no effect with rope.scaling.type none",
                              metadata.key("rope.scaling.factor"), stated.factor));
    stated.factor = 1;
  }
  return stated;
}

/// The magnitude that llama.cpp derives: src/llama-context.cpp, get_mscale.
double derived_attention(RopeConfig& rope, Metadata& metadata, const Stated& stated) {
  const GgufArchitecture& code = metadata.code();
  const auto magnitude = [&](double coefficient) { return schemes::magnitude<double>(stated.factor, coefficient); };
  const double log = yarn_number(metadata, "rope.scaling.yarn_log_multiplier", code.log_multiplier_unit != 0, 0);
  if (log == 0) return magnitude(1);
  const double all_dim = log / code.log_multiplier_unit, mscale = code.mscale_as_all_dim ? all_dim : 1;
  rope.scaling.set(key::mscale, mscale);
  rope.scaling.set(key::mscale_all_dim, all_dim);
  return magnitude(mscale) / magnitude(all_dim);
}

void set_yarn(RopeConfig& rope, Metadata& metadata, const Stated& stated) {
  const GgufArchitecture& code = metadata.code();
  rope.scaling.rope_type = RopeType::yarn;
  rope.scaling.factor = stated.factor;
  rope.scaling.set(key::extrapolation_factor, stated.ext);
  rope.scaling.set(key::beta_fast,
                   yarn_number(metadata, "rope.scaling.yarn_beta_fast", code.reads_betas, code.beta_fast));
  rope.scaling.set(key::beta_slow, yarn_number(metadata, "rope.scaling.yarn_beta_slow", code.reads_betas, 1));
  rope.attention.scales_softmax = code.scales_softmax;
  const double derived = derived_attention(rope, metadata, stated);
  rope.attention.attention_factor = (stated.ext == 0 ? 1 : derived) * stated.attention;
  const auto named = metadata.number("rope.scaling.yarn_attn_factor");
  // 1e-4: a factor is about 1 to 2, and its float32 is off by about 1e-7; converters that round differently stay far
  // below. Two different formulas differ by some hundredths or more. 1 is what llama.cpp writes where it has none.
  if (stated.ext != 0 && named && *named != 1 && std::abs(*named - derived) > 1e-4)
    metadata.warn(fmt::format("{} is {:g} and has no effect: llama.cpp derives {:g}",
                              metadata.key("rope.scaling.yarn_attn_factor"), *named, derived));
}

/// Keys of YaRN in a file whose scheme is another.
void warn_of_yarn_keys(Metadata& metadata) {
  const GgufArchitecture& code = metadata.code();
  const auto warn_unless = [&](const char* name, double usual) {
    if (const double value = metadata.number(name).value_or(usual); value != usual)
      metadata.warn(
          fmt::format("{} is {:g} and has no effect without rope.scaling.type yarn", metadata.key(name), value));
  };
  warn_unless("rope.scaling.yarn_beta_fast", code.beta_fast);
  warn_unless("rope.scaling.yarn_beta_slow", 1);
  warn_unless("rope.scaling.yarn_log_multiplier", 0);
  if (!code.reads_ext_factor) warn_unless("rope.scaling.yarn_attn_factor", 1);
}

void set_scheme(RopeConfig& rope, Metadata& metadata, const Stated& stated) {
  if (stated.type == "yarn" || stated.ext != 0) return set_yarn(rope, metadata, stated);
  if (stated.factor != 1) {
    rope.scaling.rope_type = RopeType::linear;
    rope.scaling.factor = stated.factor;
  }
  warn_of_yarn_keys(metadata);
  if (!metadata.code().reads_alpha) return;
  // 0 is "not set".
  const double alpha = metadata.number("rope.scaling.alpha").value_or(0);
  if (!(alpha > 0)) return;
  if (rope.scaling.rope_type == RopeType::linear || stated.attention != 1) {
    // llama.cpp raises the base before all else, and the scheme has no other factor. src/models/hunyuan-vl.cpp
    const auto d = static_cast<double>(rope.layout.head_dim);
    rope.base *= std::pow(alpha, d / (d - 2));
    return;
  }
  rope.scaling.rope_type = RopeType::ntk;
  rope.scaling.set(key::alpha, alpha);
}

/// The tensor, by its name of today or as the first layer's.
Factors read_factors(Metadata& metadata, const char* name, const RopeConfig& rope) {
  // Older files have one copy in each layer; the copies are equal, so the first is enough.
  for (const char* before : {"", "blk.0."}) {
    const std::string full = fmt::format("{}{}.weight", before, name);
    Factors factors = metadata.parts().rope_tensor(full);
    if (!factors) continue;
    const auto pairs = static_cast<std::size_t>(std::max<std::int64_t>(0, pair_count(rope)));
    if (factors->size() < pairs)
      metadata.refuse(fmt::format("tensor \"{}\": {} numbers, expected one for each of the {} pairs", full,
                                  factors->size(), pairs));
    factors->resize(pairs); // ggml reads as many as there are pairs
    for (const double factor : *factors)
      if (!(factor > 0) || !std::isfinite(factor))
        metadata.refuse(fmt::format("tensor \"{}\" holds {}, expected positive numbers", full, factor));
    return factors;
  }
  return std::nullopt;
}

void set_longrope(RopeConfig& rope, Metadata& metadata, const Stated& stated, const Factors& longer,
                  const Factors& shorter) {
  if (!longer || !shorter)
    metadata.warn(fmt::format("the file has no {}: nothing is divided there",
                              longer ? "rope_factors_short" : "rope_factors_long"));
  if (stated.type == "yarn" || stated.ext != 0)
    metadata.refuse(
        "rope.scaling.type yarn beside the tensor rope_factors_long or rope_factors_short, expected longrope: "
        "no scheme here does both");
  // llama.cpp chooses between the two tensors by the length; one that is missing divides nothing.
  // LongRoPE as a scheme divides by these lists alone, so llama.cpp's linear factor is multiplied into them.
  const std::vector<double> ones(static_cast<std::size_t>(pair_count(rope)), 1);
  const auto scaled = [&](std::vector<double> factors) { // ggml scales what it has divided
    for (double& factor : factors) factor *= stated.factor;
    return factors;
  };
  rope.scaling.set(key::long_factor, scaled(longer.value_or(ones)));
  rope.scaling.set(key::short_factor, scaled(shorter.value_or(ones)));
  rope.scaling.rope_type = RopeType::longrope;
  rope.scaling.factor.reset();
  rope.attention.attention_factor = stated.attention;
}

/// Whether the file looks as one that lacks the tensors its model has: it has none at all, as files of the vocabulary
/// alone do, and says more than the least that a file can say.
bool lacks_tensors(const RopeConfig& rope, Metadata& metadata, const Stated& stated) {
  if (metadata.parts().tensor_count() > 0) return false;
  return stated.type == "longrope" || stated.attention != 1 || rope.base != 10000 ||
         !metadata.file().keys_with("tokenizer.").empty();
}

/// Of a file in which no tensor of factors was found: whether its model may have one.
void judge_missing_factors(const RopeConfig& rope, Metadata& metadata, const Stated& stated) {
  const GgufFactors kind = metadata.code().factors;
  const std::string& gap = metadata.parts().gap();
  constexpr std::string_view names = "rope_freqs, rope_factors_long and rope_factors_short";
  if (kind == GgufFactors::none) {
    if (!gap.empty()) metadata.warn(fmt::format("{}; the frequencies do not depend on it", gap));
  } else if (!gap.empty())
    metadata.refuse(fmt::format("{}; the frequencies depend on tensors that may be missing with it ({})", gap, names));
  else if (kind == GgufFactors::required)
    metadata.refuse(
        fmt::format("no tensor rope_freqs.weight in it, whose factors architecture \"{}\" turns by: open the "
                    "whole model",
                    metadata.architecture()));
  else if (lacks_tensors(rope, metadata, stated))
    metadata.warn(
        fmt::format("the file has no tensors: where the model has {}, its frequencies are others than these", names));
  else if (stated.type == "longrope")
    metadata.warn("rope.scaling.type is longrope, and the file has no rope_factors_long or rope_factors_short");
}

void set_factors(RopeConfig& rope, Metadata& metadata, const Stated& stated) {
  const Factors freqs = read_factors(metadata, "rope_freqs", rope);
  const Factors longer = read_factors(metadata, "rope_factors_long", rope);
  const Factors shorter = read_factors(metadata, "rope_factors_short", rope);
  // The order of llama.cpp decides.
  if (freqs && (longer || shorter))
    metadata.warn("rope_factors_long and rope_factors_short have no effect beside rope_freqs");
  if (!freqs && !(longer && shorter)) judge_missing_factors(rope, metadata, stated);
  if (freqs)
    rope.scaling.freq_factors = *freqs;
  else if (longer || shorter)
    set_longrope(rope, metadata, stated, longer, shorter);
  // YaRN and LongRoPE have taken it; without a scheme and with linear scaling ggml multiplies cos and sin by it too.
  if (stated.attention != 1 && !rope.attention.attention_factor) rope.scaling.set(key::attn_factor, stated.attention);
}

} // namespace

void set_scaling(RopeConfig& rope, Metadata& metadata) {
  const Stated stated = read_stated(metadata);
  set_scheme(rope, metadata, stated);
  set_factors(rope, metadata, stated);
}

void set_query_scale(RopeConfig& rope, Metadata& metadata) {
  const GgufQueryScale kind = metadata.code().query_scale;
  const double scale = metadata.number("attention.temperature_scale").value_or(0);
  if (scale == 0) return;
  if (kind == GgufQueryScale::none) {
    metadata.warn(
        fmt::format("{} is {:g}, and llama.cpp does not read it for this architecture: queries are not scaled",
                    metadata.key("attention.temperature_scale"), scale));
    return;
  }
  if (!std::isfinite(scale))
    metadata.refuse(
        fmt::format("{} is {}, expected a finite number", metadata.key("attention.temperature_scale"), scale));
  rope.attention.query_scale = QueryScale::ministral3;
  rope.attention.query_scale_coefficient = scale;
  rope.attention.query_scale_floor = trained_length(rope);
  if (const auto floor = metadata.integer("attention.temperature_length");
      floor && kind == GgufQueryScale::stated_length)
    rope.attention.query_scale_floor = static_cast<double>(*floor);
}

RopeConfig unscaled(RopeConfig rope) {
  rope.scaling.rope_type = RopeType::standard;
  rope.scaling.factor = rope.attention.attention_factor = std::nullopt;
  rope.scaling.freq_factors.clear();
  rope.scaling.parameters = {};
  return rope;
}

} // namespace ropescope::gguf
