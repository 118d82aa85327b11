#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "app/canvas/carried.h"

namespace ropescope::canvas {

/// The bytes of a PNG file of RGB pixels, top row first. Throws Error, beginning with `name`, where they cannot be
/// compressed.
std::string png_bytes(int width, int height, std::span<const std::uint8_t> rgb, std::string_view name);

/// Writes such a file, with texts that it carries and, where they are not 0, how many pixels are an inch on paper.
/// Whole or not at all; throws Error.
void write_png(const std::filesystem::path&, int width, int height, std::span<const std::uint8_t> rgb,
               std::span<const CarriedText> = {}, double dots_per_inch = 0);

} // namespace ropescope::canvas
