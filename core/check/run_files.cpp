#include "core/check/run_files.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/raw.h"
#include "core/io/row_shape.h"
#include "core/io/tensor_file.h"

namespace ropescope {

namespace {

Array read_rows(const std::string& file, const KernelFiles& files) {
  Array array = files.dtype.empty() ? read_array(file) : read_raw(file, files.dtype, files.shape);
  if (array.holds_integers())
    throw Error(fmt::format("{}: holds integers, expected float64, float32, float16 or bfloat16", file));
  return array;
}

/// Heads of queries and of keys, where the model's file says; to tell heads from tokens.
std::vector<std::int64_t> head_counts(const std::string& config) {
  std::vector<std::int64_t> counts;
  if (config.empty()) return counts;
  // Bytes; a config is a few thousand, and a GGUF file is not read for this.
  constexpr std::uintmax_t greatest = std::uintmax_t{1} << 26;
  try {
    const auto json = nlohmann::json::parse(read_file(config, greatest), nullptr, false);
    for (const char* part : {"", "text_config"}) {
      const auto& of = *part && json.is_object() && json.contains(part) ? json[part] : json;
      if (!of.is_object()) continue;
      for (const char* key : {"num_attention_heads", "num_key_value_heads", "n_head"})
        if (of.contains(key) && of[key].is_number_integer()) counts.push_back(of[key]);
    }
  } catch (const Error&) { // a GGUF file beyond that
  }
  return counts;
}

/// Which axis counts the tokens: that asked for, or the only one that can.
std::int64_t find_token_axis(const Array& array, const KernelFiles& files) {
  const auto rank = static_cast<std::int64_t>(array.shape.size());
  if (files.token_axis) return *files.token_axis;
  // [tokens, head_dim], or one row.
  if (rank <= 2) return 0;
  const auto extent = [&](std::int64_t axis) { return array.shape[static_cast<std::size_t>(axis)]; };
  std::vector<std::int64_t> possible;
  // Each reason narrows the choice where it leaves one.
  const auto keep = [&](auto holds) {
    std::vector<std::int64_t> kept;
    std::copy_if(possible.begin(), possible.end(), std::back_inserter(kept), holds);
    if (!kept.empty()) possible = kept;
  };
  const auto known = files.positions.count();
  for (std::int64_t axis = 0; axis < rank - 1; ++axis)
    if (known ? extent(axis) == *known : axis >= rank - 3) possible.push_back(axis);
  if (known && possible.empty())
    throw Error(fmt::format("{}: shape ({}) has no axis of the {} tokens that there are positions for", files.in,
                            fmt::join(array.shape, ", "), *known));
  if (possible.size() > 1) keep([&](std::int64_t axis) { return extent(axis) > 1; });
  const std::vector<std::int64_t> heads = head_counts(files.config);
  const auto counts_heads = [&](std::int64_t axis) {
    return std::find(heads.begin(), heads.end(), extent(axis)) != heads.end();
  };
  if (possible.size() > 1) keep([&](std::int64_t axis) { return !counts_heads(axis); });
  // More heads than this has no model whose head count is not told; more tokens most runs have.
  constexpr std::int64_t most_heads = 128;
  if (possible.size() > 1) keep([&](std::int64_t axis) { return extent(axis) > most_heads; });
  if (possible.size() == 1) return possible.front();
  throw AmbiguousTokenAxis(
      fmt::format("{}: shape ({}), and axes {} may each count the tokens: expected to be told which", files.in,
                  fmt::join(array.shape, ", "), fmt::join(possible, " and ")),
      possible);
}

/// Extent of the axis of heads, 1 where there is none.
std::int64_t count_heads(const Array& array, std::int64_t token_axis) {
  const auto rank = static_cast<std::int64_t>(array.shape.size());
  if (rank < 3) return 1;
  const std::int64_t axis = token_axis < 0 ? rank + token_axis : token_axis;
  // The axis next to the last, unless that counts tokens: then the one before it.
  return array.shape[static_cast<std::size_t>(axis == rank - 2 ? rank - 3 : rank - 2)];
}

} // namespace

KernelRun read_kernel_run(const KernelFiles& files, const Model& model, const LayerRope& layer) {
  KernelRun run;
  run.rope = layer.config;
  files.positions.set_grid(run.rope);
  // A kernel may have taken another layer's frequencies.
  for (const LayerRope& other : model.layers)
    if (other.layer_type != layer.layer_type) run.other_layers.push_back(other);
  run.out_name = std::filesystem::path(files.out).filename().string();
  run.in = read_rows(files.in, files);
  run.out = read_rows(files.out, files);
  if (run.in.shape != run.out.shape)
    throw Error(fmt::format("{} has shape ({}) and {} has ({}), expected the same", files.in,
                            fmt::join(run.in.shape, ", "), files.out, fmt::join(run.out.shape, ", ")));
  const std::int64_t token_axis = find_token_axis(run.in, files);
  run.shape = row_shape(run.in, token_axis, run.rope, files.in);
  run.heads = count_heads(run.in, token_axis);
  run.positions = files.positions.read(run.rope, run.shape.tokens, files.in);
  run.seq_len = files.seq_len;
  run.rope.layout.pairs = layout_named(files.layout, run.rope.layout.pairs);
  // Whole heads of DeepSeek's models: the part that turns comes after the part that does not.
  if (run.shape.head_dim != run.rope.layout.head_dim) run.rope.layout.pairs.offset = run.rope.layout.nope_dim;
  const Spectrum spectrum = make_spectrum(run.rope, run.length());
  const auto axes = pair_axes(run.rope, run.positions.axes);
  // Now, and not at the first rotation: an odd rotary_dim or positions too far out are the user's to mend.
  validate({.turns = spectrum.turns, .layout = run.rope.layout.pairs, .pair_axis = axes, .positions = run.positions},
           run.shape, spectrum.rotary_dim);
  return run;
}

std::string without_tensor_name(const std::string& path) {
  std::error_code ignored;
  const std::size_t colon = path.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(path, ignored)) return path;
  return path.substr(0, colon);
}

} // namespace ropescope
