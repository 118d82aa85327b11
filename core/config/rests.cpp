#include "core/config/rests.h"

#include <algorithm>
#include <array>

#include "core/config/keys.h"

namespace ropescope::config {

namespace {

/// A switch of a config.json that leaves a model without rotary embedding where it has this value.
struct Switch {
  std::string_view key;
  bool off;
};

constexpr auto switches = std::to_array<Switch>({
    {"alibi", true},        // Falcon, MPT
    {"use_alibi", true},    // Baichuan's and others' forks
    {"mla_use_nope", true}, // Kimi-Linear
    {"use_nope", true},
    {"use_mem_rope", false}, // Zamba2
    {"use_rope", false},     // MPT and others
    {"use_rotary_embeddings", false},
    {"use_rotary_embedding", false}, // CLVP
    {"rope_embeddings", false},      // Parler
    {"rope", false},                 // OLMo's first form
});

/// The kind of positions that the file names, else its class where that reads the key; empty: neither does.
std::string named_positions(const Object& config) {
  for (const char* key : {"position_embedding_type", "position_embeddings_type"}) {
    const Json* value = config.find_or_class(key);
    if (value && value->is_string()) return value->get<std::string>();
    // A class that asks for "rope" and has nothing by default turns nothing by default.
    if (!value && config.values() && config.values()->has(key)) return "no";
  }
  return "";
}

} // namespace

std::string why_nothing_turns(const Object& config) {
  for (const Switch& row : switches)
    if (const Json* value = config.find_or_class(row.key);
        value && value->is_boolean() && value->get<bool>() == row.off)
      return fmt::format("{} is {}", config.place_of(row.key), row.off);
  // A head apart that should turn, of no component; where the file leaves MLA out it has ordinary heads.
  if (config.integer("qk_rope_head_dim") == 0 && config.flag("use_mla", true))
    return fmt::format("{} is 0", config.place_of("qk_rope_head_dim"));
  if (states_rotation(config.json())) return "";
  // Where the class asks for a value of a key, its own default may be another: then it turns nothing by default.
  if (const Json* condition = config.values() ? config.values()->condition() : nullptr)
    for (const auto& [key, wanted] : condition->items()) {
      const Json* value = config.find_or_class(key);
      if (value && *value == wanted) return "";
      return fmt::format("{} is {}", config.place_of(key), value ? excerpt(*value) : "null");
    }
  const bool class_turns = config.values() && config.values()->rotates();
  const std::string named = named_positions(config);
  const bool reads = !config.values() || config.values()->has("position_embedding_type") ||
                     config.values()->has("position_embeddings_type");
  if (named == "rope" || named == "rotary") return "";
  if (!named.empty() && (reads || !class_turns)) return fmt::format("{} positions", named);
  if (!config.values() || class_turns) return "";
  // A class of parts says nothing of what a file has beside them.
  if (config.values()->has_parts() && has_rope_value(config.json())) return "";
  const std::string positions = config.values()->positions();
  if (positions == "none") return "its layers know the order of tokens without";
  return positions.empty() ? "its code turns nothing" : fmt::format("{} positions", positions);
}

} // namespace ropescope::config
