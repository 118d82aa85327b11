#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace ropescope {

/// What a scheme multiplies the scores of m and n by, as a table: does it split into a part of m and a part of n?
enum class SplitMatrix : std::uint8_t {
  rope,  ///< cos (m − n)θ of one pair
  alibi, ///< e^{−(m − n)/8}
  t5     ///< e^{bias of |m − n|'s bucket}; biases 2u − 1 of word_draws("t5", 32), as a model would learn them
};
inline constexpr std::string_view split_names[] = {"rope", "alibi", "t5"};
inline constexpr double split_slope = 0.125; ///< of `alibi`

/// tokens × tokens numbers, row m, column n. `theta`: rad per token, of `rope`. Requires tokens ≥ 1.
std::vector<double> split_matrix(SplitMatrix, std::int64_t tokens, double theta);

/// Singular values of a square matrix, the greatest first: one-sided Jacobi, each within 1e-14 of the greatest.
std::vector<double> singular_values(std::vector<double> matrix, std::int64_t side);

/// How many strips (a vector of m times one of n) it takes: singular values over 1e-10 of the greatest.
std::int64_t rank_of(const std::vector<double>& singular_values);

/// The least whole n at which e^{slope·n} is beyond float32. Requires slope > 0.
std::int64_t overflow_position(double slope);

} // namespace ropescope
