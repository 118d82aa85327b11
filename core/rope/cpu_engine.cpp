#include "core/rope/cpu_engine.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <type_traits>

#include "core/parallel.h"
#include "core/rope/float32.h"
#include "core/rope/phase.h"
#include "core/rope/rotate_kernel.h"
#include "core/rope/score_blocks.h"
#include "core/rope/turner.h"

namespace ropescope {

namespace {

// How numbers of a C++ type lie in memory.
template <typename Number>
constexpr NumberFormat storage_of = std::is_same_v<Number, double>     ? NumberFormat::float64
                                    : std::is_same_v<Number, Bfloat16> ? NumberFormat::bfloat16
                                    : std::is_same_v<Number, Float16>  ? NumberFormat::float16
                                                                       : NumberFormat::float32;

// Only float rows can imitate the rounding of somebody's code: the rows of a recipe are widened to float first. Steps
// go before `fused`: where each product is rounded to 16 bits, nothing is left that could be fused.
template <typename Number>
rotate_kernel::Arithmetic arithmetic_of(const Rotation& rotation) {
  using rotate_kernel::Arithmetic;
  if constexpr (std::is_same_v<Number, float>) {
    if (rotation.step == NumberFormat::bfloat16) return Arithmetic::bfloat16_steps;
    if (rotation.step == NumberFormat::float16) return Arithmetic::float16_steps;
    if (rotation.fused) return Arithmetic::fused;
  }
  return Arithmetic::plain;
}

// How rows are cut into tasks. A task is a run of tokens, and it turns all rows of these tokens by one table.
// table_entries_of_a_task: 4096 entries are 32 KiB of float cos and sin, which stays in the nearest cache while every
// head reads it. A greater number would read the table from a slower cache for each head.
// least_tasks: some 64 tasks, several for each thread, so that a slow thread does not leave the others waiting.
// bytes_worth_a_task: rows of 128 KiB take some microseconds, about as long as it takes to wake a thread.
// bytes_to_stream: an output of 8 MiB or more does not stay in the caches near a core. Written past the caches it
// costs one transfer to memory; written through them it costs two, as each line is read before it is overwritten.
// A wrong number costs speed and never changes a result.
constexpr std::int64_t table_entries_of_a_task = 4096, least_tasks = 64, bytes_worth_a_task = std::int64_t{1} << 17,
                       bytes_to_stream = std::int64_t{1} << 23;

/// The number of tokens in each task but the last, which may be shorter. The limit of the table wins over the other
/// two. Each token brings the rows of every outer index, so token_bytes is multiplied by `outer`.
std::int64_t tokens_of_a_task(const RowShape& shape, std::int64_t pairs, std::int64_t token_bytes) {
  const std::int64_t most = std::max<std::int64_t>(1, table_entries_of_a_task / std::max<std::int64_t>(1, pairs)),
                     worth = bytes_worth_a_task / std::max<std::int64_t>(1, token_bytes * shape.outer);
  return std::clamp<std::int64_t>(std::max(worth, shape.tokens / least_tasks), 1, most);
}

template <typename Number>
void rotate_rows(int threads, const Rotation& rotation, const RowShape& shape, std::span<const Number> in,
                 std::span<Number> out) {
  using Real = std::conditional_t<std::is_same_v<Number, double>, double, float>;
  assert(in.size() == out.size() && static_cast<std::int64_t>(in.size()) == shape.size());
  assert(rotation.positions.tokens() == shape.tokens && 2 * rotation.pairs() <= shape.head_dim);
  const std::int64_t pairs = rotation.pairs(), token_size = shape.inner * shape.head_dim,
                     run = tokens_of_a_task(shape, pairs, token_size * static_cast<std::int64_t>(sizeof(Number)));
  const Turner<Real> turner(rotation, threads);
  // Rows that are written over themselves are in the caches already: streaming would only push them out.
  const bool in_place = in.data() == out.data();
  // What all tasks have in common. A task copies this and adds its own table and rows.
  const rotate_kernel::Rows all{.storage = storage_of<Number>,
                                .arithmetic = arithmetic_of<Number>(rotation),
                                .index = pair_index(rotation.layout, shape.head_dim, pairs),
                                .pairs = static_cast<std::size_t>(pairs),
                                .head_dim = static_cast<std::size_t>(shape.head_dim),
                                .tokens = 0,
                                .rows_of_token = static_cast<std::size_t>(shape.inner),
                                .cos = nullptr,
                                .sin = nullptr,
                                .in = nullptr,
                                .out = nullptr,
                                .streaming =
                                    !in_place && static_cast<std::int64_t>(out.size_bytes()) >= bytes_to_stream};
  // Runs that one task turns one after the other, in the memory of one table.
  const std::int64_t runs = (shape.tokens + run - 1) / run,
                     runs_of_a_task = std::clamp<std::int64_t>(runs / (8 * least_tasks), 1, 8);
  const auto rotate_runs = [&](std::size_t task) {
    Tables<Real> tables(static_cast<std::size_t>(run * pairs));
    rotate_kernel::Rows rows = all;
    rows.cos = tables.cos.get();
    rows.sin = tables.sin.get();
    const std::int64_t begin = static_cast<std::int64_t>(task) * runs_of_a_task * run,
                       end = std::min(begin + runs_of_a_task * run, shape.tokens);
    for (std::int64_t first = begin; first < end; first += run) {
      // The table depends on the token alone. It is made once for the run and turns every outer index (batch) and
      // every row of the token (heads), which follow the same positions.
      const std::int64_t tokens = std::min(run, end - first);
      turner.fill(first, tokens, tables);
      rows.tokens = static_cast<std::size_t>(tokens);
      for (std::int64_t outer = 0; outer < shape.outer; ++outer) {
        const std::int64_t at = (outer * shape.tokens + first) * token_size;
        rows.in = in.data() + at;
        rows.out = out.data() + at;
        rotate_kernel::rotate(rows);
      }
    }
  };
  in_parallel(static_cast<std::size_t>((runs + runs_of_a_task - 1) / runs_of_a_task), threads, rotate_runs);
}

// Distances that one task scans: 512 blocks. It is long enough that making a Cursor (a 64-bit product for each pair) is
// nothing beside it, and short enough that a scan of some millions keeps every thread busy.
constexpr std::int64_t points_of_a_task = std::int64_t{1} << 16;

/// One bin, from where `cursor` is in `block`: `left` of its scores are still to be used.
/// Blocks do not begin where bins do. A block that lies in one bin as a whole is reduced by vectors; the parts of a
/// block at the two ends of a bin are reduced one score at a time. The sum of a bin is kept in double: a bin may hold
/// 2³⁰ distances, and a float sum would stop growing at 2²⁴ of them.
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
    // The unused scores of a block are its last `left` ones.
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
  // Linux on x86 has a line "model name : …" for each processor. Other systems have not (Arm names the part by number),
  // and are called "CPU".
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
  rotate_rows(threads_, rotation, shape, in, out);
}

void CpuEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const double> in,
                       std::span<double> out) {
  rotate_rows(threads_, rotation, shape, in, out);
}

void CpuEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const Bfloat16> in,
                       std::span<Bfloat16> out) {
  rotate_rows(threads_, rotation, shape, in, out);
}

void CpuEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const Float16> in,
                       std::span<Float16> out) {
  rotate_rows(threads_, rotation, shape, in, out);
}

std::vector<std::uint32_t> CpuEngine::phases(const Rotation& rotation) {
  std::vector<std::uint32_t> result;
  for (std::int64_t token = 0; token < rotation.positions.tokens(); ++token)
    for (std::int64_t i = 0; i < rotation.pairs(); ++i)
      result.push_back(
          phase32(rotation.positions.at(rotation.axis(i), token), rotation.turns[static_cast<std::size_t>(i)]));
  return result;
}

// One product, one rounding of the angle, then cos and sin as PyTorch's (float32.h). Not in vectors: these numbers
// stand for somebody's code to the bit, and few of them are asked for.
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
  in_parallel(static_cast<std::size_t>((count + points_of_a_task - 1) / points_of_a_task), threads_,
              [&](std::size_t task) {
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
  // Bins are joined to tasks by the edges alone, never by the number of threads, so that every machine with the same
  // vectors gets the same sums. A bin is never cut: one that is longer than points_of_a_task is a task of its own.
  assert(edges.size() == bins.size() + 1 && edges.front() == scan.first);
  const ScoreBlocks blocks(scan);
  std::vector<std::size_t> first_bins{0}; // of each task
  for (std::size_t b = 1; b < bins.size(); ++b)
    if (edges[b + 1] - edges[first_bins.back()] > points_of_a_task) first_bins.push_back(b);
  in_parallel(first_bins.size(), threads_, [&](std::size_t task) {
    const std::size_t begin = first_bins[task], end = task + 1 < first_bins.size() ? first_bins[task + 1] : bins.size();
    ScoreBlocks::Cursor cursor(blocks, edges[begin]);
    ScoreBlocks::Block block;
    std::int64_t left = 0;
    for (std::size_t b = begin; b < end; ++b) bins[b] = reduce_bin(cursor, block, left, edges[b + 1] - edges[b]);
  });
}

} // namespace ropescope
