#include "core/analysis/words.h"

#include <cmath>
#include <complex>

#include "core/rope/phase.h"
#include "core/word_vector.h"

namespace ropescope {

namespace {

std::vector<std::complex<double>> pairs_of_word(std::string_view word, std::size_t pairs) {
  const std::vector<double> x = word_vector(word, 2 * static_cast<std::int64_t>(pairs));
  std::vector<std::complex<double>> numbers;
  for (std::size_t i = 0; i < pairs; ++i) numbers.emplace_back(x[i], x[i + pairs]);
  return numbers;
}

double placed_score(std::span<const std::complex<double>> q, std::span<const std::complex<double>> k, std::int64_t m,
                    std::int64_t n, const WordHead& head, const PositionScheme& scheme) {
  std::vector<std::complex<float>> query(q.begin(), q.end()), key(k.begin(), k.end());
  if (scheme.place) {
    scheme.place(query, m, {.turns = head.turns, .plain = head.plain, .query = true});
    scheme.place(key, n, {.turns = head.turns, .plain = head.plain, .query = false});
  }
  double sum = 0;
  for (std::size_t i = 0; i < query.size(); ++i)
    sum += (std::complex<double>(query[i]) * std::conj(std::complex<double>(key[i]))).real();
  // A bias is a matter of causal attention: what lies ahead has the bias of the same distance behind.
  if (scheme.bias) sum += scheme.bias->bias(std::abs(m - n), {.head = 7, .heads = 8});
  return sum;
}

} // namespace

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  std::vector<std::string> words;
  for (std::size_t at = text.find_first_not_of(spaces); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(spaces, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(spaces, end);
  }
  return words;
}

bool is_permutation(std::span<const double> order) {
  std::vector<bool> there(order.size());
  for (const double place : order) {
    if (!(place >= 0) || place >= static_cast<double>(order.size()) || place != std::floor(place)) return false;
    if (there[static_cast<std::size_t>(place)]) return false;
    there[static_cast<std::size_t>(place)] = true;
  }
  return true;
}

std::vector<std::string> in_order(std::vector<std::string> words, std::span<const double> order) {
  if (order.size() != words.size() || !is_permutation(order)) return words;
  std::vector<std::string> moved;
  for (const double from : order) moved.push_back(words[static_cast<std::size_t>(from)]);
  return moved;
}

double word_score(std::string_view query, std::string_view key, std::int64_t m, std::int64_t n, const WordHead& head,
                  const PositionScheme& scheme) {
  const auto q = pairs_of_word(query, head.turns.size()), k = pairs_of_word(key, head.turns.size());
  const bool turns = scheme.name == "rope";
  if (!turns && (scheme.place || scheme.bias)) return placed_score(q, k, m, n, head, scheme);
  double sum = 0;
  for (std::size_t i = 0; i < q.size(); ++i) {
    const std::complex<double> product = q[i] * std::conj(k[i]);
    const auto at = cos_sin_at<double>(turns ? m - n : 0, head.turns[i]);
    sum += product.real() * at.cos - product.imag() * at.sin;
  }
  return sum;
}

} // namespace ropescope
