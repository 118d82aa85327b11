// Rotates rows of heads by a table of cos and sin, in any layout: an invocation takes one pair, or copies one component,
// in a run of rows (rotate_rows.glsl). Rows are float, or double with ROPESCOPE_FLOAT64. rotate_wide.comp does the same
// for most layouts, and faster.
#include "phase.glsl"
#include "round.glsl"
#include "rotate_rows.glsl"

layout(local_size_x = ROPESCOPE_GROUP) in;

layout(std430, binding = ROPESCOPE_BIND_TABLE) readonly buffer Table { Real2 cos_sin[]; };   // [tokens][pairs]
layout(std430, binding = ROPESCOPE_BIND_IN) readonly buffer In { Real rows_in[]; };
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { Real rows_out[]; };

uniform uint step_format;   // one of ROPESCOPE_STEP_…

// A product or a sum as the kernel's format would hold it; there is none to imitate for rows of double.
#ifdef ROPESCOPE_FLOAT64
double stepped(double x) { return x; }
#else
float stepped(float x) { return step_format == ROPESCOPE_STEP_NONE ? x : rounded(step_format, x); }
#endif

void main() {
  Run run;
  Piece piece;
  find_work(1u, run, piece);
  if (!run.present) return;   // nothing below waits for other lanes
  // Where a component is copied, this entry is read and not used.
  Real2 turn = cos_sin[(first_token + run.token) * pair_count + piece.first_pair];
  uint row = run.first * head_dim;
  for (uint i = 0u; i < run.count; ++i, row += run.step * head_dim) {
    uint read = row + piece.read_at, write = row + piece.write_at;
    if (piece.turns) {
      Real x = rows_in[read], y = rows_in[read + in_stride_gap.y];
      rows_out[write] = stepped(stepped(x * turn.x) - stepped(y * turn.y));
      rows_out[write + out_stride_gap.y] = stepped(stepped(y * turn.x) + stepped(x * turn.y));
    } else
      rows_out[write] = rows_in[read];
  }
}
