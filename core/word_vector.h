#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace ropescope {

/// A vector that anybody can recompute from a word: independent normal numbers, scaled to length 1. FNV-1a of 64 bits
/// over the word's UTF-8 bytes is the state of a splitmix64 stream; each draw is u = (x >> 11)·2⁻⁵³; two of them, u₁
/// and u₂, make √(−2 ln(1 − u₁)) times cos 2πu₂ and sin 2πu₂ (Box and Muller). Source: public descriptions of FNV-1a
/// (Fowler, Noll, Vo) and splitmix64 (Steele, Lea, Flood 2014). Requires count ≥ 1.
std::vector<double> word_vector(std::string_view word, std::int64_t count);

/// The draws of that stream themselves, each from 0 to below 1.
std::vector<double> word_draws(std::string_view word, std::int64_t count);

} // namespace ropescope
