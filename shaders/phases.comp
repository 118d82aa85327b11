// The phase of every [token][pair] in units of 2⁻³² turn. Integers alone: a GPU and a CPU that are both right agree to
// the bit, so that a test of engines needs no tolerance.
#include "phase.glsl"

layout(local_size_x = ROPESCOPE_GROUP) in;

layout(std430, binding = ROPESCOPE_BIND_TURNS) readonly buffer Turns { uvec4 pairs[]; };
layout(std430, binding = ROPESCOPE_BIND_POSITIONS) readonly buffer Positions { uvec2 position[]; };
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { uint phase[]; };

uniform uint pair_count;
uniform uint token_count;

void main() {
  uint entry = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * gl_NumWorkGroups.x * ROPESCOPE_GROUP;
  if (entry >= pair_count * token_count) return;
  // x and y: turns, low and high word; z: the axis of the positions that turns this pair.
  uvec4 frequency = pairs[entry % pair_count];
  phase[entry] = phase32(position[frequency.z * token_count + entry / pair_count], frequency.xy);
}
