#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <epoxy/gl.h>

namespace ropescope::gpu {

/// Textures of the images of a frame, in the order in which they are asked for: an image that is the same as in the
/// frame before is not sent to the GPU again. The OpenGL context that was current first must be current always.
class ImageTextures {
public:
  ImageTextures() = default;
  ~ImageTextures();
  ImageTextures(const ImageTextures&) = delete;
  ImageTextures& operator=(const ImageTextures&) = delete;

  /// A new frame begins: the textures of the one before may become other images.
  void begin_frame() { next_ = 0; }

  /// `columns` × `rows` colours, bytes R, G, B, A from the lowest address on, row by row from the top. A texture whose
  /// first row is the uppermost, which blends no colours; 0 where the driver has none of this size.
  GLuint texture(std::int64_t columns, std::int64_t rows, std::span<const std::uint32_t> colours);

private:
  struct Image {
    GLuint texture = 0;
    std::int64_t columns = 0, rows = 0;
    std::vector<std::uint32_t> colours; // that it has
  };
  std::vector<Image> images_;
  std::size_t next_ = 0;
  GLint greatest_ = 0; // pixels a side; 0: the driver was not asked yet
};

} // namespace ropescope::gpu
