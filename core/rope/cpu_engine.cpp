#include "core/rope/cpu_engine.h"

#include <algorithm>
#include <cmath>
#include <execution>
#include <fstream>
#include <limits>
#include <numeric>

#include "core/rope/float32.h"
#include "core/rope/phase.h"
#include "core/rope/score_blocks.h"

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

/// One pair's two components after the rotation.
template <typename T>
struct Turned {
  T first, second;
};

/// `row` is a copy of the input row, so that `out` may be where it came from. `turn(x, y, cos, sin)` is the arithmetic.
template <typename T, typename Turn>
void rotate_row(const PairIndex& index, const std::vector<CosSin<T>>& table, const std::vector<T>& row, T* out,
                Turn turn) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(table.size()); ++i) {
    const auto [c, s] = table[static_cast<std::size_t>(i)];
    const T x = row[static_cast<std::size_t>(index.in_first(i))], y = row[static_cast<std::size_t>(index.in_second(i))];
    const Turned<T> turned = turn(x, y, c, s);
    out[index.out_first(i)] = turned.first;
    out[index.out_second(i)] = turned.second;
  }
}

template <typename T, typename Turn>
void rotate_rows(const Rotation& rotation, const RowShape& shape, std::span<const T> in, std::span<T> out, Turn turn) {
  if (in.data() != out.data()) std::copy(in.begin(), in.end(), out.begin());
  const PairIndex index = pair_index(rotation.layout, shape.head_dim, rotation.pairs());
  std::vector<CosSin<T>> table(static_cast<std::size_t>(rotation.pairs()));
  std::vector<T> row(static_cast<std::size_t>(shape.head_dim));
  for (std::int64_t token = 0; token < shape.tokens; ++token) {
    fill_table(rotation, token, table);
    for (std::int64_t outer = 0; outer < shape.outer; ++outer)
      for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
        T* head = out.data() + ((outer * shape.tokens + token) * shape.inner + inner) * shape.head_dim;
        std::copy_n(head, shape.head_dim, row.begin());
        rotate_row(index, table, row, head, turn);
      }
  }
}

template <typename T>
Turned<T> turn_plainly(T x, T y, T c, T s) {
  return {x * c - y * s, y * c + x * s};
}

constexpr std::int64_t points_of_a_task = std::int64_t{1} << 16;

/// Runs work(i) for i = 0 … count − 1 on every processor.
template <typename Work>
void in_parallel(std::size_t count, Work work) {
  std::vector<std::size_t> tasks(count);
  std::iota(tasks.begin(), tasks.end(), std::size_t{0});
  std::for_each(std::execution::par, tasks.begin(), tasks.end(), work);
}

/// One bin, from where `cursor` is in `block`: `left` of its scores are still to be used.
ScoreBin reduce_bin(ScoreBlocks::Cursor& cursor, ScoreBlocks::Block& block, std::int64_t& left, std::int64_t count) {
  double sum = 0;
  float least = std::numeric_limits<float>::infinity(), greatest = -least;
  for (std::int64_t wanted = count; wanted > 0;) {
    if (left == 0) {
      cursor.next(block);
      left = ScoreBlocks::points;
    }
    if (left == ScoreBlocks::points && wanted >= left) { // a whole block
      const score_kernel::Extremes all = score_kernel::reduce(block.data());
      least = std::min(least, all.least);
      greatest = std::max(greatest, all.greatest);
      sum += static_cast<double>(all.sum);
      wanted -= left;
      left = 0;
      continue;
    }
    const std::int64_t taken = std::min(left, wanted);
    const float* score = block.data() + (ScoreBlocks::points - left);
    for (std::int64_t i = 0; i < taken; ++i) {
      least = std::min(least, score[i]);
      greatest = std::max(greatest, score[i]);
      sum += static_cast<double>(score[i]);
    }
    left -= taken;
    wanted -= taken;
  }
  return {least, greatest, static_cast<float>(sum / static_cast<double>(count))};
}

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
  const Format f = rotation.step;
  if (f == Format::bfloat16 || f == Format::float16)
    rotate_rows(rotation, shape, in, out, [f](float x, float y, float c, float s) {
      return Turned<float>{rounded(f, rounded(f, x * c) - rounded(f, y * s)),
                           rounded(f, rounded(f, y * c) + rounded(f, x * s))};
    });
  else if (rotation.fused)
    rotate_rows(rotation, shape, in, out, [](float x, float y, float c, float s) {
      return Turned<float>{std::fma(x, c, -(y * s)), std::fma(x, s, y * c)};
    });
  else
    rotate_rows(rotation, shape, in, out, turn_plainly<float>);
}

void CpuEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const double> in,
                       std::span<double> out) {
  rotate_rows(rotation, shape, in, out, turn_plainly<double>);
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
  const ScoreBlocks blocks(scan);
  const auto count = static_cast<std::int64_t>(scores.size());
  in_parallel(static_cast<std::size_t>((count + points_of_a_task - 1) / points_of_a_task), [&](std::size_t task) {
    const std::int64_t begin = static_cast<std::int64_t>(task) * points_of_a_task,
                       end = std::min(begin + points_of_a_task, count);
    ScoreBlocks::Cursor cursor(blocks, scan.first + begin);
    ScoreBlocks::Block block;
    for (std::int64_t at = begin; at < end; at += ScoreBlocks::points) {
      cursor.next(block);
      std::copy_n(block.begin(), std::min(ScoreBlocks::points, end - at), scores.begin() + at);
    }
  });
}

void CpuEngine::scan(const ScoreScan& scan, std::span<const std::int64_t> edges, std::span<ScoreBin> bins) {
  const ScoreBlocks blocks(scan);
  std::vector<std::size_t> first_bins{0}; // of each task
  for (std::size_t b = 1; b < bins.size(); ++b)
    if (edges[b + 1] - edges[first_bins.back()] > points_of_a_task) first_bins.push_back(b);
  in_parallel(first_bins.size(), [&](std::size_t task) {
    const std::size_t begin = first_bins[task], end = task + 1 < first_bins.size() ? first_bins[task + 1] : bins.size();
    ScoreBlocks::Cursor cursor(blocks, edges[begin]);
    ScoreBlocks::Block block;
    std::int64_t left = 0;
    for (std::size_t b = begin; b < end; ++b) bins[b] = reduce_bin(cursor, block, left, edges[b + 1] - edges[b]);
  });
}

} // namespace ropescope
