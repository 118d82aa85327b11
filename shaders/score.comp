// s(Δ) for a block of successive distances per work group: the lanes first take one centre phasor per pair into
// shared memory, then each sums its own distance centre + x by angle addition, two multiply-adds per term.
#include "phase.glsl"

layout(local_size_x = ROPESCOPE_BLOCK) in;

layout(std430, binding = ROPESCOPE_BIND_TURNS) readonly buffer Turns { uvec4 pairs[]; };
layout(std430, binding = ROPESCOPE_BIND_WEIGHTS) readonly buffer Weights { vec2 weight[]; };
layout(std430, binding = ROPESCOPE_BIND_TABLE) readonly buffer Table { vec2 offset_turn[]; };   // [pairs][ROPESCOPE_BLOCK]
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { float score[]; };

uniform uint pair_count;
uniform uint count;          // distances wanted
uniform uvec2 first;         // the first distance, low and high word

shared vec2 centre[ROPESCOPE_SCAN_PAIRS];

void main() {
  uint block = gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x;
  uint low = first.x + block * ROPESCOPE_BLOCK;
  uvec2 nearest = uvec2(low, first.y + (low < first.x ? 1u : 0u));
  uint x = gl_LocalInvocationID.x;
  float sum = 0.0;
  for (uint begin = 0u; begin < pair_count; begin += ROPESCOPE_SCAN_PAIRS) {
    uint part = min(pair_count - begin, ROPESCOPE_SCAN_PAIRS);
    for (uint i = x; i < part; i += ROPESCOPE_BLOCK) {
      vec2 at = cos_sin_32(phase32(nearest, pairs[begin + i].xy)), w = weight[begin + i];
      centre[i] = vec2(w.x * at.x + w.y * at.y, w.y * at.x - w.x * at.y);
    }
    barrier();
    for (uint i = 0u; i < part; ++i) sum += dot(centre[i], offset_turn[(begin + i) * ROPESCOPE_BLOCK + x]);
    barrier();
  }
  uint index = block * ROPESCOPE_BLOCK + x;
  if (index < count) score[index] = sum;
}
