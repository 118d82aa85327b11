#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/rivals/position_schemes.h"

namespace ropescope {

/// The words of a text, in order; spaces and line ends part them.
std::vector<std::string> words_of(std::string_view text);

/// The words in another order: the new place j has the old word order[j]. As they are where `order` is no permutation
/// of their places (indices from 0).
std::vector<std::string> in_order(std::vector<std::string> words, std::span<const double> order);

/// Whether the numbers are 0 … n − 1, each once.
bool is_permutation(std::span<const double> order);

/// What a score of words is computed with: one head, paired half-split, and its frequencies as Spectrum::turns.
struct WordHead {
  std::span<const std::uint64_t> turns; ///< per pair, of the embedding in force
  std::span<const std::uint64_t> plain; ///< the same before any extension
};

/// R(m)q · R(n)k of the unit vectors (core/word_vector.h, 2·pairs components) of a query's and a key's word, at places
/// m and n under a way of telling places. Without positions and under RoPE in double: Σ q̂ᵢ·conj(k̂ᵢ)·e^{j(m − n)θᵢ};
/// under the others PositionScheme's own precision, float32.
double word_score(std::string_view query, std::string_view key, std::int64_t m, std::int64_t n, const WordHead&,
                  const PositionScheme&);

} // namespace ropescope
