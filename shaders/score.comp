// s(Δ) for successive blocks of distances: the lanes first take the centre phasors of a few pairs, of every block of
// their work group, into shared memory; then each sums its own distance centre + x of all blocks by angle addition, so
// that cos and sin of x·θ are read once for all of them.
#include "phase.glsl"

layout(local_size_x = ROPESCOPE_BLOCK) in;

layout(std430, binding = ROPESCOPE_BIND_TURNS) readonly buffer Turns { uvec4 pairs[]; };
layout(std430, binding = ROPESCOPE_BIND_WEIGHTS) readonly buffer Weights { vec2 weight[]; };
layout(std430, binding = ROPESCOPE_BIND_TABLE) readonly buffer Table { vec2 offset_turn[]; };   // [pairs][ROPESCOPE_BLOCK]
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { float score[]; };

uniform uint pair_count;
uniform uint count;          // distances wanted
uniform uvec2 first;         // the first distance, low and high word

shared vec2 centre[ROPESCOPE_SCAN_PAIRS * ROPESCOPE_SCAN_BLOCKS];

void main() {
  uint group = gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x;
  uint begin_of_group = group * ROPESCOPE_SCAN_BLOCKS * ROPESCOPE_BLOCK, x = gl_LocalInvocationID.x;
  float sum[ROPESCOPE_SCAN_BLOCKS], over[ROPESCOPE_SCAN_BLOCKS];   // `over`: what rounding added to the sum
  for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) sum[j] = over[j] = 0.0;
  for (uint begin = 0u; begin < pair_count; begin += ROPESCOPE_SCAN_PAIRS) {
    uint part = min(pair_count - begin, ROPESCOPE_SCAN_PAIRS);
    for (uint i = x; i < part * ROPESCOPE_SCAN_BLOCKS; i += ROPESCOPE_BLOCK) {
      uint pair = begin + i / ROPESCOPE_SCAN_BLOCKS;
      uint low = first.x + begin_of_group + i % ROPESCOPE_SCAN_BLOCKS * ROPESCOPE_BLOCK;
      vec2 at = cos_sin_32(phase32(uvec2(low, first.y + (low < first.x ? 1u : 0u)), pairs[pair].xy)), w = weight[pair];
      centre[i] = vec2(w.x * at.x + w.y * at.y, w.y * at.x - w.x * at.y);
    }
    barrier();
    float of_part[ROPESCOPE_SCAN_BLOCKS];
    for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) of_part[j] = 0.0;
    for (uint i = 0u; i < part; ++i) {
      vec2 turn = offset_turn[(begin + i) * ROPESCOPE_BLOCK + x];
      for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) of_part[j] += dot(centre[i * ROPESCOPE_SCAN_BLOCKS + j], turn);
    }
    // Kahan's sum of the parts: of thousands of pairs, rounding every sum would leave more than 2e-6.
    for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) {
      precise float term = of_part[j] - over[j];
      precise float next = sum[j] + term;
      precise float added = next - sum[j];
      over[j] = added - term;
      sum[j] = next;
    }
    barrier();
  }
  for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) {
    uint index = begin_of_group + j * ROPESCOPE_BLOCK + x;
    if (index < count) score[index] = sum[j];
  }
}
