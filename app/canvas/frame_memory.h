#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <vector>

namespace ropescope::canvas {

/// Memory for what is needed within one frame alone. It grows to what the greatest frame so far took, so that frames
/// like those before allocate nothing.
class FrameMemory final : public std::pmr::memory_resource {
public:
  /// A new frame begins: what was handed out before must not be used any more.
  void reset() {
    // The last frame did not fit into one block. One block as large as all of them holds the next frame like it.
    if (blocks_.size() > 1) {
      std::size_t all = 0;
      for (const Block& block : blocks_) all += block.size;
      blocks_.clear();
      add(all);
    }
    used_ = 0;
  }

private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };

  void add(std::size_t size) { blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size}); }

  void* do_allocate(std::size_t size, std::size_t alignment) override {
    // A small frame fits into 64 KiB. A larger one takes a few blocks, once: the next reset() makes them one.
    constexpr std::size_t least = std::size_t{1} << 16;
    std::size_t begin = (used_ + alignment - 1) / alignment * alignment;
    if (blocks_.empty() || begin + size > blocks_.back().size) {
      add(std::max(least, size));
      begin = 0;
    }
    used_ = begin + size;
    return blocks_.back().bytes.get() + begin;
  }
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  std::vector<Block> blocks_; // memory is taken from the last
  std::size_t used_ = 0;      // of the last
};

} // namespace ropescope::canvas
