#include "app/gpu/texture_picture.h"

#include <fmt/format.h>

#include "app/gpu/driver_time.h"
#include "core/error.h"

namespace ropescope::gpu {

TexturePicture::TexturePicture(int width, int height) : width_(width), height_(height) {
  GLint greatest = 0, bound = 0, drawn_into = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &greatest);
  if (width < 1 || height < 1 || width > greatest || height > greatest)
    throw Error(fmt::format("a picture of {}x{} is more than the {} pixels a side that OpenGL draws here", width,
                            height, greatest));
  glGetIntegerv(GL_TEXTURE_BINDING_2D, &bound);
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &drawn_into);
  glGenTextures(1, &texture_);
  glBindTexture(GL_TEXTURE_2D, texture_);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(bound));
  glGenFramebuffers(1, &framebuffer_);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_, 0);
  const bool complete = glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  glBindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(drawn_into));
  if (complete) return;
  glDeleteFramebuffers(1, &framebuffer_);
  glDeleteTextures(1, &texture_);
  throw Error(fmt::format("OpenGL cannot draw a picture of {}x{} here", width, height));
}

TexturePicture::~TexturePicture() {
  glDeleteFramebuffers(1, &framebuffer_);
  glDeleteTextures(1, &texture_);
}

void TexturePicture::bind() const {
  const DriverTime driver;
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  glViewport(0, 0, width_, height_);
}

void TexturePicture::shrink(const TexturePicture& from) const {
  const DriverTime driver;
  glBindFramebuffer(GL_READ_FRAMEBUFFER, from.framebuffer_);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, framebuffer_);
  glBlitFramebuffer(0, 0, from.width_, from.height_, 0, 0, width_, height_, GL_COLOR_BUFFER_BIT, GL_LINEAR);
  GLint bound = 0;
  glGetIntegerv(GL_TEXTURE_BINDING_2D, &bound);
  glBindTexture(GL_TEXTURE_2D, texture_);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR); // it is shown smaller still
  glGenerateMipmap(GL_TEXTURE_2D);
  glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(bound));
}

void fill_window(GLuint texture, int texture_width, int texture_height, int width, int height) {
  // Framebuffers are not shared between contexts: this one is of the window, and made for one picture.
  GLuint framebuffer = 0;
  glGenFramebuffers(1, &framebuffer);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer);
  glFramebufferTexture2D(GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
  glDisable(GL_SCISSOR_TEST);
  const bool same = texture_width == width && texture_height == height;
  glBlitFramebuffer(0, 0, texture_width, texture_height, 0, 0, width, height, GL_COLOR_BUFFER_BIT,
                    same ? GL_NEAREST : GL_LINEAR);
  glDeleteFramebuffers(1, &framebuffer);
}

} // namespace ropescope::gpu
