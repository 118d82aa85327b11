#pragma once
#include <cstdint>

namespace ropescope::gpu {

/// Which engine a person wants for the pictures; `automatic`: the faster one that works.
enum class EngineChoice : std::uint8_t { automatic, cpu, gpu };

} // namespace ropescope::gpu
