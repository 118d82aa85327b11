// cos and sin of every position × frequency, once for all heads: table[token·strides.x + pair·strides.y].
#include "phase.glsl"

layout(local_size_x = ROPESCOPE_GROUP) in;

layout(std430, binding = ROPESCOPE_BIND_TURNS) readonly buffer Turns { uvec4 pairs[]; };          // turns low, high; axis; 0
layout(std430, binding = ROPESCOPE_BIND_POSITIONS) readonly buffer Positions { uvec2 position[]; }; // [axes][tokens]
layout(std430, binding = ROPESCOPE_BIND_TABLE) writeonly buffer Table { Real2 table[]; };

uniform uint pair_count;
uniform uint token_count;
uniform uvec2 strides;   // of token and pair, in entries
uniform Real2 gain;      // of cos and sin: the attention factor, and that times the direction

void main() {
  uint entry = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * gl_NumWorkGroups.x * ROPESCOPE_GROUP;
  if (entry >= pair_count * token_count) return;
  // Entries are counted [token][pair] and stored as the strides say: rotate.comp reads pairs of a token, score.comp
  // distances of a pair, each as neighbours.
  uint token = entry / pair_count, pair = entry % pair_count;
  uvec4 frequency = pairs[pair];
  Real2 at = cos_sin_at(position[frequency.z * token_count + token], frequency.xy);
  table[token * strides.x + pair * strides.y] = at * gain;
}
