#include "app/gpu/buffer.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"

namespace ropescope::gpu {

Buffer::Buffer() { glGenBuffers(1, &buffer_); }
Buffer::~Buffer() { glDeleteBuffers(1, &buffer_); }

std::int64_t Buffer::greatest_size() {
  GLint64 greatest = 0;
  glGetInteger64v(GL_MAX_SHADER_STORAGE_BLOCK_SIZE, &greatest);
  return greatest;
}

void Buffer::reserve(std::int64_t bytes) {
  if (bytes <= capacity_) return;
  if (bytes > greatest_size())
    throw Error(fmt::format("the GPU takes buffers of at most {} bytes, and {} are needed: use --engine cpu",
                            greatest_size(), bytes));
  while (glGetError() != GL_NO_ERROR) {
  }
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer_);
  glBufferData(GL_SHADER_STORAGE_BUFFER, std::max<GLsizeiptr>(bytes, 16), nullptr, GL_DYNAMIC_COPY);
  capacity_ = bytes;
  if (glGetError() != GL_NO_ERROR) {
    capacity_ = 0;
    throw Error(fmt::format("the GPU has no memory for a buffer of {} bytes: use --engine cpu", bytes));
  }
}

void Buffer::bind(unsigned binding) const { glBindBufferBase(GL_SHADER_STORAGE_BUFFER, binding, buffer_); }

void Buffer::write(const void* data, std::int64_t bytes) {
  if (bytes == 0) return;
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer_);
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, bytes, data);
}

void Buffer::read(void* data, std::int64_t bytes) const {
  if (bytes == 0) return;
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer_);
  glGetBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, bytes, data);
}

} // namespace ropescope::gpu
