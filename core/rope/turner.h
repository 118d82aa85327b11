#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "core/rope/engine.h"

namespace ropescope {

/// cos and sin of the tokens of one run, [token][pair] each, times the attention factor, sin with the direction.
template <typename Real>
struct Tables {
  static constexpr std::size_t behind = 7; ///< entries that may be written behind the last: rows come in vectors
  explicit Tables(std::size_t entries)
      : cos(std::make_unique_for_overwrite<Real[]>(entries + behind)),
        sin(std::make_unique_for_overwrite<Real[]>(entries + behind)) {}
  std::unique_ptr<Real[]> cos, sin;
};

/// Makes the tables of a run of tokens on the CPU, from the rotation's frequencies or from a table that the caller
/// gave. Real: float or double. Keeps a reference to the rotation, which must live longer. Has no state that changes:
/// threads share one.
template <typename Real>
class Turner {
public:
  /// `threads`: for what is prepared once, as in_parallel() counts them.
  Turner(const Rotation&, int threads);

  /// Writes the entries of tokens first … first + tokens − 1 to the front of the tables.
  void fill(std::int64_t first, std::int64_t tokens, Tables<Real>&) const;

private:
  /// Neighbouring pairs of one axis.
  struct Run {
    std::int64_t axis;
    std::size_t begin, end;
  };
  /// Rows of entries that many tokens share, [row][pair], of which a token takes for each pair the row of its place on
  /// the pair's axis. As bits: a row is 0 at other axes' pairs, so that the rows of a token's axes make its own by OR.
  using Bits = std::conditional_t<std::is_same_v<Real, double>, std::uint64_t, std::uint32_t>;
  struct Shared {
    std::vector<Bits> cos, sin;
    std::vector<std::int64_t> first_row; ///< of each axis, less its least position; empty where places are given
  };

  void share_positions();
  void share_given(int threads);
  std::size_t shared_row(std::int64_t axis, std::int64_t token) const;
  void fill_shared(std::int64_t first, std::int64_t tokens, Tables<Real>&) const;
  void fill_scattered(std::int64_t first, std::int64_t tokens, Tables<Real>&) const;
  void fill_given(std::int64_t first, std::int64_t tokens, Tables<Real>&) const;
  void fill_turns(std::int64_t first, std::int64_t tokens, Tables<Real>&) const;
  void phases_of(std::int64_t token, std::uint32_t* row) const;
  void entries_of(std::int64_t position, std::span<Real> cos, std::span<Real> sin) const;

  const Rotation& rotation_;
  std::vector<std::uint32_t> upper_, lower_; // words of the frequencies
  std::vector<Run> runs_;
  std::vector<std::uint32_t> upper_of_axis_, lower_of_axis_; // [axis][pair] where scattered: 0 at other axes' pairs
  bool scattered_ = false;
  Shared shared_; // empty: none
};

} // namespace ropescope
