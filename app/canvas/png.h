#pragma once
#include <cstdint>
#include <filesystem>
#include <span>

namespace ropescope::canvas {

/// Writes RGB pixels, top row first. Whole or not at all; throws Error.
void write_png(const std::filesystem::path&, int width, int height, std::span<const std::uint8_t> rgb);

} // namespace ropescope::canvas
