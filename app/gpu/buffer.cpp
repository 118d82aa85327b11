#include "app/gpu/buffer.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>

#include "app/gpu/errors.h"

namespace ropescope::gpu {

namespace {

// A mark is 8 bytes, or as many as there are results where these are fewer. Right results would be refused only where
// they are the same 8 bytes by chance.
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
  // At least one vec4, because a buffer without memory cannot be given to a shader. GL_DYNAMIC_COPY is a hint alone:
  // filled again and again, used by the GPU.
  glBufferData(GL_SHADER_STORAGE_BUFFER, std::max<GLsizeiptr>(bytes, 16), nullptr, GL_DYNAMIC_COPY);
  // If the driver had no room, the next line throws, and the memory that was there before may be lost: capacity 0 makes
  // the next call ask for memory again.
  capacity_ = 0;
  require_no_errors();
  capacity_ = bytes;
}

void Buffer::expect_results(std::int64_t bytes) {
  reserve(bytes);
  // A new mark each time. An operation in place that fails leaves its mark in the caller's rows; these may be the next
  // input, and a right result may then hold the old mark. The step is 2⁶⁴ divided by the golden ratio: its multiples
  // are spread over all 64-bit numbers, and come back only after 2⁶⁴ of them.
  mark_ += 0x9e3779b97f4a7c15;
  // Both ends are marked, because a GPU that stops halfway may have written the first results and not the last.
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
  // The mark is also written into the caller's memory, for a driver that reads nothing back and reports no error. Where
  // rows are rotated in place this memory still holds the input, which would otherwise pass for the result.
  for (std::byte* end : {first, last}) std::memcpy(end, &mark_, marked);
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, buffer_);
  glGetBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, bytes, data);
  require_no_errors();
  for (const std::byte* end : {first, last})
    if (std::memcmp(end, &mark_, marked) == 0) throw GpuError("the GPU returned no results");
}

} // namespace ropescope::gpu
