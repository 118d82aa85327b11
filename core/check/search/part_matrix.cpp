#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/cos_sin_swapped.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/pair_matrix.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// An entry of the matrix is a sum of these functions of cos and sin, each times a number. What is overwritten too
/// early yields products of two; cos² is 1 − sin².
/// Those without a sign are not fitted, since half of the angles do not tell them: known matrices alone have them.
constexpr std::size_t functions = 7, fitted_functions = 5;
constexpr std::array<const char*, functions> function_names{"1", "cos", "sin", "sin·cos", "sin²", "|cos|", "|sin|"};
std::array<double, functions> values_of(std::complex<double> z) {
  return {1, z.real(), z.imag(), z.imag() * z.real(), z.imag() * z.imag(), std::abs(z.real()), std::abs(z.imag())};
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
    for (std::size_t k = 0; k < terms; ++k) // the others are left out
      if (k % functions >= fitted_functions)
        for (std::size_t r = 0; r < terms; ++r) a[k][r] = a[r][k] = r == k ? 1 : 0;
    for (std::size_t k = 0; k < terms; ++k)
      if (k % functions >= fitted_functions) b[k] = 0;
    double trace = 0;
    for (std::size_t k = 0; k < terms; ++k)
      if (k % functions < fitted_functions) trace += a[k][k];
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

/// The numbers of one row of a matrix, from such words.
Row row_of_words(std::string_view words) {
  constexpr std::string_view minus = "−";
  Row row{};
  std::size_t of = 0; // x1's functions, then x2's
  double sign = 1;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (word == "+" || word == minus) {
      sign = word == "+" ? 1 : -1;
      continue;
    }
    if (word.starts_with(minus)) sign = -1, word.remove_prefix(minus.size());
    const bool last = word.ends_with(',');
    if (last) word.remove_suffix(1);
    for (std::size_t k = 0; k < functions; ++k)
      if (word == function_names[k]) row[of + k] = sign;
    sign = 1;
    if (last) of = functions;
  }
  return row;
}

struct Matrix {
  Row first{}, second{};

  static Matrix of_words(std::string_view words) {
    const std::size_t end = words.find("; ");
    return {row_of_words(words.substr(0, end)), row_of_words(words.substr(end + 2))};
  }
};

/// Some pairs of every row of the sample, one after the other.
class Cells {
public:
  Cells(const PartContext& context, const std::vector<std::int64_t>& pairs) : context_(context), pairs_(pairs) {}

  std::size_t size() const {
    return context_.sample.tokens.size() * static_cast<std::size_t>(context_.sample.rows) * pairs_.size();
  }

  /// What the pair is multiplied by, and where its numbers lie in the sample.
  struct Cell {
    Row x;
    std::size_t first, second; ///< of the output
    double size, bound;        ///< of the input's pair; relative, what rounding explains
  };
  Cell operator[](std::size_t n) const {
    const PairComponents& at = context_.layout.at;
    const auto rows = static_cast<std::size_t>(context_.sample.rows);
    const std::size_t t = n / (rows * pairs_.size()), row = context_.sample.row(t, n / pairs_.size() % rows);
    const auto i = static_cast<std::size_t>(pairs_[n % pairs_.size()]);
    const std::size_t z = t * at.in_first.size() + i;
    const double a = context_.sample.in[row + static_cast<std::size_t>(at.in_first[i])],
                 b = context_.sample.in[row + static_cast<std::size_t>(at.in_second[i])];
    return {terms_of(context_.turns.multiplier[z], a, b), row + static_cast<std::size_t>(at.out_first[i]),
            row + static_cast<std::size_t>(at.out_second[i]), std::hypot(a, b),
            context_.evidence.noise.bound + thresholds::angle_bound * context_.turns.turned[z]};
  }

  /// The matrix of least squares over at most so many cells, where its numbers are those that people write.
  std::optional<Matrix> solved(std::size_t most) const {
    Fit first, second;
    const std::size_t step = size() / most + 1;
    for (std::size_t n = 0; n < size(); n += step) {
      const Cell cell = (*this)[n];
      first.add(cell.x, context_.sample.out[cell.first]);
      second.add(cell.x, context_.sample.out[cell.second]);
    }
    const auto a = first.whole_numbers(), b = second.whole_numbers();
    return a && b ? std::optional(Matrix{*a, *b}) : std::nullopt;
  }

  /// Whether some cells, spread over all, are what a matrix makes of them: a first sight.
  bool may_be(const Matrix& matrix) const {
    constexpr std::size_t looked_at = 64;
    constexpr double room = 4; // bounds: sines and cosines are summed, and the proof is strict
    const double gain = std::max(1.0, context_.expected.gain);
    for (std::size_t n = 0; n < size(); n += size() / looked_at + 1) {
      const Cell cell = (*this)[n];
      const double allowed = room * gain * cell.bound * cell.size + thresholds::nothing +
                             std::sqrt(thresholds::floor_bound * context_.evidence.noise.floor);
      if (std::abs(times(matrix.first, cell.x) - context_.sample.out[cell.first]) > allowed ||
          std::abs(times(matrix.second, cell.x) - context_.sample.out[cell.second]) > allowed)
        return false;
    }
    return true;
  }

  /// What is left of the rows where the matrix writes the pairs, relative; nothing where it does not explain them.
  std::optional<double> proved(const Matrix& matrix) const {
    const RowSample& sample = context_.sample;
    const std::size_t of_token = static_cast<std::size_t>(sample.rows) * pairs_.size();
    const auto predict = [&](std::size_t t, double* to) {
      const std::size_t begin = sample.row(t, 0);
      std::copy_n(context_.rows.begin() + static_cast<std::ptrdiff_t>(begin), sample.rows * sample.width, to);
      for (std::size_t n = t * of_token; n < (t + 1) * of_token; ++n) {
        const Cell cell = (*this)[n];
        to[cell.first - begin] = times(matrix.first, cell.x);
        to[cell.second - begin] = times(matrix.second, cell.x);
      }
    };
    const bool all = pairs_.size() == context_.layout.at.in_first.size();
    return context_.whole_by_token(predict, all ? std::vector<std::uint8_t>() : context_.components_of(pairs_));
  }

private:
  static double times(const Row& numbers, const Row& x) {
    return std::inner_product(x.begin(), x.end(), numbers.begin(), 0.0);
  }

  const PartContext& context_;
  const std::vector<std::int64_t>& pairs_;
};

/// The matrices that explain some pairs, by their words; the one that was measured, or those of the known ones that
/// these positions do not tell apart.
struct Explained {
  std::vector<std::string> words;
  double residual = 0;
};

std::optional<Explained> fit_matrix(const PartContext& context, const std::vector<std::int64_t>& pairs) {
  const Cells cells(context, pairs);
  constexpr std::size_t fitted = 20000; // some ten thousand cells tell ten numbers; the proof takes all
  if (const auto matrix = cells.solved(fitted))
    if (const auto residual = cells.proved(*matrix))
      return Explained{{matrix_words(matrix->first, matrix->second)}, *residual};
  // Small angles, or few of them, tell no ten numbers, and may tell what is no matrix of the known ones.
  Explained found;
  for (const cause::PairMatrix::Known& known : cause::PairMatrix::known) {
    const Matrix matrix = Matrix::of_words(known.matrix);
    if (!cells.may_be(matrix)) continue;
    const auto residual = cells.proved(matrix);
    if (!residual) continue;
    if (found.words.empty()) found.residual = *residual;
    found.words.emplace_back(known.matrix);
  }
  return found.words.empty() ? std::nullopt : std::optional(std::move(found));
}

std::vector<std::int64_t> all_pairs(const PartContext& context) {
  std::vector<std::int64_t> pairs(static_cast<std::size_t>(context.layout.at.pairs()));
  std::iota(pairs.begin(), pairs.end(), std::int64_t{0});
  return pairs;
}

constexpr std::string_view rotation = "cos, −sin; sin, cos", nothing_written = "0, 0; 0, 0", identity = "1, 0; 0, 1";

/// As a cause: some matrices are rotations, and those have names of their own.
Cause named(const std::string& words) {
  const cause::PairMatrix::Known* known = cause::PairMatrix::find_known(words);
  const std::string like = known ? std::string(known->like) : "other";
  if (like == "opposite_angle") return cause::InverseRotation{};
  if (like == "cos_sin_swapped") return cause::CosSinSwapped{};
  return cause::PairMatrix{like, words, {}};
}

} // namespace

bool may_be_matrix(const PartContext& context) {
  constexpr std::size_t few = 600; // cells: twenty numbers that are whole by chance are none
  const std::vector<std::int64_t> pairs = all_pairs(context);
  return Cells(context, pairs).solved(few).has_value();
}

std::optional<PartFound> other_matrix(const PartContext& context) {
  const auto found = fit_matrix(context, all_pairs(context));
  if (!found) return std::nullopt;
  const std::string& words = found->words.front();
  // Zeros are told as such; the rotation itself says that the context alone (a layout, a gain, positions) explains the
  // rows, and under the model's own that every number is right.
  if (words == nothing_written || (words == identity && !context.as_expected())) return std::nullopt;
  if (words == rotation) return context.as_expected() ? std::nullopt : std::optional(PartFound{{}, found->residual});
  PartFound result{{named(words)}, found->residual};
  for (std::size_t n = 1; n < found->words.size(); ++n) result.alike.push_back(named(found->words[n]));
  return result;
}

std::optional<std::string> matrix_of_pairs(const PartContext& context, const std::vector<std::int64_t>& pairs) {
  const auto found = fit_matrix(context, pairs);
  return found ? std::optional(found->words.front()) : std::nullopt;
}

} // namespace ropescope
