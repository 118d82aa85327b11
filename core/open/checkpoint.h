#pragma once
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace ropescope {

/// The numbers of the tensor whose name ends so, of the checkpoint beside a config.json: in model.safetensors, or in the
/// file that model.safetensors.index.json names for it. Nothing where no checkpoint lies there or none of its tensors
/// is called so; the first in the file's order where several are. Throws Error: a checkpoint that cannot be read, an
/// index of more than 16 MiB, a tensor of integers or of more than 65 536 numbers.
std::optional<std::vector<double>> tensor_beside(const std::filesystem::path& config, std::string_view ending);

} // namespace ropescope
