// What rotate.comp and rotate_wide.comp share: the shape of the rows, and which part of them an invocation takes.
//
// A row is divided into pieces: first those of some neighbouring pairs, which turn, then those of as many neighbouring
// components that no pair covers, which are copied. One invocation takes the same piece of every row in a run. A run is
// a number of rows of one token: they take the same cos and sin, which are then read once for all of them.
#include "shared.h"

uniform uint outer;          // rows lie [outer][token_count][inner], each of head_dim components
uniform uint token_count;    // of this dispatch
uniform uint inner;
uniform uint head_dim;
uniform uint first_token;    // of this dispatch, in the table of cos and sin
uniform uint rows_of_run;    // at most; the last run of a token may have fewer
uniform uint pair_count;     // of a row

// Where the pairs lie in a row: the six numbers of PairIndex (core/rope/layout.h), in components but for `block`. Stride
// and gap are in one vector, as llvmpipe rotates 3 % slower where they are two numbers.
uniform uint offset;            // first component of the rotary part
uniform uvec2 in_stride_gap;    // where rows are read: from a pair to the next, from its first component to its second
uniform uvec2 out_stride_gap;   // the same where rows are written
uniform uint block;             // pairs of a block, which is twice as many components wide

// The rows of a run: first, first + step, …
struct Run {
  bool present;   // false: there is none, the invocation only fills up the last work group
  uint token;     // of this dispatch
  uint first, step, count;
};

// The piece that is taken of each row.
struct Piece {
  bool turns;        // whether it is one of pairs, or of components that are copied
  uint first_pair;   // 0 where it is copied
  uint read_at;      // the component from which it is read, and to which it is written
  uint write_at;
};

// Where a token has only one row at a time (inner = 1) its rows lie token_count rows apart, and neighbouring runs are
// those of the next tokens, so that they still read neighbouring memory.
Run run_at(uint index) {
  if (inner > 1u) {
    uint runs_of_token = (inner + rows_of_run - 1u) / rows_of_run;
    uint outer_token = index / runs_of_token, first = index % runs_of_token * rows_of_run;
    return Run(outer_token < outer * token_count, outer_token % token_count, outer_token * inner + first, 1u,
               min(rows_of_run, inner - first));
  }
  uint first = index / token_count * rows_of_run, token = index % token_count;
  return Run(first < outer, token, first * token_count + token, token_count, min(rows_of_run, outer - first));
}

// Of `width` pairs or components. Both places are computed and one is taken: on llvmpipe a branch here costs 5 % of the
// whole rotation.
Piece piece_at(uint index, uint width) {
  uint pair = index * width;
  bool turns = pair < pair_count;
  // Each block is paired within itself.
  uint block_start = offset + pair / block * 2u * block, pair_of_block = pair % block;
  // Copied components keep their place: the first `offset` of them lie before the rotary part, the others behind it.
  uint copied = pair - pair_count, copied_at = copied < offset ? copied : copied + 2u * pair_count;
  return Piece(turns, turns ? pair : 0u, turns ? block_start + pair_of_block * in_stride_gap.x : copied_at,
               turns ? block_start + pair_of_block * out_stride_gap.x : copied_at);
}

// What this invocation takes. `width` divides every number of the layout. Neighbouring invocations have neighbouring
// pieces of one row.
void find_work(uint width, out Run run, out Piece piece) {
  uint index = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * gl_NumWorkGroups.x * ROPESCOPE_GROUP;
  uint pieces_of_row = (head_dim - pair_count) / width;   // pair_count and head_dim − 2·pair_count that are copied
  run = run_at(index / pieces_of_row);
  piece = piece_at(index % pieces_of_row, width);
}
