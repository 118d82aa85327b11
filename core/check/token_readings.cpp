#include "core/check/token_readings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/check/kernel_arrays.h"
#include "core/check/position_readings.h"
#include "core/check/rearrange.h"
#include "core/check/rotary_tables.h"
#include "core/error.h"
#include "core/io/row_shape.h"

namespace ropescope {

namespace {

/// Which axis counts the heads where `tokens` count tokens. Arrays of three axes before the last are [batch, tokens,
/// heads], [batch, heads, tokens] or [tokens, batch, heads]; four have queries, keys and values beside each other.
std::optional<std::size_t> head_axis(const std::vector<std::int64_t>& extents, const std::vector<std::size_t>& tokens) {
  std::vector<std::size_t> rest;
  for (std::size_t axis = 0; axis < extents.size(); ++axis)
    if (std::find(tokens.begin(), tokens.end(), axis) == tokens.end()) rest.push_back(axis);
  if (rest.empty()) return std::nullopt;
  return rest.back();
}

/// Joins the axis of queries, keys and values with that of heads beside it, so that a head of theirs has a number of
/// its own.
void join_packed(TokenReading& reading) {
  if (reading.extents.size() < 4 || reading.tokens.size() != 1 || !reading.heads || *reading.heads == 0) return;
  const std::size_t second = *reading.heads, first = second - 1, tokens = reading.tokens[0];
  if (first == tokens || reading.extents[first] > 3) return; // three at most: queries, keys, values
  reading.extents[first] *= reading.extents[second];
  reading.extents.erase(reading.extents.begin() + static_cast<std::ptrdiff_t>(second));
  reading.heads = first;
  if (tokens > second) reading.tokens[0] = tokens - 1;
}

/// "A-B" or "A".
std::pair<std::int64_t, std::int64_t> read_heads(const std::string& words) {
  std::int64_t first = 0, last = 0;
  const char *text = words.data(), *end = text + words.size();
  const auto head = std::from_chars(text, end, first);
  auto tail = head;
  last = first;
  if (head.ec == std::errc{} && head.ptr != end && *head.ptr == '-') tail = std::from_chars(head.ptr + 1, end, last);
  if (head.ec != std::errc{} || tail.ec != std::errc{} || tail.ptr != end || first < 0 || last < first)
    throw Error(fmt::format("heads {}: expected the first head and one that is not before it, as in 0-39", words));
  return {first, last};
}

/// At most `count` of so many, evenly, the first and the last among them.
std::vector<std::int64_t> spread(std::int64_t first, std::int64_t last, std::int64_t count) {
  const std::int64_t all = last - first + 1;
  count = std::min(count, all);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < count; ++i) indices.push_back(first + (count == 1 ? 0 : i * (all - 1) / (count - 1)));
  return indices;
}

} // namespace

KernelReader::KernelReader(const KernelFiles& files, const Model& model, const LayerRope& layer) : files_(files) {
  base_.rope = layer.config;
  files.positions.set_grid(base_.rope);
  // A kernel may have taken another layer's frequencies.
  for (const LayerRope& other : model.layers)
    if (other.layer_type != layer.layer_type) base_.other_layers.push_back(other);
  base_.out_name = std::filesystem::path(files.out).filename().string();
  base_.tables = files.tables;
  base_.seq_len = files.seq_len;
  base_.budget = files.budget;
  PairLayout& pairs = base_.rope.layout.pairs;
  KernelArrays arrays =
      files.tables ? read_rotary_tables(files, base_.rope) : read_kernel_arrays(files, base_.rope.layout);
  // A complex number is a pair by itself, and its parts lie side by side.
  if (!files.tables)
    pairs = layout_named(arrays.complex && files.layout == "auto" ? "interleaved" : files.layout, pairs);
  if (files.inverse && is_mixed(base_.rope))
    throw Error("this model's code turns the two components of a pair by different angles, which no rotation undoes: "
                "check cannot test a backward kernel of it");
  if (files.tables && is_mixed(base_.rope))
    throw Error("this model's code takes two angles for each pair: check cannot test tables, which have one");
  if (files.inverse) {
    pairs.direction = static_cast<std::int8_t>(-pairs.direction);
    std::swap(pairs.pairing, pairs.output); // what the kernel before it wrote is what this one reads
  }
  base_.in = std::move(arrays.in);
  base_.out = std::move(arrays.out);
  base_.notes = std::move(arrays.notes);
  same_shape_ = arrays.same_shape;
  if (!files.tables) take_part_alone();
  // Refuses what is no head of the model's, whichever axis counts the tokens.
  const RowShape one = row_shape(base_.in, 0, base_.rope, files.in);
  base_.shape.head_dim = one.head_dim;
  // Whole heads of DeepSeek's models: the part that turns comes after the part that does not.
  if (one.head_dim != base_.rope.layout.head_dim) pairs.offset = base_.rope.layout.nope_dim;
  for (TokenReading& reading : position_readings(files, base_.rope, base_.in.shape, arrays.file_axes, arrays.split)) {
    reading.heads = head_axis(reading.extents, reading.tokens);
    // Rows without an axis of tokens are tokens of one head, unless they are as many as the model has heads.
    if (reading.tokens.empty() && reading.heads && !files.positions.count() &&
        std::find(model.head_counts.begin(), model.head_counts.end(), reading.head_count()) == model.head_counts.end())
      continue;
    for (const auto& exchanged : arrays.exchanged) {
      (arrays.same_shape ? exchanged_ : readings_).push_back(reading);
      (arrays.same_shape ? exchanged_ : readings_).back().exchanged = exchanged;
    }
    if (!arrays.same_shape) continue;
    join_packed(reading);
    readings_.push_back(std::move(reading));
  }
  if (!files.heads.empty()) keep_heads();
}

/// Code that turns a part of a head cuts it out first, and its function is given that part (GPT-J, Phi, StableLM).
void KernelReader::take_part_alone() {
  HeadLayout& layout = base_.rope.layout;
  if (base_.in.shape.empty() || base_.in.shape.back() != layout.rotary_dim || layout.rotary_dim >= layout.head_dim ||
      layout.nope_dim > 0)
    return;
  base_.notes.push_back(fmt::format("Rows have {} components: the part of a head of {} that turns, without the rest.",
                                    layout.rotary_dim, layout.head_dim));
  layout.head_dim = layout.rotary_dim;
  layout.pairs.offset = 0;
  layout.pairs.trailing = false;
}

/// Readings with as many heads as were asked for.
void KernelReader::keep_heads() {
  heads_asked_ = read_heads(files_.heads);
  // The longest axis of heads, as the file has it: fused and packed heads are no axis there.
  const TokenReading* most = nullptr;
  for (const TokenReading& reading : readings_)
    if (reading.head_count() <= heads_asked_->second && (!most || reading.head_count() > most->head_count()))
      most = &reading;
  if (most) {
    const bool in_file = most->heads && *most->heads < static_cast<std::size_t>(base_.in.shape.size() - 1) &&
                         base_.in.shape[*most->heads] == most->head_count();
    lacking_ = in_file ? fmt::format("axis {} has {} entries", *most->heads, most->head_count())
                       : fmt::format("there are {} heads", most->head_count());
  }
  const auto too_few = [&](const TokenReading& reading) { return reading.head_count() <= heads_asked_->second; };
  lacks_heads_ = std::erase_if(readings_, too_few) > 0;
  std::erase_if(exchanged_, too_few);
  if (readings_.empty())
    throw Error(fmt::format("heads {}: in {} {}, counted from 0", files_.heads, files_.in, lacking_));
}

bool KernelReader::in_place(const TokenReading& reading) const {
  const bool neighbours = reading.tokens.size() < 2 || reading.tokens[1] == reading.tokens[0] + 1;
  return neighbours && !reading.exchanged && !heads_asked_;
}

std::vector<std::vector<std::int64_t>> KernelReader::every_index(const TokenReading& reading) const {
  std::vector<std::vector<std::int64_t>> indices;
  for (std::size_t axis = 0; axis < reading.extents.size(); ++axis) {
    std::int64_t first = 0, last = reading.extents[axis] - 1;
    if (heads_asked_ && reading.heads == axis) std::tie(first, last) = *heads_asked_;
    indices.push_back(spread(first, last, last - first + 1));
  }
  return indices;
}

KernelRun KernelReader::gathered(const TokenReading& reading,
                                 const std::vector<std::vector<std::int64_t>>& indices) const {
  KernelRun run = without_rows(base_);
  // Tokens of several axes must lie together; a single one stays where it is.
  std::vector<std::size_t> order(reading.extents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (reading.tokens.size() > 1)
    std::stable_partition(order.begin(), order.end(), [&](std::size_t axis) {
      return std::find(reading.tokens.begin(), reading.tokens.end(), axis) != reading.tokens.end();
    });
  if (reading.tokens.size() > 1) std::copy(reading.tokens.begin(), reading.tokens.end(), order.begin());
  run.in = rearranged(base_.in, reading.extents, base_.shape.head_dim, order, indices);
  auto extents = reading.extents;
  auto out_order = order;
  auto out_indices = indices;
  if (reading.exchanged) {
    const auto [a, b] = *reading.exchanged;
    std::swap(extents[a], extents[b]);
    std::swap(out_indices[a], out_indices[b]);
    for (std::size_t& axis : out_order) axis = axis == a ? b : axis == b ? a : axis;
  }
  run.out = rearranged(base_.out, extents, base_.shape.head_dim, out_order, out_indices);
  // The reading of what was gathered: fewer of each axis, in another order.
  TokenReading now = reading;
  now.tokens.clear();
  for (std::size_t at = 0; at < order.size(); ++at) {
    now.extents[at] = static_cast<std::int64_t>(indices[order[at]].size());
    if (std::find(reading.tokens.begin(), reading.tokens.end(), order[at]) != reading.tokens.end())
      now.tokens.push_back(at);
    if (reading.heads == order[at]) now.heads = at;
  }
  std::vector<std::int64_t> tokens{0};
  for (const std::size_t axis : reading.tokens) {
    std::vector<std::int64_t> more;
    for (const std::int64_t before : tokens)
      for (const std::int64_t index : indices[axis]) more.push_back(before * reading.extents[axis] + index);
    tokens = std::move(more);
  }
  now.positions = positions_of_tokens(reading.positions, tokens);
  if (!run.seq_len) run.seq_len = static_cast<double>(std::max<std::int64_t>(1, sequence_length(reading.positions)));
  describe(run, now);
  return run;
}

void KernelReader::describe(KernelRun& run, const TokenReading& reading) const {
  run.shape = {1, 1, 1, base_.shape.head_dim};
  const std::size_t first = reading.tokens.empty() ? 0 : reading.tokens.front(),
                    last = reading.tokens.empty() ? 0 : reading.tokens.back();
  for (std::size_t axis = 0; axis < reading.extents.size(); ++axis) {
    const bool before = reading.tokens.empty() || axis < first;
    // Row-major, so that axes on either side of the tokens join to one each without moving a number.
    (before ? run.shape.outer : axis <= last ? run.shape.tokens : run.shape.inner) *= reading.extents[axis];
  }
  run.heads = reading.head_count();
  run.first_head = heads_asked_ ? heads_asked_->first : 0;
  run.positions = reading.positions;
  if (!reading.tokens.empty()) run.token_axis = reading.axis;
}

const KernelRun& KernelReader::run(const TokenReading& reading) {
  const bool there = in_place(reading);
  KernelRun& run = there ? base_ : rearranged_;
  if (there)
    describe(run, reading);
  else
    run = gathered(reading, every_index(reading));
  if (!there) run.seq_len = base_.seq_len;
  const Spectrum spectrum = make_spectrum(run.rope, run.length());
  const auto axes = pair_axes(run.rope, run.positions.axes);
  // Now, and not at the first rotation: an odd rotary_dim or positions too far out are the user's to mend.
  const Positions whole{run.positions.axes, run.positions.ids}; // an engine takes fractions by a table
  validate({.turns = spectrum.turns, .layout = run.rope.layout.pairs, .pair_axis = axes, .positions = whole}, run.shape,
           spectrum.rotary_dim);
  return run;
}

KernelRun KernelReader::sample(const TokenReading& reading, bool neighbours) const {
  constexpr double rows = 4096;
  constexpr std::int64_t tokens = 64;
  auto indices = every_index(reading);
  neighbours &= reading.tokens.size() == 1;
  const double axes = static_cast<double>(indices.size()) - (neighbours ? 1 : 0),
               each = std::pow(neighbours ? rows / static_cast<double>(tokens) : rows, 1 / std::max(1.0, axes));
  for (std::size_t axis = 0; axis < indices.size(); ++axis) {
    const auto all = static_cast<std::int64_t>(indices[axis].size());
    const bool first = neighbours && axis == reading.tokens[0];
    std::vector<std::int64_t> few;
    for (const std::int64_t at : first ? spread(0, std::min(tokens, all) - 1, tokens)
                                       : spread(0, all - 1, static_cast<std::int64_t>(each + 1e-9)))
      few.push_back(indices[axis][static_cast<std::size_t>(at)]);
    indices[axis] = std::move(few);
  }
  return gathered(reading, indices);
}

KernelRun KernelReader::take(const TokenReading& reading) {
  run(reading);
  KernelRun run = std::move(in_place(reading) ? base_ : rearranged_);
  if (reading.exchanged)
    run.notes.push_back(fmt::format("{} has axes {} and {} exchanged; they were exchanged back to compare.",
                                    run.out_name, reading.exchanged->first, reading.exchanged->second));
  if (reading.tokens.size() > 1)
    run.notes.push_back(fmt::format("Each row of the batch has positions of its own: rows are counted through the "
                                    "batch, {} of each.",
                                    reading.extents[reading.tokens[1]]));
  if (reading.tokens.empty() && reading.head_count() > 1)
    run.notes.push_back(fmt::format("The {} rows are taken for heads of one token.", reading.head_count()));
  if (heads_asked_)
    run.notes.push_back(fmt::format("Of {} heads, {} alone are compared.", reading.head_count(), files_.heads));
  return run;
}

} // namespace ropescope
