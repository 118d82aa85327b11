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

  /// Makes room for `bytes`; what was in it is undefined after. Throws GpuError beyond the driver's limit.
  void reserve(std::int64_t bytes);

  /// Makes room for results that a program is about to write, and marks both ends, so that download() notices where
  /// none came.
  void expect_results(std::int64_t bytes);

  template <typename T>
  void upload(std::span<const T> values) {
    reserve(static_cast<std::int64_t>(values.size_bytes()));
    write(values.data(), static_cast<std::int64_t>(values.size_bytes()));
  }

  /// Waits for the GPU, and reads what expect_results() made room for. Throws GpuError where the driver reports an
  /// error or nothing came; `values` are undefined then.
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
  std::uint64_t mark_ = 0; // what stands at both ends of results until they come
};

} // namespace ropescope::gpu
