#include "core/rope/score_blocks.h"

#include <new>

#include "core/rope/phase.h"

namespace ropescope {

namespace {

// Bytes: a line of the cache and the widest vector, as score_kernel::sum loads by aligned loads.
constexpr auto alignment = std::align_val_t{64};

} // namespace

void ScoreBlocks::Free::operator()(float* table) const { operator delete[](table, alignment); }

ScoreBlocks::ScoreBlocks(const ScoreScan& scan)
    : turns_(scan.turns.begin(), scan.turns.end()), a_(score_kernel::padded(turns_.size())), b_(a_.size()) {
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    a_[i] = static_cast<float>(scan.weights[i].a);
    b_[i] = static_cast<float>(scan.weights[i].b);
  }
  const std::size_t tile = score_kernel::tile(), size = 2 * score_kernel::offsets * turns_.size();
  // Not a std::vector: its memory would be filled with zeros first, and is aligned to 16 bytes only. Never empty, so
  // that there is a pointer to free even for no pairs.
  table_.reset(static_cast<float*>(operator new[](std::max<std::size_t>(size, 1) * sizeof(float), alignment)));
  float* entry = table_.get();
  for (std::size_t first = 0; first < score_kernel::offsets; first += tile)
    for (const std::uint64_t turns : turns_) {
      for (std::size_t x = 0; x < tile; ++x) {
        // The phase of x + ½. Where `turns` is odd its half is not whole: it is rounded down here and up in the Cursor,
        // so that the two halves add up to `turns` and distances above a centre are exact. Below a centre the phase is
        // off by 2⁻⁶⁴ turn, which is nothing after rounding to 2⁻³².
        const std::uint64_t phase = phase64(static_cast<std::int64_t>(first + x), turns) + turns / 2;
        const auto at = cos_sin(rounded_phase(phase));
        entry[x] = at.cos;
        entry[tile + x] = at.sin;
      }
      entry += 2 * tile;
    }
}

ScoreBlocks::Cursor::Cursor(const ScoreBlocks& blocks, std::int64_t first)
    : blocks_(blocks), rounded_(blocks.a_.size()), u_(blocks.a_.size()), v_(blocks.a_.size()) {
  // Block indices run from `first`; the centre lies between indices offsets − 1 and offsets.
  const auto below_centre = first + static_cast<std::int64_t>(score_kernel::offsets) - 1;
  for (const std::uint64_t turns : blocks.turns_) phase_.push_back(phase64(below_centre, turns) + (turns - turns / 2));
}

void ScoreBlocks::Cursor::next(Block& block) {
  for (std::size_t i = 0; i < phase_.size(); ++i) {
    // The 64-bit phase goes on by a whole block and wraps modulo one turn, exactly. Only the copy that cos and sin are
    // taken of is rounded, so no error adds up over a scan of any length.
    rounded_[i] = rounded_phase(phase_[i]);
    phase_[i] += blocks_.turns_[i] * static_cast<std::uint64_t>(points);
  }
  score_kernel::centres(rounded_.data(), blocks_.a_.data(), blocks_.b_.data(), phase_.size(), u_.data(), v_.data());
  score_kernel::sum(blocks_.table_.get(), u_.data(), v_.data(), phase_.size(), block.data());
}

} // namespace ropescope
