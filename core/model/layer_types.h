#pragma once
#include <string_view>

namespace ropescope {

/// Whether layers of that `layer_types` name have attention; of a name that nobody knows: true. Goes for every class,
/// as a file may have layers that its class's own settings have not.
bool has_attention(std::string_view layer_type);

/// What transformers 5.24 makes of a layer type that older files have; of others the same.
std::string_view name_of_today(std::string_view layer_type);

} // namespace ropescope
