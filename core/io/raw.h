#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "core/array.h"

namespace ropescope {

/// A file of numbers alone, little-endian, in row-major order. dtype: the name of a NumberFormat.
/// Throws Error where the file has another size than dtype and shape ask for.
Array read_raw(const std::filesystem::path&, std::string_view dtype, const std::vector<std::int64_t>& shape);

} // namespace ropescope
