#pragma once
#include <cstdint>

namespace ropescope::canvas {

/// `paper` is for print: a white ground, no panels, hairlines.
enum class ThemeName : std::uint8_t { dark, light, paper };

} // namespace ropescope::canvas
