#include "core/model/layer_types.h"

#include <algorithm>
#include <array>

namespace ropescope {

namespace {

// Recurrent layers, convolutions, and experts that stand as layers of their own.
constexpr auto without_attention =
    std::to_array<std::string_view>({"linear_attention", "conv", "mamba", "moe", "recurrent"});

struct Renamed {
  std::string_view before, today;
};

// transformers 5.24.0, configuration_utils.py, _LEGACY_LAYER_TYPE_REMAP.
constexpr auto renamed = std::to_array<Renamed>({
    {"mamba", "linear_attention"},
    {"attention", "full_attention"},
    {"deepseek_sparse_attention", "indexed_attention"},
    {"qwen_sparse_attention", "indexed_attention"},
});

} // namespace

bool has_attention(std::string_view layer_type) {
  return std::find(without_attention.begin(), without_attention.end(), layer_type) == without_attention.end();
}

std::string_view name_of_today(std::string_view layer_type) {
  const auto found =
      std::find_if(renamed.begin(), renamed.end(), [&](const Renamed& row) { return row.before == layer_type; });
  return found == renamed.end() ? layer_type : found->today;
}

} // namespace ropescope
