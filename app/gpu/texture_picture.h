#pragma once
#include <epoxy/gl.h>

namespace ropescope::gpu {

/// An off-screen picture of 8-bit colour that can be drawn elsewhere, in every OpenGL context that shares objects with
/// the one it was made in. It can be drawn into in that one alone, which must be current whenever it is used.
class TexturePicture {
public:
  /// Throws Error where the driver has no such picture.
  TexturePicture(int width, int height);
  ~TexturePicture();
  TexturePicture(const TexturePicture&) = delete;
  TexturePicture& operator=(const TexturePicture&) = delete;

  /// Makes it the picture that is drawn into, all of it.
  void bind() const;

  /// Becomes a smaller picture of another one: of half its sides every pixel is the mean of four.
  void shrink(const TexturePicture& from) const;

  GLuint texture() const { return texture_; } ///< its first row is the lowest
  int width() const { return width_; }
  int height() const { return height_; }

private:
  int width_, height_;
  GLuint framebuffer_ = 0, texture_ = 0;
};

/// Fills the window's own framebuffer of the current context, `width` × `height` pixels, with a texture of another
/// size. The texture may be of a context that shares objects with this one, and must be complete there.
void fill_window(GLuint texture, int texture_width, int texture_height, int width, int height);

} // namespace ropescope::gpu
