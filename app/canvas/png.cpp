#include "app/canvas/png.h"

#include <fmt/format.h>
#include <stb/stb_image_write.h>

#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::canvas {

std::string png_bytes(int width, int height, std::span<const std::uint8_t> rgb, std::string_view name) {
  std::string bytes;
  const auto append = [](void* to, void* data, int size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  };
  if (!stbi_write_png_to_func(append, &bytes, width, height, 3, rgb.data(), width * 3))
    throw Error(fmt::format("{}: the picture could not be compressed", name));
  return bytes;
}

std::string png_file(int width, int height, std::span<const std::uint8_t> rgb, std::string_view name,
                     std::span<const CarriedText> texts, double dots_per_inch) {
  std::string bytes = png_bytes(width, height, rgb, name);
  insert_png_texts(bytes, texts);
  if (dots_per_inch > 0) insert_png_resolution(bytes, dots_per_inch);
  return bytes;
}

void write_png(const std::filesystem::path& path, int width, int height, std::span<const std::uint8_t> rgb,
               std::span<const CarriedText> texts) {
  write_file(path, png_file(width, height, rgb, path.string(), texts));
}

} // namespace ropescope::canvas
