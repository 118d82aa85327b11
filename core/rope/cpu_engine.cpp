#include "core/rope/cpu_engine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <type_traits>

#include "core/rope/float32.h"
#include "core/rope/phase.h"

namespace ropescope {

namespace {

/// cos and sin of one token for every pair, times the attention factor and the direction.
template <typename T>
void fill_table(const Rotation& rotation, std::int64_t token, std::vector<CosSin<T>>& table) {
  if (!rotation.table.empty()) {
    const auto* given = rotation.table.data() + token * rotation.pairs();
    for (CosSin<T>& entry : table) {
      entry = {static_cast<T>(given->cos), static_cast<T>(given->sin)};
      ++given;
    }
    return;
  }
  const auto gain = static_cast<T>(rotation.attention_factor);
  const auto sin_gain = static_cast<T>(rotation.layout.direction) * gain;
  for (std::int64_t i = 0; i < rotation.pairs(); ++i) {
    const std::int64_t position = rotation.positions.at(rotation.axis(i), token);
    const auto at = cos_sin_at<T>(position, rotation.turns[static_cast<std::size_t>(i)]);
    table[static_cast<std::size_t>(i)] = {at.cos * gain, at.sin * sin_gain};
  }
}

/// `row` is a copy of the input row, so that `out` may be where it came from.
template <typename T>
void rotate_row(const PairIndex& index, const std::vector<CosSin<T>>& table, const std::vector<T>& row, T* out) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(table.size()); ++i) {
    const auto [c, s] = table[static_cast<std::size_t>(i)];
    const T x = row[static_cast<std::size_t>(index.in_first(i))], y = row[static_cast<std::size_t>(index.in_second(i))];
    out[index.out_first(i)] = x * c - y * s;
    out[index.out_second(i)] = y * c + x * s;
  }
}

/// The same, with every product and sum rounded to a 16-bit format.
void rotate_row_in_steps(const PairIndex& index, const std::vector<CosSin<float>>& table, const std::vector<float>& row,
                         float* out, Format step) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(table.size()); ++i) {
    const auto [c, s] = table[static_cast<std::size_t>(i)];
    const float x = row[static_cast<std::size_t>(index.in_first(i))],
                y = row[static_cast<std::size_t>(index.in_second(i))];
    out[index.out_first(i)] = rounded(step, rounded(step, x * c) - rounded(step, y * s));
    out[index.out_second(i)] = rounded(step, rounded(step, y * c) + rounded(step, x * s));
  }
}

/// The same, with fused multiply-adds.
void rotate_row_fused(const PairIndex& index, const std::vector<CosSin<float>>& table, const std::vector<float>& row,
                      float* out) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(table.size()); ++i) {
    const auto [c, s] = table[static_cast<std::size_t>(i)];
    const float x = row[static_cast<std::size_t>(index.in_first(i))],
                y = row[static_cast<std::size_t>(index.in_second(i))];
    out[index.out_first(i)] = std::fma(x, c, -(y * s));
    out[index.out_second(i)] = std::fma(x, s, y * c);
  }
}

template <typename T>
void rotate_rows(const Rotation& rotation, const RowShape& shape, std::span<const T> in, std::span<T> out) {
  if (in.data() != out.data()) std::copy(in.begin(), in.end(), out.begin());
  const PairIndex index = pair_index(rotation.layout, shape.head_dim, rotation.pairs());
  std::vector<CosSin<T>> table(static_cast<std::size_t>(rotation.pairs()));
  std::vector<T> row(static_cast<std::size_t>(shape.head_dim));
  [[maybe_unused]] const bool in_steps = rotation.step == Format::bfloat16 || rotation.step == Format::float16;
  for (std::int64_t token = 0; token < shape.tokens; ++token) {
    fill_table(rotation, token, table);
    for (std::int64_t outer = 0; outer < shape.outer; ++outer)
      for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
        T* head = out.data() + ((outer * shape.tokens + token) * shape.inner + inner) * shape.head_dim;
        std::copy_n(head, shape.head_dim, row.begin());
        if constexpr (std::is_same_v<T, float>) {
          if (in_steps || rotation.fused) {
            in_steps ? rotate_row_in_steps(index, table, row, head, rotation.step)
                     : rotate_row_fused(index, table, row, head);
            continue;
          }
        }
        rotate_row(index, table, row, head);
      }
  }
}

/// Scores of successive blocks of ROPESCOPE_BLOCK distances. Around a block's first distance D the angles are
/// Dθ + xθ, and cos, sin of xθ are the same for every block: two multiply-adds per term instead of a cosine.
class BlockScan {
public:
  using Block = std::array<float, ROPESCOPE_BLOCK>;

  explicit BlockScan(const ScoreScan& scan) : scan_(scan), offsets_(scan.turns.size()) {
    for (std::size_t i = 0; i < scan.turns.size(); ++i)
      for (std::size_t x = 0; x < ROPESCOPE_BLOCK; ++x) {
        const auto at = cos_sin_at<float>(static_cast<std::int64_t>(x), scan.turns[i]);
        offsets_[i].cos[x] = at.cos;
        offsets_[i].sin[x] = at.sin;
      }
  }

  void at(std::int64_t first, Block& scores) const {
    scores.fill(0);
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
      const auto centre = cos_sin_at<float>(first, scan_.turns[i]);
      const auto a = static_cast<float>(scan_.weights[i].a), b = static_cast<float>(scan_.weights[i].b);
      const float u = a * centre.cos + b * centre.sin, v = b * centre.cos - a * centre.sin;
      for (std::size_t x = 0; x < ROPESCOPE_BLOCK; ++x) scores[x] += u * offsets_[i].cos[x] + v * offsets_[i].sin[x];
    }
  }

private:
  struct Offsets {
    Block cos, sin;
  };
  const ScoreScan& scan_;
  std::vector<Offsets> offsets_;
};

} // namespace

std::string CpuEngine::device() const {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) {
      const auto colon = line.find(": ");
      if (colon != std::string::npos) return line.substr(colon + 2);
    }
  return "CPU";
}

void CpuEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const float> in,
                       std::span<float> out) {
  rotate_rows(rotation, shape, in, out);
}

void CpuEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const double> in,
                       std::span<double> out) {
  rotate_rows(rotation, shape, in, out);
}

std::vector<std::uint32_t> CpuEngine::phases(const Rotation& rotation) {
  std::vector<std::uint32_t> result;
  for (std::int64_t token = 0; token < rotation.positions.tokens(); ++token)
    for (std::int64_t i = 0; i < rotation.pairs(); ++i)
      result.push_back(
          phase32(rotation.positions.at(rotation.axis(i), token), rotation.turns[static_cast<std::size_t>(i)]));
  return result;
}

std::vector<CosSin<float>> CpuEngine::product_table(const ProductTable& product) {
  std::vector<CosSin<float>> table;
  table.reserve(product.positions.size() * product.inv_freq.size());
  for (const float position : product.positions)
    for (const float theta : product.inv_freq) {
      const float angle = rounded(product.angles, position * theta);
      table.push_back({rounded(product.tables, float32::cos(angle)), rounded(product.tables, float32::sin(angle))});
    }
  return table;
}

void CpuEngine::scan(const ScoreScan& scan, std::span<float> scores) {
  const BlockScan blocks(scan);
  BlockScan::Block block;
  for (std::size_t done = 0; done < scores.size(); done += block.size()) {
    blocks.at(scan.first + static_cast<std::int64_t>(done), block);
    std::copy_n(block.begin(), std::min(block.size(), scores.size() - done),
                scores.begin() + static_cast<std::ptrdiff_t>(done));
  }
}

void CpuEngine::scan(const ScoreScan& scan, std::span<const std::int64_t> edges, std::span<ScoreBin> bins) {
  const BlockScan blocks(scan);
  BlockScan::Block block;
  std::int64_t block_end = scan.first, distance = scan.first;
  for (std::size_t b = 0; b < bins.size(); ++b) {
    double sum = 0;
    float least = std::numeric_limits<float>::infinity(), greatest = -least;
    while (distance < edges[b + 1]) {
      if (distance == block_end) {
        blocks.at(distance, block);
        block_end += ROPESCOPE_BLOCK;
      }
      const std::int64_t end = std::min(block_end, edges[b + 1]);
      for (; distance < end; ++distance) {
        const float score = block[static_cast<std::size_t>(distance + ROPESCOPE_BLOCK - block_end)];
        least = std::min(least, score);
        greatest = std::max(greatest, score);
        sum += score;
      }
    }
    bins[b] = {least, greatest, static_cast<float>(sum / static_cast<double>(edges[b + 1] - edges[b]))};
  }
}

} // namespace ropescope
