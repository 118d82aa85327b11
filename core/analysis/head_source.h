#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/contributions.h"
#include "core/array.h"
#include "core/rope/config.h"

namespace ropescope {

/// Where a query or a key comes from, before the rotation.
struct HeadSource {
  enum class Kind : std::uint8_t {
    ones,   ///< each pair (1, 0)
    word,   ///< word_vector() of a word
    random, ///< the same of "q7" for a query, "k7" for a key
    same,   ///< the other one of the two, turned so many tokens on: the score is greatest at that distance
    file    ///< one head of an array
  };
  Kind kind = Kind::ones;
  std::string word;               ///< of `word`; of `file` its path, FILE or FILE:TENSOR
  std::int64_t number = 0;        ///< of `random` which; of `same` tokens
  std::int64_t row = 0, head = 0; ///< of `file`: token, and head among all axes before the tokens
  bool operator==(const HeadSource&) const = default;
};

/// "ones", "word:W", "random:N", "same:C", or {"file": "q.npy", "row": 3, "head": 0} as JSON text. Throws Error with
/// what was expected, and the key that was unknown.
HeadSource parse_head_source(std::string_view text);

/// The same in one spelling, which parse_head_source() reads.
std::string head_source_text(const HeadSource&);

/// One head of an array [… heads …][tokens][head_dim]. Throws Error naming `file` where it has no such row or head, or
/// its last axis is shorter than what turns.
std::vector<double> head_of_array(const Array&, const HeadSource&, std::int64_t head_dim);

/// Both, as complex numbers of each pair. `query_file`, `key_file`: the components of sources that are files, else
/// empty. `turns`: of the embedding in force, which `same` turns by.
HeadPair head_pair(const HeadSource& query, const HeadSource& key, const PairLayout&, std::int64_t head_dim,
                   std::span<const std::uint64_t> turns, std::span<const double> query_file = {},
                   std::span<const double> key_file = {});

} // namespace ropescope
