#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/halves_exchanged.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/pair_matrix.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// An entry of the matrix is a sum of these functions of cos and sin, each times a number. What is overwritten too
/// early yields products of two; cos² is 1 − sin².
constexpr std::size_t functions = 5;
constexpr std::array<const char*, functions> function_names{"1", "cos", "sin", "sin·cos", "sin²"};
std::array<double, functions> values_of(std::complex<double> z) {
  return {1, z.real(), z.imag(), z.imag() * z.real(), z.imag() * z.imag()};
}

/// Numbers before the functions of x1, and then those of x2.
constexpr std::size_t terms = 2 * functions;
using Row = std::array<double, terms>;
std::array<double, terms> terms_of(std::complex<double> z, double x1, double x2) {
  const auto f = values_of(z);
  Row row{};
  for (std::size_t k = 0; k < functions; ++k) {
    row[k] = f[k] * x1;
    row[functions + k] = f[k] * x2;
  }
  return row;
}

/// Least squares of one component of the output over all cells that are added.
class Fit {
public:
  void add(const Row& x, double y) {
    for (std::size_t a = 0; a < terms; ++a) {
      moment_[a] += x[a] * y;
      for (std::size_t b = 0; b < terms; ++b) square_[a][b] += x[a] * x[b];
    }
  }

  /// The numbers, as people write them in a kernel: multiples of a half; nothing where they are none.
  std::optional<Row> whole_numbers() const {
    constexpr double near = 0.05; // many thousands of cells tell each number to a few thousandths
    Row numbers = solved();
    for (double& n : numbers) {
      const double written = std::round(2 * n) / 2;
      if (!(std::abs(n - written) < near)) return std::nullopt;
      n = written == 0 ? 0 : written;
    }
    return numbers;
  }

private:
  /// By elimination with pivots. A little is added to the diagonal: where angles hardly differ two functions are one.
  Row solved() const {
    auto a = square_;
    Row b = moment_;
    double trace = 0;
    for (std::size_t k = 0; k < terms; ++k) trace += a[k][k];
    for (std::size_t k = 0; k < terms; ++k) a[k][k] += 1e-12 * trace;
    for (std::size_t k = 0; k < terms; ++k) {
      std::size_t pivot = k;
      for (std::size_t r = k + 1; r < terms; ++r)
        if (std::abs(a[r][k]) > std::abs(a[pivot][k])) pivot = r;
      std::swap(a[k], a[pivot]);
      std::swap(b[k], b[pivot]);
      for (std::size_t r = k + 1; r < terms; ++r) {
        const double f = a[k][k] != 0 ? a[r][k] / a[k][k] : 0;
        for (std::size_t c = k; c < terms; ++c) a[r][c] -= f * a[k][c];
        b[r] -= f * b[k];
      }
    }
    for (std::size_t k = terms; k-- > 0;) {
      for (std::size_t c = k + 1; c < terms; ++c) b[k] -= a[k][c] * b[c];
      b[k] = a[k][k] != 0 ? b[k] / a[k][k] : 0;
    }
    return b;
  }

  std::array<Row, terms> square_{};
  Row moment_{};
};

/// "1 + cos", "−sin", "0".
std::string entry_words(const double* numbers) {
  std::string words;
  for (std::size_t k = 0; k < functions; ++k) {
    const double n = numbers[k], size = std::abs(n);
    if (n == 0) continue;
    words += words.empty() ? (n < 0 ? "−" : "") : (n < 0 ? " − " : " + ");
    const bool one = k == 0;
    if (size != 1 || one) words += fmt::format("{:g}", size);
    if (!one) words += (size != 1 ? "·" : "") + std::string(function_names[k]);
  }
  return words.empty() ? "0" : words;
}

std::string matrix_words(const Row& first, const Row& second) {
  return entry_words(first.data()) + ", " + entry_words(first.data() + functions) + "; " + entry_words(second.data()) +
         ", " + entry_words(second.data() + functions);
}

struct Matrix {
  std::string words;
  double residual = 0;
};

/// The matrix that some pairs go through, proved on them.
std::optional<Matrix> fit_matrix(const PartContext& context, const std::vector<std::int64_t>& pairs) {
  const RowSample& sample = context.sample;
  const PairComponents& at = context.layout.at;
  const auto count = static_cast<std::size_t>(at.pairs());
  const auto rows = static_cast<std::size_t>(sample.rows);
  // Some ten thousand cells tell ten numbers; the proof takes all.
  constexpr std::size_t fitted = 20000;
  const std::size_t cells = sample.tokens.size() * rows * pairs.size(), step = cells / fitted + 1;
  Fit first, second;
  const auto cell = [&](std::size_t n) {
    const std::size_t t = n / (rows * pairs.size()), r = n / pairs.size() % rows;
    return std::pair{sample.row(t, r), t * count + static_cast<std::size_t>(pairs[n % pairs.size()])};
  };
  for (std::size_t n = 0; n < cells; n += step) {
    const auto [row, z] = cell(n);
    const std::size_t i = z % count;
    const Row x = terms_of(context.turns.multiplier[z], sample.in[row + static_cast<std::size_t>(at.in_first[i])],
                           sample.in[row + static_cast<std::size_t>(at.in_second[i])]);
    first.add(x, sample.out[row + static_cast<std::size_t>(at.out_first[i])]);
    second.add(x, sample.out[row + static_cast<std::size_t>(at.out_second[i])]);
  }
  const auto a = first.whole_numbers(), b = second.whole_numbers();
  if (!a || !b) return std::nullopt;
  std::vector<double> predicted = context.rows;
  for (std::size_t n = 0; n < cells; ++n) {
    const auto [row, z] = cell(n);
    const std::size_t i = z % count;
    const Row x = terms_of(context.turns.multiplier[z], sample.in[row + static_cast<std::size_t>(at.in_first[i])],
                           sample.in[row + static_cast<std::size_t>(at.in_second[i])]);
    predicted[row + static_cast<std::size_t>(at.out_first[i])] =
        std::inner_product(x.begin(), x.end(), a->begin(), 0.0);
    predicted[row + static_cast<std::size_t>(at.out_second[i])] =
        std::inner_product(x.begin(), x.end(), b->begin(), 0.0);
  }
  const RowProof proof =
      context.prove(predicted, pairs.size() < count ? context.components_of(pairs) : std::vector<std::uint8_t>());
  if (!proof.whole) return std::nullopt;
  return Matrix{matrix_words(*a, *b), proof.residual};
}

std::vector<std::int64_t> all_pairs(const PartContext& context) {
  std::vector<std::int64_t> pairs(static_cast<std::size_t>(context.layout.at.pairs()));
  std::iota(pairs.begin(), pairs.end(), std::int64_t{0});
  return pairs;
}

cause::PairMatrix named(const std::string& words) {
  const cause::PairMatrix::Known* known = cause::PairMatrix::find_known(words);
  return {known ? std::string(known->like) : "other", words, {}};
}

} // namespace

std::optional<PartFound> other_matrix(const PartContext& context) {
  const auto matrix = fit_matrix(context, all_pairs(context));
  if (!matrix) return std::nullopt;
  return PartFound{{named(matrix->words)}, matrix->residual, nullptr};
}

std::optional<Cause> matrix_of_pairs(const PartContext& context, const std::vector<std::int64_t>& pairs) {
  const auto matrix = fit_matrix(context, pairs);
  if (!matrix) return std::nullopt;
  return Cause(named(matrix->words));
}

} // namespace ropescope
