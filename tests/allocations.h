#pragma once
#include <cstdint>

namespace ropescope {

/// How often this thread has asked for memory: by operator new of any alignment, or by Dear ImGui's MemAlloc. The tests'
/// program replaces both to count. What the OpenGL driver and the C library take by malloc is not in it.
std::uint64_t allocations();

} // namespace ropescope
