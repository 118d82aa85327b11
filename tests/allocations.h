#pragma once
#include <cstdint>

namespace ropescope {

/// How often this thread has asked for memory: by malloc, calloc, realloc or an aligned one, which operator new and
/// every library come to, or by Dear ImGui's MemAlloc. The tests' program puts its own functions in the C library's
/// place to count (glibc); under a sanitizer, whose functions those are, the sanitizer tells.
///
/// Not counted is what the OpenGL driver takes on the thread that draws: all that is asked for while a gpu::DriverTime
/// lives, except by Dear ImGui. What the driver's own threads take is on theirs.
std::uint64_t allocations();

} // namespace ropescope
