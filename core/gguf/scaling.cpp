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

Stated read_stated(Metadata& metadata) {
  constexpr std::array<std::string_view, 4> types{"none", "linear", "yarn", "longrope"};
  // A file without a type scales linearly if it has a factor: older files have the factor alone.
  Stated stated{.type = metadata.text("rope.scaling.type").value_or("linear")};
  if (std::find(types.begin(), types.end(), stated.type) == types.end())
    metadata.refuse(fmt::format("{} is {}, expected one of {}", metadata.key("rope.scaling.type"),
                                in_quotes(stated.type), fmt::join(types, ", ")));
  stated.factor = factor_of(metadata);
  stated.attention = metadata.positive("rope.scaling.attn_factor", 1);
  if (stated.type == "none" && stated.factor != 1) {
    metadata.warn(fmt::format("{} is {:g} and has no effect with rope.scaling.type none",
                              metadata.key("rope.scaling.factor"), stated.factor));
    stated.factor = 1;
  }
  return stated;
}

/// YaRN's beta_fast or beta_slow, turns.
double turns(Metadata& metadata, std::string_view name, double otherwise) {
  const auto stated = metadata.number(name);
  if (stated && *stated != otherwise && !metadata.code().reads_betas)
    metadata.warn(fmt::format("{} is {:g}, and llama.cpp goes by {:g} for this architecture", metadata.key(name),
                              *stated, otherwise));
  return stated.value_or(otherwise);
}

void set_yarn(RopeConfig& rope, Metadata& metadata, const Stated& stated) {
  const GgufArchitecture& code = metadata.code();
  // src/llama-context.cpp, get_mscale
  const auto magnitude = [&](double coefficient) { return schemes::magnitude<double>(stated.factor, coefficient); };
  // ext_factor is the share of a kept pair's own frequency: 1 is YaRN, 0 plain interpolation.
  rope.scaling.rope_type = RopeType::yarn;
  rope.scaling.factor = stated.factor;
  rope.scaling.set(key::extrapolation_factor, metadata.number("rope.scaling.yarn_ext_factor").value_or(1));
  if (rope.scaling[key::extrapolation_factor] < 0) rope.scaling.set(key::extrapolation_factor, 1); // not set
  rope.scaling.set(key::beta_fast, turns(metadata, "rope.scaling.yarn_beta_fast", code.beta_fast));
  rope.scaling.set(key::beta_slow, turns(metadata, "rope.scaling.yarn_beta_slow", 1));
  // llama.cpp derives the factor of cos and sin here, and takes what the file states only where ext_factor is 0.
  double derived = magnitude(1);
  if (auto log = metadata.number("rope.scaling.yarn_log_multiplier"); log && *log != 0) {
    *log /= code.log_multiplier_unit;
    const double mscale = code.mscale_as_all_dim ? *log : 1;
    rope.scaling.set(key::mscale, mscale);
    rope.scaling.set(key::mscale_all_dim, *log);
    derived = magnitude(mscale) / magnitude(*log);
  }
  rope.attention.scales_softmax = code.scales_softmax;
  const auto attention = metadata.number("rope.scaling.yarn_attn_factor");
  // 1e-4: a factor is about 1 to 2, and its float32 is off by about 1e-7; converters that round differently stay far
  // below. Two different formulas differ by some hundredths or more.
  if (rope.scaling[key::extrapolation_factor] == 0)
    derived = attention.value_or(1);
  else if (attention && std::abs(*attention - derived) > 1e-4) // files hold float32
    metadata.warn(fmt::format("{} is {:g} and has no effect: llama.cpp derives {:g}",
                              metadata.key("rope.scaling.yarn_attn_factor"), *attention, derived));
  rope.attention.attention_factor = derived * stated.attention;
}

void set_scheme(RopeConfig& rope, Metadata& metadata, const Stated& stated) {
  if (stated.type == "yarn") return set_yarn(rope, metadata, stated);
  if (stated.factor != 1) {
    rope.scaling.rope_type = RopeType::linear;
    rope.scaling.factor = stated.factor;
  }
  if (!metadata.code().reads_alpha) return;
  // alpha takes the place of the linear factor; 0 is "not set".
  if (const double alpha = metadata.number("rope.scaling.alpha").value_or(0); alpha > 0) {
    rope.scaling.rope_type = RopeType::ntk;
    rope.scaling.factor.reset();
    rope.scaling.set(key::alpha, alpha);
  }
}

/// The tensor, by its name of today or as the first layer's.
Factors read_factors(Metadata& metadata, const char* name, const RopeConfig& rope) {
  // Older files have one copy in each layer; the copies are equal, so the first is enough.
  for (const char* before : {"", "blk.0."}) {
    const std::string full = fmt::format("{}{}.weight", before, name);
    Factors factors = metadata.file().tensor(full);
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
  if (stated.type == "yarn") metadata.warn("rope.scaling.type yarn has no effect beside rope_factors_long");
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

void set_factors(RopeConfig& rope, Metadata& metadata, const Stated& stated) {
  // All three are asked for first, so that none of them counts as unknown, then the order of llama.cpp decides.
  const Factors freqs = read_factors(metadata, "rope_freqs", rope);
  const Factors longer = read_factors(metadata, "rope_factors_long", rope);
  const Factors shorter = read_factors(metadata, "rope_factors_short", rope);
  if (freqs && (longer || shorter))
    metadata.warn("rope_factors_long and rope_factors_short have no effect beside rope_freqs");
  if (freqs)
    rope.scaling.freq_factors = *freqs;
  else if (longer || shorter)
    set_longrope(rope, metadata, stated, longer, shorter);
  else if (stated.type == "longrope")
    metadata.warn("rope.scaling.type is longrope, and the file has no rope_factors_long or rope_factors_short");
  if (stated.attention != 1 && !rope.attention.attention_factor)
    metadata.warn(
        fmt::format("{} is {:g} and has no effect here", metadata.key("rope.scaling.attn_factor"), stated.attention));
}

} // namespace

void set_scaling(RopeConfig& rope, Metadata& metadata) {
  const Stated stated = read_stated(metadata);
  set_scheme(rope, metadata, stated);
  set_factors(rope, metadata, stated);
}

void set_query_scale(RopeConfig& rope, Metadata& metadata) {
  const GgufQueryScale kind = metadata.code().query_scale;
  if (kind == GgufQueryScale::none) return;
  const double scale = metadata.number("attention.temperature_scale").value_or(0);
  if (scale == 0) return;
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
