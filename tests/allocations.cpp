#include "tests/allocations.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include <doctest/doctest.h>
#include <imgui.h>
#include <malloc.h>

#include "app/gpu/driver_time.h"
#include "tests/sanitizers.h"

namespace {

thread_local std::uint64_t count = 0;

void note() {
  if (!ropescope::gpu::DriverTime::inside()) ++count;
}

/// Dear ImGui takes malloc where it is not told otherwise, and must be told before its first context. Its own count
/// also within its back end for OpenGL, where the driver's do not.
[[maybe_unused]] const bool imgui_counts = [] {
  ImGui::SetAllocatorFunctions(
      [](std::size_t size, void*) {
        const std::uint64_t before = count;
        void* const memory = std::malloc(size);
        count = before + 1;
        return memory;
      },
      [](void* memory, void*) { std::free(memory); });
  return true;
}();

} // namespace

namespace ropescope {

std::uint64_t allocations() { return count; }

} // namespace ropescope

#ifdef ROPESCOPE_SANITIZED

extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                                         void (*)(const volatile void*));

namespace {

[[maybe_unused]] const int sanitizer_tells = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { note(); }, [](const volatile void*) {});

} // namespace

#else

// A program's functions of these names take the place of the C library's in every library that it loads. glibc has its
// own under second names; free() needs no count, and takes what those give.
extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) noexcept {
  note();
  return __libc_malloc(size);
}

void* calloc(std::size_t items, std::size_t size) noexcept {
  note();
  return __libc_calloc(items, size);
}

void* realloc(void* memory, std::size_t size) noexcept {
  note();
  return __libc_realloc(memory, size);
}

void* memalign(std::size_t to, std::size_t size) noexcept {
  note();
  return __libc_memalign(to, size);
}

void* aligned_alloc(std::size_t to, std::size_t size) noexcept { return memalign(to, size); }

int posix_memalign(void** memory, std::size_t to, std::size_t size) noexcept {
  if (to % sizeof(void*) != 0 || (to & (to - 1)) != 0 || to == 0) return EINVAL;
  void* const got = memalign(to, size);
  if (!got) return ENOMEM;
  *memory = got;
  return 0;
}

} // extern "C"

#endif

TEST_CASE("every way to ask for memory is counted once: the C library's, new of any kind and Dear ImGui's own") {
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
  CHECK(counts([&] { std::free(keep(std::malloc(8))); }) == 1);
  CHECK(counts([&] { std::free(keep(std::calloc(2, 8))); }) == 1);
  CHECK(counts([&] { std::free(keep(std::aligned_alloc(64, 64))); }) == 1);
  CHECK(counts([&] { std::free(keep(std::realloc(keep(std::malloc(8)), 1 << 20))); }) == 2);
  CHECK(counts([&] {
          void* memory = nullptr;
          if (posix_memalign(&memory, 64, 100) == 0) std::free(keep(memory));
        }) == 1);
  CHECK(counts([&] { std::free(keep(strdup("a library's own call is counted too"))); }) == 1);
  CHECK(counts([] { ImGui::MemFree(ImGui::MemAlloc(8)); }) == 1);
}

TEST_CASE("what the driver asks for is not counted, but what Dear ImGui asks for meanwhile is") {
  const ropescope::gpu::DriverTime driver;
  const std::uint64_t before = ropescope::allocations();
  static void* volatile kept;
  kept = std::malloc(8);
  std::free(kept);
  CHECK(ropescope::allocations() - before == 0);
  ImGui::MemFree(ImGui::MemAlloc(8));
  CHECK(ropescope::allocations() - before == 1);
}
