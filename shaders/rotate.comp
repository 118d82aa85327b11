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
void load(uint at, out vec4 x, out vec4 y) {
  vec4 near = rows_in[at / 4u], far = rows_in[(in_step.x == 2u ? at + 4u : at + in_step.y) / 4u];
  x = in_step.x == 2u ? vec4(near.xz, far.xz) : near;
  y = in_step.x == 2u ? vec4(near.yw, far.yw) : far;
}

void store(uint at, vec4 x, vec4 y) {
  bool interleaved = out_step.x == 2u;
  rows_out[at / 4u] = interleaved ? vec4(x.x, y.x, x.y, y.y) : x;
  rows_out[(interleaved ? at + 4u : at + out_step.y) / 4u] = interleaved ? vec4(x.z, y.z, x.w, y.w) : y;
}

void turn_of(uint entry, out vec4 c, out vec4 s) {
  c = vec4(table[entry].x, table[entry + 1u].x, table[entry + 2u].x, table[entry + 3u].x);
  s = vec4(table[entry].y, table[entry + 1u].y, table[entry + 2u].y, table[entry + 3u].y);
}

vec4 stepped(vec4 x) { return x; }
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

#ifdef ROPESCOPE_FLOAT64
double stepped(double x) { return x; }
#else
float stepped(float x) { return step_format == ROPESCOPE_STEP_NONE ? x : rounded(step_format, x); }
#endif
#endif

void main() {
  const uint each = WIDTH * STEPS;   // pairs or components of one invocation
  uint turning = pair_count / each, work_per_row = (head_dim - pair_count) / each;
  uint index = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * gl_NumWorkGroups.x * ROPESCOPE_GROUP;
  uint item = index % work_per_row, at = index / work_per_row;
  // A run goes along the rows of a token; where these lie apart, neighbours take the next token.
  bool together = inner > 1u;
  uint along = together ? inner : outer, runs = (along + run - 1u) / run;
  uint token = together ? at / runs % token_count : at % token_count;
  uint begin = (together ? at % runs : at / token_count) * run, end = min(begin + run, along);
  uint first = together ? (at / runs) * inner + begin : begin * token_count + token, step = together ? 1u : token_count;
  if (at >= (together ? outer : 1u) * token_count * runs) return;

  bool turns = item < turning;
  uint pair = item * each, start = offset + pair / block * 2u * block, within = pair % block;
  uint passing = pair - pair_count, passed = passing < offset ? passing : passing + 2u * pair_count;
  uint a = turns ? start + within * in_step.x : passed, b = turns ? start + within * out_step.x : passed;
  Numbers c[STEPS], s[STEPS], x, y;
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
