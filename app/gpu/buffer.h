#pragma once
#include <cstdint>
#include <span>

#include <epoxy/gl.h>

namespace ropescope::gpu {

/// A shader storage buffer. It keeps its memory between uses and grows where more is asked of it.
class Buffer {
public:
  Buffer();
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  /// Makes room for `bytes`; what was in it is undefined after. Throws Error beyond the driver's limit.
  void reserve(std::int64_t bytes);

  template <typename T>
  void upload(std::span<const T> values) {
    reserve(static_cast<std::int64_t>(values.size_bytes()));
    write(values.data(), static_cast<std::int64_t>(values.size_bytes()));
  }

  /// Waits for the GPU.
  template <typename T>
  void download(std::span<T> values) const {
    read(values.data(), static_cast<std::int64_t>(values.size_bytes()));
  }

  void bind(unsigned binding) const;

  /// Most bytes one buffer may have here.
  static std::int64_t greatest_size();

private:
  void write(const void*, std::int64_t bytes);
  void read(void*, std::int64_t bytes) const;
  GLuint buffer_ = 0;
  std::int64_t capacity_ = 0;
};

} // namespace ropescope::gpu
