#pragma once
#include <cstdint>
#include <vector>

namespace ropescope {

/// Errors by token and pair, and the greatest of every few tokens, so that any part of it is soon looked through.
class ErrorMap {
public:
  ErrorMap() = default;
  ErrorMap(std::vector<float> errors, std::int64_t pairs); ///< [token][pair]

  std::int64_t tokens() const { return tokens_; }
  std::int64_t pairs() const { return pairs_; }
  float at(std::int64_t token, std::int64_t pair) const {
    return errors_[static_cast<std::size_t>(token * pairs_ + pair)];
  }
  /// Of tokens and pairs first … end − 1; NaN where one is.
  float greatest(std::int64_t first_token, std::int64_t end_token, std::int64_t first_pair,
                 std::int64_t end_pair) const;
  float greatest() const { return greatest(0, tokens_, 0, pairs_); }

private:
  std::vector<float> errors_, coarse_; // coarse: [token / 16][pair]
  std::int64_t tokens_ = 0, pairs_ = 0;
};

/// The range of errors that colours spread over.
struct ErrorScale {
  double least = 1e-7, greatest = 2;
  double share(double error) const; ///< 0 … 1, logarithmic
};

} // namespace ropescope
