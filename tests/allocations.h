#pragma once
#include <cstdint>

namespace ropescope {

/// How often this thread has asked operator new for memory. The tests' program replaces it to count.
std::uint64_t allocations();

} // namespace ropescope
