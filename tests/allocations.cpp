#include "tests/allocations.h"

#include <cstdlib>
#include <new>

#include <doctest/doctest.h>
#include <imgui.h>

namespace {

thread_local std::uint64_t count = 0;

void* counted(std::size_t size) {
  ++count;
  return std::malloc(size > 0 ? size : 1);
}

void* counted(std::size_t size, std::align_val_t alignment) {
  ++count;
  const auto to = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(to, (size + to) / to * to); // whole multiples, and never none
}

void* or_throw(void* memory) {
  if (memory) return memory;
  throw std::bad_alloc();
}

/// Dear ImGui takes malloc where it is not told otherwise, and must be told before its first context.
[[maybe_unused]] const bool imgui_counts = [] {
  ImGui::SetAllocatorFunctions([](std::size_t size, void*) { return counted(size); },
                               [](void* memory, void*) { std::free(memory); });
  return true;
}();

} // namespace

namespace ropescope {

std::uint64_t allocations() { return count; }

} // namespace ropescope

// Those of arrays too: not every standard library makes them of the others.
void* operator new(std::size_t size) { return or_throw(counted(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new(std::size_t size, std::align_val_t to) { return or_throw(counted(size, to)); }
void* operator new(std::size_t size, std::align_val_t to, const std::nothrow_t&) noexcept { return counted(size, to); }
void* operator new[](std::size_t size) { return or_throw(counted(size)); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, std::align_val_t to) { return or_throw(counted(size, to)); }
void* operator new[](std::size_t size, std::align_val_t to, const std::nothrow_t&) noexcept {
  return counted(size, to);
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }

TEST_CASE("every way to ask for memory is counted: new of any alignment, of arrays, and Dear ImGui's own") {
  const auto counts = [](auto take) {
    const std::uint64_t before = ropescope::allocations();
    take();
    return ropescope::allocations() - before;
  };
  struct alignas(128) Wide {
    char bytes[128];
  };
  // By way of a volatile pointer, or the compiler may leave a pair of new and delete out.
  static void* volatile kept;
  const auto keep = [](auto* memory) {
    kept = memory;
    return static_cast<decltype(memory)>(kept);
  };
  CHECK(counts([&] { delete keep(new int); }) == 1);
  CHECK(counts([&] { delete[] keep(new int[3]); }) == 1);
  CHECK(counts([&] { delete keep(new Wide); }) == 1);
  CHECK(counts([&] { delete[] keep(new (std::nothrow) Wide[2]); }) == 1);
  CHECK(counts([] { ImGui::MemFree(ImGui::MemAlloc(8)); }) == 1);
}
