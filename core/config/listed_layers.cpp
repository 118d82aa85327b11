#include "core/config/listed_layers.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace ropescope::config {

namespace {

/// A key whose value may be a list, and the key of one number for all layers.
struct Listed {
  std::string_view key, one;
};
constexpr auto listed = std::to_array<Listed>({{"rope_theta", "rope_theta"},
                                               {"layer_rope_theta", "rope_theta"},
                                               {"partial_rotary_factors", "partial_rotary_factor"}});

const Json* list_of(const Object& config, std::string_view key) {
  const Json* value = config.find(key);
  return value && value->is_array() && !value->empty() ? value : nullptr;
}

/// What tells a layer from others.
struct Numbers {
  std::array<std::optional<double>, listed.size()> values;
  std::string layer_type;
  bool operator==(const Numbers&) const = default;
};

Numbers numbers_of(const Object& config, std::size_t layer) {
  Numbers numbers;
  for (std::size_t k = 0; k < listed.size(); ++k)
    if (const Json* list = list_of(config, listed[k].key); list && layer < list->size())
      numbers.values[k] = as_optional((*list)[layer], config.place_of(listed[k].key)).value_or(0);
  const Json* types = config.find("layer_types");
  if (types && types->is_array() && layer < types->size() && (*types)[layer].is_string())
    numbers.layer_type = (*types)[layer].get<std::string>();
  return numbers;
}

/// The file with one number of each list; a base of 0 turns nothing, and leaves a number that is of no meaning.
ListedLayers with_numbers(const Object& config, const Numbers& numbers) {
  ListedLayers result{config.json(), numbers.layer_type, true, 0};
  for (const Listed& row : listed)
    if (list_of(config, row.key)) result.json.erase(std::string(row.key));
  for (std::size_t k = 0; k < listed.size(); ++k) {
    if (!numbers.values[k]) continue;
    const bool is_base = listed[k].one == "rope_theta";
    if (is_base && *numbers.values[k] == 0) result.turns = false;
    result.json[std::string(listed[k].one)] = is_base && !result.turns ? 10000.0 : *numbers.values[k];
  }
  return result;
}

} // namespace

bool has_listed_layers(const Object& config) {
  return std::any_of(listed.begin(), listed.end(), [&](const Listed& row) { return list_of(config, row.key); });
}

std::vector<ListedLayers> listed_layers(const Object& config) {
  constexpr std::size_t most = 64; // no model has more than three; each takes a copy of the file
  std::size_t count = 0;
  for (const Listed& row : listed)
    if (const Json* list = list_of(config, row.key)) count = std::max(count, list->size());
  // Lists may go on for layers that guess further tokens, which are none of the model's.
  if (const auto layers = config.integer("num_hidden_layers"); layers && *layers > 0)
    count = std::min(count, static_cast<std::size_t>(*layers));
  for (const Listed& row : listed)
    if (const Json* list = list_of(config, row.key); list && list->size() < count)
      throw Error(fmt::format("{} has {} entries, expected one for each of {} layers", config.place_of(row.key),
                              list->size(), count));
  std::vector<std::pair<Numbers, std::int64_t>> kinds;
  for (std::size_t layer = 0; layer < count; ++layer) {
    Numbers numbers = numbers_of(config, layer);
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.first == numbers; });
    if (same != kinds.end())
      ++same->second;
    else
      kinds.emplace_back(std::move(numbers), 1);
    if (kinds.size() > most)
      throw Error(fmt::format("more than {} kinds of layers in it, expected lists of a model", most));
  }
  std::vector<ListedLayers> result;
  for (const auto& [numbers, layers] : kinds) {
    result.push_back(with_numbers(config, numbers));
    result.back().layers = layers;
  }
  return result;
}

} // namespace ropescope::config
