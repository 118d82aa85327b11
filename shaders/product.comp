// cos and sin of float32 angles as model code forms them, by this GPU's own cos and sin: what they cost is measured
// (core/analysis/precision.h), never relied on.
#include "round.glsl"

layout(local_size_x = ROPESCOPE_GROUP) in;

layout(std430, binding = ROPESCOPE_BIND_TURNS) readonly buffer Frequencies { float inv_freq[]; };
layout(std430, binding = ROPESCOPE_BIND_POSITIONS) readonly buffer Positions { float position[]; };
layout(std430, binding = ROPESCOPE_BIND_TABLE) writeonly buffer Table { vec2 table[]; };   // [tokens][pairs]

uniform uint pair_count;
uniform uint token_count;
uniform uint angle_format;   // one of ROPESCOPE_STEP_…
uniform uint table_format;

void main() {
  uint entry = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * gl_NumWorkGroups.x * ROPESCOPE_GROUP;
  if (entry >= pair_count * token_count) return;
  // `precise`: this product has to be rounded to float by itself, as model code stores it. Positions beyond 2²⁴ are
  // rounded already as floats: that is part of what is measured.
  precise float angle = position[entry / pair_count] * inv_freq[entry % pair_count];
  angle = rounded(angle_format, angle);
  table[entry] = vec2(rounded(table_format, cos(angle)), rounded(table_format, sin(angle)));
}
