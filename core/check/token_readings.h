#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/check/run_files.h"

namespace ropescope {

/// One way to read the axes of an array before its last: which counts the tokens, which the heads.
struct TokenReading {
  std::int64_t axis = 0;             ///< of the file, from 0: what a person is told
  std::vector<std::int64_t> extents; ///< of the axes before the last; axes of heads that lie side by side are one
  std::vector<std::size_t> tokens;   ///< among extents: the tokens; or rows of the batch and their tokens, where each
                                     ///< row has positions of its own; empty: one row is all there is
  std::optional<std::size_t> heads;  ///< among extents
  std::optional<std::pair<std::size_t, std::size_t>> exchanged; ///< two axes that lie the other way in the output
  Positions positions;

  std::int64_t token_count() const { return positions.tokens(); }
  std::int64_t head_count() const { return heads ? extents[*heads] : 1; }
};

/// A kernel's files, read once, and every way to read their axes.
class KernelReader {
public:
  /// Throws Error.
  KernelReader(const KernelFiles&, const Model&, const LayerRope&);

  /// Never empty; in the order of likelihood by the shape alone.
  const std::vector<TokenReading>& readings() const { return readings_; }

  /// The same where two axes of one extent lie the other way round in the output, which its shape cannot show.
  const std::vector<TokenReading>& exchanged_readings() const { return exchanged_; }
  bool same_shape() const { return same_shape_; } ///< of input and output

  /// Whether there are readings whose heads are fewer than those asked for: they are left out.
  bool lacks_heads() const { return lacks_heads_; }

  /// How many heads there are where they are fewer, half a sentence.
  const std::string& lacking() const { return lacking_; }

  /// The run under a reading. Valid until the next call. Throws Error where such a run cannot be.
  const KernelRun& run(const TokenReading&);

  /// A few thousand rows of it, spread over every axis, so that what a glance at the data costs does not grow with the
  /// file. `neighbours`: its first tokens one after the other, since frequencies show between those; of fewer heads.
  KernelRun sample(const TokenReading&, bool neighbours = false) const;

  const std::vector<std::int64_t>& shape() const { return base_.in.shape; } ///< of the input, head_dim last
  KernelRun take(const TokenReading&);

private:
  void take_part_alone();
  void keep_heads();
  void describe(KernelRun&, const TokenReading&) const;
  KernelRun gathered(const TokenReading&, const std::vector<std::vector<std::int64_t>>& indices) const;
  std::vector<std::vector<std::int64_t>> every_index(const TokenReading&) const;
  bool in_place(const TokenReading&) const;

  KernelFiles files_;
  KernelRun base_;       ///< the arrays as they lie in the files
  KernelRun rearranged_; ///< under a reading for which rows must be moved
  std::vector<TokenReading> readings_, exchanged_;
  bool lacks_heads_ = false, same_shape_ = true;
  std::string lacking_;
  std::optional<std::pair<std::int64_t, std::int64_t>> heads_asked_; ///< first and last
};

} // namespace ropescope
