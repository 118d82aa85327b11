// Rotates rows of heads by a table of cos and sin. One invocation turns one pair, or copies one component that
// no pair covers; the layout is six numbers (core/rope/layout.h, PairIndex).
#include "phase.glsl"
#include "round.glsl"

layout(local_size_x = ROPESCOPE_GROUP) in;

layout(std430, binding = ROPESCOPE_BIND_TABLE) readonly buffer Table { Real2 table[]; };   // [tokens][pairs]
layout(std430, binding = ROPESCOPE_BIND_IN) readonly buffer In { Real rows_in[]; };
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { Real rows_out[]; };

uniform uint row_count;     // of this dispatch
uniform uint first_row;     // of this dispatch in the whole array
uniform uint token_count;
uniform uint inner;         // rows between one token and the next
uniform uint head_dim;
uniform uint pair_count;
uniform uint offset;        // first component of the rotary part
uniform uvec2 in_step;      // stride of pairs, gap between a pair's two components
uniform uvec2 out_step;
uniform uint block;         // pairs of a block, which is twice as many components wide
uniform uint step_format;   // one of ROPESCOPE_STEP_…

void main() {
  uint work_per_row = head_dim - pair_count;   // the pairs, then the components that pass through
  uint index = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * gl_NumWorkGroups.x * ROPESCOPE_GROUP;
  uint row = index / work_per_row, item = index % work_per_row;
  if (row >= row_count) return;
  uint base = row * head_dim;

  if (item >= pair_count) {
    uint passing = item - pair_count;
    uint component = base + (passing < offset ? passing : passing + 2u * pair_count);
    rows_out[component] = rows_in[component];
    return;
  }
  uint token = (first_row + row) / inner % token_count;
  Real2 turn = table[token * pair_count + item];
  uint start = base + offset + item / block * 2u * block, within = item % block;
  uint a = start + within * in_step.x, b = start + within * out_step.x;
  Real x = rows_in[a], y = rows_in[a + in_step.y];
#ifndef ROPESCOPE_FLOAT64
  if (step_format != ROPESCOPE_STEP_NONE) {
    rows_out[b] = rounded(step_format, rounded(step_format, x * turn.x) - rounded(step_format, y * turn.y));
    rows_out[b + out_step.y] = rounded(step_format, rounded(step_format, y * turn.x) + rounded(step_format, x * turn.y));
    return;
  }
#endif
  rows_out[b] = x * turn.x - y * turn.y;
  rows_out[b + out_step.y] = y * turn.x + x * turn.y;
}
