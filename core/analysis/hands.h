#pragma once
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "core/rope/engine.h"
#include "core/rope/spectrum.h"

namespace ropescope {

/// Heads whose every pair is (1, 0), one for each position, rotated by an engine: the result is (cos, sin) of each
/// pair's angle, one after the other, times the attention factor; 2 × pairs numbers for each position. `axes`: of each
/// pair, where positions have several. Source of the arithmetic: Engine::rotate().
std::vector<float> unit_rows(Engine&, const Spectrum&, const Positions&, std::span<const std::uint8_t> axes = {});

/// One query and one key whose every pair is (1, 0) before the rotation.
struct Hands {
  std::vector<std::complex<float>> query, key; ///< per pair, on a circle of the attention factor's radius
};

/// At positions m and n (tokens). Where positions have several axes, m and n lie apart along `axis` alone, and along
/// the others both are at n; −1: along all alike.
Hands hands_at(Engine&, const RopeConfig&, const Spectrum&, std::int64_t m, std::int64_t n, std::int64_t axis = -1);

/// The same of two tokens anywhere: the query's positions come first, then the key's. Requires as many axes as the
/// config has, or one; fractions are positions too.
Hands hands_at(Engine&, const RopeConfig&, const Spectrum&, const Positions& both);

/// What the wall of dials says in numbers, a list per pair.
struct Dials {
  std::vector<double> inv_freq;      ///< rad per token
  std::vector<double> query, key;    ///< angle of each hand, rad, −π … π
  std::vector<double> wedge;         ///< from key to query, rad, 0 … 2π
  std::vector<double> turns_trained; ///< turns of the frequency before any extension within the trained context
};

/// `trained`: the spectrum before any extension; `trained_reach`: how far apart two tokens were at most in training, of
/// each pair on the axis that turns it: the trained context in tokens, or an extent of the trained grid in positions.
Dials dials_of(const Hands&, const Spectrum&, const Spectrum& trained, std::span<const double> trained_reach);

} // namespace ropescope
