// s(Δ) = Σ a·cos Δθ + b·sin Δθ for successive blocks of 64 distances, one lane a distance. With Δ = c + x, where c is
// the first distance of a block and x the lane, each term is u·cos xθ + v·sin xθ with
//   u = a·cos cθ + b·sin cθ,  v = b·cos cθ − a·sin cθ   (angle addition).
// u and v are the same for a whole block, cos xθ and sin xθ the same for all blocks, so that a term costs two
// multiply-adds. The lanes of a work group first compute (u, v) of some pairs and all of the group's blocks into shared
// memory; then each lane sums its own distance in every block.
#include "phase.glsl"

layout(local_size_x = ROPESCOPE_BLOCK) in;

layout(std430, binding = ROPESCOPE_BIND_TURNS) readonly buffer Turns { uvec4 pairs[]; };
layout(std430, binding = ROPESCOPE_BIND_WEIGHTS) readonly buffer Weights { vec2 weight[]; };
layout(std430, binding = ROPESCOPE_BIND_TABLE) readonly buffer Table { vec2 offset_turn[]; };   // [pairs][ROPESCOPE_BLOCK]
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { float score[]; };

uniform uint pair_count;
uniform uint count;          // distances wanted
uniform uvec2 first;         // the first distance, low and high word

// (u, v), [pairs][blocks]; shared.h says why so many.
shared vec2 centre[ROPESCOPE_SCAN_PAIRS * ROPESCOPE_SCAN_BLOCKS];

void main() {
  uint group = gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x;
  uint begin_of_group = group * ROPESCOPE_SCAN_BLOCKS * ROPESCOPE_BLOCK, x = gl_LocalInvocationID.x;
  float sum[ROPESCOPE_SCAN_BLOCKS], over[ROPESCOPE_SCAN_BLOCKS];   // `over`: by how much rounding made the sum too large
  for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) sum[j] = over[j] = 0.0;
  for (uint begin = 0u; begin < pair_count; begin += ROPESCOPE_SCAN_PAIRS) {
    uint part = min(pair_count - begin, ROPESCOPE_SCAN_PAIRS);
    for (uint i = x; i < part * ROPESCOPE_SCAN_BLOCKS; i += ROPESCOPE_BLOCK) {
      uint pair = begin + i / ROPESCOPE_SCAN_BLOCKS;
      // The distance c in two words. A sum below its summand has overflowed: 1 goes over into the high word.
      uint low = first.x + begin_of_group + i % ROPESCOPE_SCAN_BLOCKS * ROPESCOPE_BLOCK;
      vec2 at = cos_sin_32(phase32(uvec2(low, first.y + (low < first.x ? 1u : 0u)), pairs[pair].xy)), w = weight[pair];
      centre[i] = vec2(w.x * at.x + w.y * at.y, w.y * at.x - w.x * at.y);
    }
    barrier();   // all of (u, v) is written before any lane reads it
    float of_part[ROPESCOPE_SCAN_BLOCKS];
    for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) of_part[j] = 0.0;
    for (uint i = 0u; i < part; ++i) {
      vec2 turn = offset_turn[(begin + i) * ROPESCOPE_BLOCK + x];
      for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) of_part[j] += dot(centre[i * ROPESCOPE_SCAN_BLOCKS + j], turn);
    }
    // Kahan's sum of the parts: with thousands of pairs the rounding of every sum would add up to more than the 2e-6
    // that Engine allows. `precise` keeps a compiler from cancelling next − sum − term to 0.
    for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) {
      precise float term = of_part[j] - over[j];
      precise float next = sum[j] + term;
      precise float added = next - sum[j];
      over[j] = added - term;
      sum[j] = next;
    }
    barrier();   // all lanes have read (u, v) before the next pairs overwrite it
  }
  for (uint j = 0u; j < ROPESCOPE_SCAN_BLOCKS; ++j) {
    uint index = begin_of_group + j * ROPESCOPE_BLOCK + x;
    if (index < count) score[index] = sum[j];
  }
}
