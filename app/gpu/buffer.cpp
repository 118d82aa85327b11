#include "app/gpu/buffer.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>

#include "app/gpu/errors.h"

namespace ropescope::gpu {

namespace {

constexpr std::int64_t mark_size = sizeof(std::uint64_t);

} // namespace

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
    throw GpuError(fmt::format("the GPU takes buffers of at most {} bytes, and {} are needed", greatest_size(), bytes));
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer_);
  glBufferData(GL_SHADER_STORAGE_BUFFER, std::max<GLsizeiptr>(bytes, 16), nullptr, GL_DYNAMIC_COPY);
  capacity_ = 0; // where the driver had no room
  require_no_errors();
  capacity_ = bytes;
}

void Buffer::expect_results(std::int64_t bytes) {
  reserve(bytes);
  // Another one each time, for an input may hold the mark of an operation that failed.
  mark_ += 0x9e3779b97f4a7c15; // the golden ratio's: numbers that spread over all 64 bits
  const std::int64_t marked = std::min(bytes, mark_size);
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer_);
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, marked, &mark_);
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, bytes - marked, marked, &mark_);
}

void Buffer::bind(unsigned binding) const { glBindBufferBase(GL_SHADER_STORAGE_BUFFER, binding, buffer_); }

void Buffer::write(const void* data, std::int64_t bytes) {
  if (bytes == 0) return;
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer_);
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, bytes, data);
}

void Buffer::read(void* data, std::int64_t bytes) const {
  if (bytes == 0) return;
  const auto marked = static_cast<std::size_t>(std::min(bytes, mark_size));
  auto *const first = static_cast<std::byte*>(data), *const last = first + bytes - marked;
  // Also here, for a driver that reads nothing; what rows were rotated in place would pass for the result.
  for (std::byte* end : {first, last}) std::memcpy(end, &mark_, marked);
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer_);
  glGetBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, bytes, data);
  require_no_errors();
  for (const std::byte* end : {first, last})
    if (std::memcmp(end, &mark_, marked) == 0) throw GpuError("the GPU returned no results");
}

} // namespace ropescope::gpu
