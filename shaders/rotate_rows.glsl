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

struct Work {
  bool present;      // false: there is nothing to do, the invocation only fills up the last work group
  uint token;        // of this dispatch
  uint first_row;    // the run is first_row, first_row + row_step, …
  uint row_step;
  uint row_count;
  bool turns;        // whether the piece is one of pairs, or of components that are copied
  uint first_pair;   // of the piece; 0 where it is copied
  uint read_at;      // the component of the row from which the piece is read, and to which it is written
  uint write_at;
};

// Which token and which of its rows. Where a token has only one row at a time (inner = 1) its rows lie token_count rows
// apart, and neighbouring runs are those of the next tokens, so that they still read neighbouring memory.
void find_rows(uint run, inout Work work) {
  if (inner > 1u) {
    uint runs_of_token = (inner + rows_of_run - 1u) / rows_of_run;
    uint outer_token = run / runs_of_token, first = run % runs_of_token * rows_of_run;
    work.present = outer_token < outer * token_count;
    work.token = outer_token % token_count;
    work.first_row = outer_token * inner + first;
    work.row_step = 1u;
    work.row_count = min(rows_of_run, inner - first);
  } else {
    uint first = run / token_count * rows_of_run;
    work.present = first < outer;
    work.token = run % token_count;
    work.first_row = first * token_count + work.token;
    work.row_step = token_count;
    work.row_count = min(rows_of_run, outer - first);
  }
}

// Which components of a row, where a piece has `width` pairs or components. Both places are computed and one is taken:
// on llvmpipe a branch here costs 5 % of the whole rotation.
void find_components(uint piece, uint width, inout Work work) {
  uint pair = piece * width;
  work.turns = pair < pair_count;
  work.first_pair = work.turns ? pair : 0u;
  // Each block is paired within itself.
  uint block_start = offset + pair / block * 2u * block, pair_of_block = pair % block;
  // Copied components keep their place: the first `offset` of them lie before the rotary part, the others behind it.
  uint copied = pair - pair_count, copied_at = copied < offset ? copied : copied + 2u * pair_count;
  work.read_at = work.turns ? block_start + pair_of_block * in_stride_gap.x : copied_at;
  work.write_at = work.turns ? block_start + pair_of_block * out_stride_gap.x : copied_at;
}

// The work of this invocation. `width` divides every number of the layout.
Work work_of_this_invocation(uint width) {
  uint index = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * gl_NumWorkGroups.x * ROPESCOPE_GROUP;
  // pair_count pairs and head_dim − 2·pair_count components that are copied. Neighbouring invocations have neighbouring
  // pieces of one row.
  uint pieces_of_row = (head_dim - pair_count) / width;
  Work work;
  find_rows(index / pieces_of_row, work);
  find_components(index % pieces_of_row, width, work);
  return work;
}
