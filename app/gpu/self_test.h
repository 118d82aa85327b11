#pragma once
#include "core/rope/engine.h"

namespace ropescope::gpu {

/// How much a GPU computes beside the CPU before it is believed. `quick`: phases, to the bit, which a driver that does
/// nothing fails; of some ms. `whole`: also a rotation and a scan, whose shaders a software OpenGL first compiles for a
/// tenth of a second where its cache is empty.
enum class SelfTest { quick, whole };

/// Throws GpuError where the GPU's numbers are further from the CPU's than Engine's contract allows, or none came.
void require_right_results(Engine& gpu, SelfTest);

} // namespace ropescope::gpu
