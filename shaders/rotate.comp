// Rotates rows of heads by a table of cos and sin. One invocation turns one pair of one token in a run of its rows, or
// copies one component that no pair covers; the layout is six numbers (core/rope/layout.h, PairIndex). With
// ROPESCOPE_WIDE it takes that many neighbouring pairs, or components, four at a time, and every number of the layout
// is a multiple of it: with eight of them the eight lanes of a software OpenGL go along whole rows, line by line.
#include "phase.glsl"
#include "round.glsl"

layout(local_size_x = ROPESCOPE_GROUP) in;

#ifdef ROPESCOPE_WIDE
#define WIDTH 4u
#define STEPS (ROPESCOPE_WIDE / 4)
#define Numbers vec4
#else
#define WIDTH 1u
#define STEPS 1
#define Numbers Real
#endif

layout(std430, binding = ROPESCOPE_BIND_TABLE) readonly buffer Table { Real2 table[]; };       // [tokens][pairs]
layout(std430, binding = ROPESCOPE_BIND_IN) readonly buffer In { Numbers rows_in[]; };          // [outer][token_count][inner][head_dim]
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { Numbers rows_out[]; };

uniform uint first_token;   // of this dispatch in the table
uniform uint token_count;   // of this dispatch
uniform uint outer;
uniform uint inner;         // rows between one token and the next
uniform uint run;           // rows of a token that one invocation turns
uniform uint head_dim;
uniform uint pair_count;
uniform uint offset;        // first component of the rotary part
uniform uvec2 in_step;      // stride of pairs, gap between a pair's two components
uniform uvec2 out_step;
uniform uint block;         // pairs of a block, which is twice as many components wide
uniform uint step_format;   // one of ROPESCOPE_STEP_…, narrow alone

#ifdef ROPESCOPE_WIDE
// Four neighbouring pairs (x, y) from component `at` on, which is a multiple of 4. Interleaved pairs are spaced 2
// apart, x0 y0 x1 y1 | x2 y2 x3 y3: two vectors that lie together are sorted into x and y. Otherwise four x lie
// together, and their four y lie in_step.y further on.
void load(uint at, out vec4 x, out vec4 y) {
  vec4 near = rows_in[at / 4u], far = rows_in[(in_step.x == 2u ? at + 4u : at + in_step.y) / 4u];
  x = in_step.x == 2u ? vec4(near.xz, far.xz) : near;
  y = in_step.x == 2u ? vec4(near.yw, far.yw) : far;
}

// The reverse of load, in the order of the output.
void store(uint at, vec4 x, vec4 y) {
  bool interleaved = out_step.x == 2u;
  rows_out[at / 4u] = interleaved ? vec4(x.x, y.x, x.y, y.y) : x;
  rows_out[(interleaved ? at + 4u : at + out_step.y) / 4u] = interleaved ? vec4(x.z, y.z, x.w, y.w) : y;
}

// cos and sin of four neighbouring pairs.
void turn_of(uint entry, out vec4 c, out vec4 s) {
  c = vec4(table[entry].x, table[entry + 1u].x, table[entry + 2u].x, table[entry + 3u].x);
  s = vec4(table[entry].y, table[entry + 1u].y, table[entry + 2u].y, table[entry + 3u].y);
}

vec4 stepped(vec4 x) { return x; }   // fits_wide() takes no rotation that rounds each step
#else
void load(uint at, out Real x, out Real y) {
  x = rows_in[at];
  y = rows_in[at + in_step.y];
}

void store(uint at, Real x, Real y) {
  rows_out[at] = x;
  rows_out[at + out_step.y] = y;
}

void turn_of(uint entry, out Real c, out Real s) {
  Real2 turn = table[entry];
  c = turn.x;
  s = turn.y;
}

// A product or a sum as the kernel's format would hold it; there is none to imitate for rows of double.
#ifdef ROPESCOPE_FLOAT64
double stepped(double x) { return x; }
#else
float stepped(float x) { return step_format == ROPESCOPE_STEP_NONE ? x : rounded(step_format, x); }
#endif
#endif

void main() {
  const uint each = WIDTH * STEPS;   // pairs or components of one invocation
  // A row is work_per_row pieces of work: first `turning` of pairs, then those of components that only pass. `item` is
  // which of them, `at` which run of rows; neighbouring invocations have neighbouring items of one row.
  uint turning = pair_count / each, work_per_row = (head_dim - pair_count) / each;
  uint index = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * gl_NumWorkGroups.x * ROPESCOPE_GROUP;
  uint item = index % work_per_row, at = index / work_per_row;
  // A run goes along the rows of one token, which take the same cos and sin: from row `begin` to before `end`, of
  // `along`. Where a token has only one row at a time (inner = 1), its rows lie token_count rows apart, and
  // neighbouring invocations take the next token so that they still read neighbouring memory.
  bool together = inner > 1u;
  uint along = together ? inner : outer, runs = (along + run - 1u) / run;
  uint token = together ? at / runs % token_count : at % token_count;
  uint begin = (together ? at % runs : at / token_count) * run, end = min(begin + run, along);
  uint first = together ? (at / runs) * inner + begin : begin * token_count + token, step = together ? 1u : token_count;
  // Invocations that fill up the last group; nothing below waits for other lanes, so that they may leave.
  if (at >= (together ? outer : 1u) * token_count * runs) return;

  bool turns = item < turning;
  // a: first component that is read, b: first that is written, both within the row. Blocks are paired each within
  // itself. A component that passes keeps its place: the first `offset` of them lie before the rotary part, the others
  // behind it.
  uint pair = item * each, start = offset + pair / block * 2u * block, within = pair % block;
  uint passing = pair - pair_count, passed = passing < offset ? passing : passing + 2u * pair_count;
  uint a = turns ? start + within * in_step.x : passed, b = turns ? start + within * out_step.x : passed;
  Numbers c[STEPS], s[STEPS], x, y;
  // Read once for all rows of the run. Where components pass, the token's first entry is read and not used.
  uint entry = (first_token + token) * pair_count + (turns ? pair : 0u);
  for (uint i = 0u; i < STEPS; ++i) turn_of(entry + i * WIDTH, c[i], s[i]);

  for (uint row = first * head_dim; begin < end; ++begin, row += step * head_dim)
    for (uint i = 0u; i < STEPS; ++i) {
      if (turns) {
        load(row + a + i * WIDTH * in_step.x, x, y);
        store(row + b + i * WIDTH * out_step.x, stepped(stepped(x * c[i]) - stepped(y * s[i])),
              stepped(stepped(y * c[i]) + stepped(x * s[i])));
      } else
        rows_out[(row + b) / WIDTH + i] = rows_in[(row + a) / WIDTH + i];
    }
}
