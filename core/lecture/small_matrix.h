#pragma once
#include <cstddef>
#include <vector>

namespace ropescope::lecture {

/// Singular values of an n × n matrix, row by row, in no order; each within some 1e-15 of the greatest. One-sided
/// Jacobi rotations, which do not square small values away (Golub and Van Loan, Matrix Computations, §8.6.3).
std::vector<double> singular_values(std::vector<double> matrix, std::size_t n);

} // namespace ropescope::lecture
