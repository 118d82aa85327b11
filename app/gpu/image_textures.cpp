#include "app/gpu/image_textures.h"

#include <algorithm>

#include "app/gpu/driver_time.h"

namespace ropescope::gpu {

ImageTextures::~ImageTextures() {
  for (const Image& image : images_) glDeleteTextures(1, &image.texture);
}

GLuint ImageTextures::texture(std::int64_t columns, std::int64_t rows, std::span<const std::uint32_t> colours) {
  const DriverTime driver;
  if (greatest_ == 0) glGetIntegerv(GL_MAX_TEXTURE_SIZE, &greatest_);
  if (columns < 1 || rows < 1 || columns > greatest_ || rows > greatest_) return 0;
  if (next_ == images_.size()) images_.emplace_back();
  Image& image = images_[next_++];
  const bool same_size = image.texture != 0 && image.columns == columns && image.rows == rows;
  if (same_size && std::equal(colours.begin(), colours.end(), image.colours.begin(), image.colours.end()))
    return image.texture;
  GLint bound = 0;
  glGetIntegerv(GL_TEXTURE_BINDING_2D, &bound);
  if (image.texture == 0) glGenTextures(1, &image.texture);
  glBindTexture(GL_TEXTURE_2D, image.texture);
  const auto width = static_cast<GLsizei>(columns), height = static_cast<GLsizei>(rows);
  if (same_size)
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, colours.data());
  else {
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, colours.data());
    for (const GLenum filter : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
      glTexParameteri(GL_TEXTURE_2D, filter, GL_NEAREST);
    for (const GLenum wrap : {GL_TEXTURE_WRAP_S, GL_TEXTURE_WRAP_T})
      glTexParameteri(GL_TEXTURE_2D, wrap, GL_CLAMP_TO_EDGE);
  }
  glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(bound));
  image.columns = columns, image.rows = rows;
  image.colours.assign(colours.begin(), colours.end());
  return image.texture;
}

} // namespace ropescope::gpu
