#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/model/model.h"
#include "core/rope/angle_table.h"
#include "core/rope/engine.h"

namespace ropescope {

/// Where a row of an array of heads lies.
struct RowPlace {
  std::int64_t head = 0, batch = 0, token = 0;
};

/// What a kernel was given and what it gave back.
struct KernelRun {
  RopeConfig rope;                     ///< what the model asks for; its layout is the expected one
  std::vector<LayerRope> other_layers; ///< the model's other layer types, which a kernel may have taken instead
  Positions positions;                 ///< of shape.tokens tokens
  std::optional<double> seq_len;       ///< tokens; by default the greatest position + 1
  RowShape shape;                      ///< heads lie in `inner` where that is more than 1, else in `outer`
  std::int64_t heads = 1;              ///< extent of the axis of heads, which divides inner or outer
  Array in, out;                       ///< of shape.size() numbers each, not integers
  std::string out_name = "The output"; ///< what sentences call it
  std::int64_t first_head = 0;         ///< what the file calls head 0 of the run, where some heads were left out
  bool tables = false;                 ///< cos and sin of a table, and no rows: the heads are copies of an angle
  std::optional<double> budget;        ///< rad; angles of weaker arithmetic may be off by as much, whatever explains it

  /// How the files were read; nothing here is judged by.
  std::optional<std::int64_t> token_axis; ///< of the input's file, from 0; nothing: there is no choice
  std::string token_axis_reason;          ///< "given", "only one" or "found by the data"
  std::vector<std::string> notes;         ///< sentences: what was taken apart, exchanged or left out

  double length() const; ///< seq_len in force

  /// What a frequency is multiplied by at a token: its position, a fraction in some models, as the config scales it.
  double position(std::int64_t axis, std::int64_t token) const { return angle_position(rope, positions, axis, token); }

  std::int64_t head_of(std::int64_t outer, std::int64_t inner) const {
    return shape.inner > 1 ? inner % heads : outer % heads;
  }
  /// Heads of the run as the file numbers them.
  std::vector<std::int64_t> in_file(std::vector<std::int64_t> of_run) const {
    for (std::int64_t& head : of_run) head += first_head;
    return of_run;
  }
  /// Which row of the batch.
  std::int64_t batch_of(std::int64_t outer) const { return shape.inner > 1 ? outer : outer / heads; }

  /// Index of the first number of a row.
  std::int64_t first_number(std::int64_t outer, std::int64_t token, std::int64_t inner) const {
    return ((outer * shape.tokens + token) * shape.inner + inner) * shape.head_dim;
  }
  /// Where the number of that index lies.
  RowPlace place_of(std::int64_t index) const;
};

/// All that is known of a run but its rows: arrays may be large, and some of their rows make another run. What follows
/// from the rows (shape, heads, the axis of tokens) is left as it is by default.
KernelRun without_rows(const KernelRun&);

/// The positions of some tokens.
Positions positions_of_tokens(const Positions&, std::span<const std::int64_t> tokens);

/// Whether every axis has one position in all tokens, as one step of decoding has.
bool one_position(const Positions&);

/// Throws Error, one sentence, where the data cannot be judged: other shapes, all zeros, NaN or infinity in the
/// input, every token at position 0, where nothing turns.
void require_judgeable(const KernelRun&);

/// The index of the first number of the output that is NaN or infinite.
std::optional<std::int64_t> first_not_finite(const KernelRun&);

/// A run whose rows (head × token) are zeros, before and after, where the output is not finite.
struct FiniteRows {
  KernelRun run;
  std::vector<std::uint8_t> lost; ///< per token: whether it has such a row
  std::int64_t tokens_lost = 0;   ///< how many have
};
FiniteRows finite_rows(const KernelRun&);

/// The narrowest format that holds every number of an array exactly: a float32 file of bfloat16 numbers is bfloat16.
NumberFormat format_held(const Array&);

/// Root of the mean square of an array's numbers.
double rms_of(const Array&);

} // namespace ropescope
