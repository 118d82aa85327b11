// Rotates rows of float as rotate.comp does, with the same bits, but ROPESCOPE_WIDTH neighbouring pairs, or components
// that are copied, at once, four to a vector. With eight of them the eight lanes of a software OpenGL go along whole
// rows, line of the cache by line. Every number of the layout is a multiple of ROPESCOPE_WIDTH, except that interleaved
// pairs have stride 2 and gap 1; products and sums are not rounded to another format (fits_wide() of GlEngine).
#include "rotate_rows.glsl"

layout(local_size_x = ROPESCOPE_GROUP) in;

layout(std430, binding = ROPESCOPE_BIND_TABLE) readonly buffer Table { vec2 cos_sin[]; };   // [tokens][pairs]
layout(std430, binding = ROPESCOPE_BIND_IN) readonly buffer In { vec4 rows_in[]; };
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { vec4 rows_out[]; };

#define VECTORS (ROPESCOPE_WIDTH / 4)   // of four pairs, in a piece

// Reads four neighbouring pairs (x, y), whose first x is this component, a multiple of 4. Interleaved pairs lie
// x0 y0 x1 y1 | x2 y2 x3 y3: two neighbouring vectors are sorted into x and y. Otherwise four x lie together, and their
// four y lie in_stride_gap.y further on.
void read_pairs(uint component, out vec4 x, out vec4 y) {
  bool interleaved = in_stride_gap.x == 2u;
  vec4 front = rows_in[component / 4u];
  vec4 back = rows_in[(interleaved ? component + 4u : component + in_stride_gap.y) / 4u];
  x = interleaved ? vec4(front.xz, back.xz) : front;
  y = interleaved ? vec4(front.yw, back.yw) : back;
}

// The reverse of read_pairs, in the order of the output.
void write_pairs(uint component, vec4 x, vec4 y) {
  bool interleaved = out_stride_gap.x == 2u;
  rows_out[component / 4u] = interleaved ? vec4(x.x, y.x, x.y, y.y) : x;
  rows_out[(interleaved ? component + 4u : component + out_stride_gap.y) / 4u] =
      interleaved ? vec4(x.z, y.z, x.w, y.w) : y;
}

// cos and sin of four neighbouring pairs, the first of which has this entry in the table.
void read_cos_sin(uint entry, out vec4 c, out vec4 s) {
  c = vec4(cos_sin[entry].x, cos_sin[entry + 1u].x, cos_sin[entry + 2u].x, cos_sin[entry + 3u].x);
  s = vec4(cos_sin[entry].y, cos_sin[entry + 1u].y, cos_sin[entry + 2u].y, cos_sin[entry + 3u].y);
}

void main() {
  Run run;
  Piece piece;
  find_work(ROPESCOPE_WIDTH, run, piece);
  if (!run.present) return;   // nothing below waits for other lanes
  // Where components are copied, these entries are read and not used.
  uint entry = (first_token + run.token) * pair_count + piece.first_pair;
  vec4 c[VECTORS], s[VECTORS];
  for (uint v = 0u; v < VECTORS; ++v) read_cos_sin(entry + 4u * v, c[v], s[v]);

  uint row = run.first * head_dim;
  for (uint i = 0u; i < run.count; ++i, row += run.step * head_dim)
    for (uint v = 0u; v < VECTORS; ++v) {
      uint read = row + piece.read_at, write = row + piece.write_at;
      if (piece.turns) {
        vec4 x, y;
        read_pairs(read + 4u * v * in_stride_gap.x, x, y);
        write_pairs(write + 4u * v * out_stride_gap.x, x * c[v] - y * s[v], y * c[v] + x * s[v]);
      } else
        rows_out[write / 4u + v] = rows_in[read / 4u + v];
    }
}
