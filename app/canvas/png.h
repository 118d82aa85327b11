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

/// The same with texts that it carries and, where it is not 0, how many pixels are an inch on paper.
std::string png_file(int width, int height, std::span<const std::uint8_t> rgb, std::string_view name,
                     std::span<const CarriedText>, double dots_per_inch = 0);

/// Writes such a file, whole or not at all; throws Error.
void write_png(const std::filesystem::path&, int width, int height, std::span<const std::uint8_t> rgb,
               std::span<const CarriedText> = {});

} // namespace ropescope::canvas
