#pragma once
#include <cstdint>
#include <span>

#include <epoxy/gl.h>

namespace ropescope::gpu {

/// A shader storage buffer. It keeps its memory between uses and grows when more bytes are needed than it has.
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

  /// Copies `values` into the buffer, from its first byte on. Throws GpuError as reserve() does.
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

  /// Lets the programs that run from now on see this buffer at a binding point, one of ROPESCOPE_BIND_… of
  /// shaders/shared.h.
  void bind(unsigned binding) const;

  /// The greatest size of one buffer under this driver, bytes.
  static std::int64_t greatest_size();

private:
  void write(const void*, std::int64_t bytes);
  void read(void*, std::int64_t bytes) const;
  GLuint buffer_ = 0;
  std::int64_t capacity_ = 0; // bytes; 0: the buffer has no memory yet
  std::uint64_t mark_ = 0;    // the 8 bytes at both ends of the results until the GPU overwrites them
};

} // namespace ropescope::gpu
