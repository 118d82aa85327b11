#pragma once
#include <cstdint>
#include <span>

namespace ropescope {

/// The score of a new query at place m against a key that was turned when it stood at n and stored so, of pairs (1, 0):
/// mean over the pairs of Re e^{jmθᵢ}·conj(e^{jnθᵢ}), 1 at most. Places in tokens, `inv_freq` in rad per token.
double cached_score(std::span<const double> inv_freq, std::int64_t m, std::int64_t n);

/// By how much turning a stored key on differs from turning it at its new place: max over the pairs of
/// |R(a)R(c) − R(a + c)|. It is rounding alone.
double shift_error(std::span<const double> inv_freq, std::int64_t a, std::int64_t c);

} // namespace ropescope
