#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/rope/engine.h"
#include "core/rope/score_kernel.h"

namespace ropescope {

/// Scores of successive blocks of distances, one multiply-add per term. Around a centre c = m + ½ the distances are
/// c ± (x + ½), and s(c ± y) = Σ uᵢ·cos yθᵢ ± Σ vᵢ·sin yθᵢ: both sums serve two distances, and cos, sin of yθ are the
/// same for every block. The centre's phase moves on in 64-bit fractions of a turn, exactly, so that nothing drifts.
class ScoreBlocks {
public:
  static constexpr std::int64_t points = score_kernel::points;
  using Block = std::array<float, score_kernel::points>;

  explicit ScoreBlocks(const ScoreScan&);

  /// Goes over successive blocks. Many may share one ScoreBlocks, which must outlive them.
  class Cursor {
  public:
    Cursor(const ScoreBlocks&, std::int64_t first);
    void next(Block&); ///< the scores of first … first + points − 1, then of those after them

  private:
    const ScoreBlocks& blocks_;
    std::vector<std::uint64_t> phase_;
    std::vector<std::uint32_t> rounded_;
    std::vector<float> u_, v_;
  };

private:
  struct Free {
    void operator()(float* table) const;
  };
  std::vector<std::uint64_t> turns_;
  std::vector<float> a_, b_;             // weights
  std::unique_ptr<float[], Free> table_; // as score_kernel::tile says, aligned for its vectors
};

} // namespace ropescope
