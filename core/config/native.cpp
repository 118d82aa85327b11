#include "core/config/native.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/model/model_types.h"

namespace ropescope::config {

namespace {

bool has_any(const Json& root, std::initializer_list<std::string_view> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) { return present(root, key); });
}

double number_or(const Json& root, std::string_view key, double otherwise) {
  const Json* value = present(root, key);
  return value ? as_number(*value, key) : otherwise;
}

bool flag(const Json& root, std::string_view key) {
  const Json* value = present(root, key);
  return value && as_bool(*value, key);
}

/// The file's own keys stay: those that mean the same in both are read as they are.
void rename(Json& into, const Json& root, std::string_view key, std::string_view today) {
  if (const Json* value = present(root, key)) {
    into[std::string(today)] = *value;
    if (key != today) into.erase(std::string(key));
  }
}

Json in_words_of_today(const Json& root, NativeFormat format) {
  Json result = root;
  result["model_type"] = native_model_type(format);
  rename(result, root, "dim", "hidden_size");
  rename(result, root, "n_heads", "num_attention_heads");
  rename(result, root, "n_kv_heads", "num_key_value_heads");
  rename(result, root, "n_layers", "num_hidden_layers");
  rename(result, root, "max_seq_len", "max_position_embeddings");
  rename(result, root, "nope_layer_interval", "no_rope_layer_interval");
  return result;
}

/// Llama 3's scaling, with the numbers that Meta's code has where the file has none.
void scale_as_llama3(Json& result, const Json& root) {
  const double factor = number_or(root, "rope_scaling_factor", number_or(root, "rope_scale_factor", 8));
  const double fast = number_or(root, "rope_high_freq_factor", number_or(root, "high_freq_factor", 4));
  result["rope_scaling"] = {{"rope_type", "llama3"},
                            {"factor", factor},
                            {"low_freq_factor", number_or(root, "low_freq_factor", 1)},
                            {"high_freq_factor", fast},
                            {"original_max_position_embeddings", number_or(root, "original_context_len", 8192)}};
}

Json from_meta(const Json& root) {
  Json result = in_words_of_today(root, NativeFormat::meta);
  if (flag(root, "use_scaled_rope")) scale_as_llama3(result, root);
  // What only says how, once it is read.
  for (const char* key : {"use_scaled_rope", "rope_scaling_factor", "rope_scale_factor", "rope_high_freq_factor",
                          "high_freq_factor", "low_freq_factor", "original_context_len"})
    result.erase(key);
  if (!has_any(root, {"rope_theta", "rope_freq_base"})) result["rope_theta"] = 10000;
  // executorch: Phi's two tables, and Hugging Face's pairs.
  if (const Json* long_factor = present(root, "rope_scaling_long_factor")) {
    const Json* short_factor = present(root, "rope_scaling_short_factor");
    result["rope_scaling"] = {{"rope_type", "longrope"},
                              {"long_factor", *long_factor},
                              {"short_factor", short_factor ? *short_factor : *long_factor}};
  }
  for (const char* key : {"rope_scaling_long_factor", "rope_scaling_short_factor"}) result.erase(key);
  if (present(root, "use_hf_rope")) {
    result["rotary_interleaved"] = !flag(root, "use_hf_rope");
    result.erase("use_hf_rope");
  }
  return result;
}

Json from_mistral(const Json& root) {
  Json result = in_words_of_today(root, NativeFormat::mistral);
  if (!present(root, "rope_theta")) result["rope_theta"] = present(root, "sliding_window") ? 1e4 : 1e6;
  Json scaling = Json::object();
  if (const Json* yarn = present(root, "yarn")) {
    if (!yarn->is_object()) throw Error(fmt::format("yarn is {}, expected an object", excerpt(*yarn)));
    scaling = {{"rope_type", "yarn"}};
    rename(scaling, *yarn, "factor", "factor");
    rename(scaling, *yarn, "original_max_position_embeddings", "original_max_position_embeddings");
    rename(scaling, *yarn, "beta", "beta_fast");
    rename(scaling, *yarn, "alpha", "beta_slow");
    if (present(*yarn, "apply_scale") && !flag(*yarn, "apply_scale")) scaling["attention_factor"] = 1.0;
    result.erase("yarn");
  }
  // Queries grow with their position. The names are Ministral 3's.
  if (const Json* queries = present(root, "llama_4_scaling"); queries && queries->is_object()) {
    if (scaling.empty()) scaling = {{"rope_type", "default"}};
    rename(scaling, *queries, "beta", "llama_4_scaling_beta");
    if (!present(scaling, "original_max_position_embeddings"))
      rename(scaling, *queries, "original_max_position_embeddings", "original_max_position_embeddings");
    result.erase("llama_4_scaling");
  }
  if (!scaling.empty()) result["rope_scaling"] = std::move(scaling);
  return result;
}

/// YaRN as DeepSeek's code has it, in force where the context is longer than the original one.
void scale_as_deepseek(Json& result, const Json& root, double factor, double original) {
  const double longest = number_or(root, "max_seq_len", 4 * original);
  result["max_position_embeddings"] = longest;
  for (const char* key : {"rope_factor", "original_seq_len", "beta_fast", "beta_slow", "mscale"}) result.erase(key);
  if (longest <= original) return;
  result["rope_scaling"] = {{"rope_type", "yarn"},
                            {"factor", number_or(root, "rope_factor", factor)},
                            {"original_max_position_embeddings", original},
                            {"beta_fast", number_or(root, "beta_fast", 32)},
                            {"beta_slow", number_or(root, "beta_slow", 1)},
                            {"mscale", number_or(root, "mscale", 1)},
                            {"mscale_all_dim", number_or(root, "mscale", 1)}};
}

Json from_deepseek(const Json& root) {
  Json result = in_words_of_today(root, NativeFormat::deepseek);
  result["qk_rope_head_dim"] = number_or(root, "qk_rope_head_dim", 64);
  result["qk_nope_head_dim"] = number_or(root, "qk_nope_head_dim", 128);
  if (!present(root, "rope_theta")) result["rope_theta"] = 10000;
  scale_as_deepseek(result, root, 40, number_or(root, "original_seq_len", 4096));
  return result;
}

Json from_deepseek_v4(const Json& root) {
  Json result = in_words_of_today(root, NativeFormat::deepseek_v4);
  rename(result, root, "rope_head_dim", "qk_rope_head_dim");
  const double original = number_or(root, "original_seq_len", 65536);
  result["rope_theta"] = number_or(root, "rope_theta", 10000);
  result["compress_rope_theta"] = number_or(root, "compress_rope_theta", 160000);
  scale_as_deepseek(result, root, 16, original);
  // Its compressed layers leave cos and sin as they are, and its softmax scale too.
  for (const char* key : {"mscale", "mscale_all_dim"})
    if (const auto scaling = result.find("rope_scaling"); scaling != result.end()) scaling->erase(key);
  return result;
}

bool is_meta_like(const Json& root) { return has_any(root, {"dim"}) && has_any(root, {"n_heads"}); }

struct Format {
  bool (*fits)(const Json& root);
  Json (*translate)(const Json& root);
};

/// In the order in which they are asked: each knows less of the file than the one before.
constexpr auto formats = std::to_array<Format>({
    {[](const Json& root) {
       return has_any(root, {"rope_head_dim", "compress_rope_theta"}) && is_meta_like(root);
     },
     from_deepseek_v4},
    {[](const Json& root) {
       return is_meta_like(root) && (has_any(root, {"yarn", "llama_4_scaling"}) ||
                                     (has_any(root, {"hidden_dim"}) && has_any(root, {"head_dim", "moe"}) &&
                                      !has_any(root, {"use_scaled_rope", "multiple_of", "use_hf_rope"})));
     },
     from_mistral},
    {[](const Json& root) {
       return has_any(root, {"kv_lora_rank", "moe_inter_dim"}) && is_meta_like(root);
     },
     from_deepseek},
    {is_meta_like, from_meta},
});

} // namespace

std::optional<Json> from_native(const Json& root) {
  if (present(root, "model_type") || has_any(root, {"hidden_size", "architectures"})) return std::nullopt;
  for (const Format& format : formats)
    if (format.fits(root)) return format.translate(root);
  return std::nullopt;
}

} // namespace ropescope::config
