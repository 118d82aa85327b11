#include "core/gguf/layout.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ropescope::gguf {

namespace {

/// ggml's IMROPE turns by the fourth position what its sections leave over: ggml-cpu/ops.cpp, ggml_mrope_cache_init.
void warn_of_fourth_axis(const RopeConfig& rope, Metadata& metadata) {
  std::int64_t left_over = 0, sections[3] = {};
  std::copy_n(rope.axes.mrope_section.begin(), std::min<std::size_t>(3, rope.axes.mrope_section.size()), sections);
  for (std::int64_t pair = 0; pair < std::min<std::int64_t>(pair_count(rope), greatest_dimension); ++pair)
    // Pair i belongs to axis i % 3 while that axis's section has pairs left. Clamped, as numbers out of a file could
    // overflow times 3.
    left_over += pair >= 3 * std::min<std::int64_t>(sections[pair % 3], greatest_dimension);
  if (left_over > 0)
    metadata.warn(
        fmt::format("{} pairs beyond rope.dimension_sections turn by t here, as in Hugging Face; llama.cpp turns them "
                    "by a fourth position, which is 0 in text",
                    left_over));
}

void set_sections(RopeConfig& rope, Metadata& metadata) {
  const GgufRope mode = metadata.code().rope;
  auto sections = metadata.integers("rope.dimension_sections").value_or(std::vector<std::int64_t>{});
  const std::string name = metadata.key("rope.dimension_sections");
  // Trailing zeros stand for axes that the model has not: Qwen2-VL's file holds four numbers, its model three axes.
  while (!sections.empty() && sections.back() == 0) sections.pop_back();
  if (sections.size() > 4 ||
      std::any_of(sections.begin(), sections.end(), [](std::int64_t s) { return s < 0 || s > greatest_dimension; }))
    metadata.refuse(fmt::format(
        "{} is [{}], expected at most four numbers of pairs", name,
        fmt::join(sections.begin(), sections.begin() + std::min<std::ptrdiff_t>(5, std::ssize(sections)), ", ")));
  const bool always = mode == GgufRope::mrope || mode == GgufRope::imrope;
  if (always && sections.empty())
    metadata.refuse(fmt::format("no {} in it, which architecture \"{}\" needs", name, metadata.architecture()));
  // Of the architectures that have sections in some models: llama.cpp looks at the first two.
  if (!always && !(sections.size() > 1 && sections[0] > 0 && sections[1] > 0)) return;
  // Every mode with sections pairs halves, also of an architecture that is interleaved without them.
  rope.layout.pairs = {};
  rope.axes.rule = mode == GgufRope::imrope ? AxisRule::sections_interleaved : AxisRule::sections;
  rope.axes.mrope_section = std::move(sections);
  if (mode == GgufRope::imrope) warn_of_fourth_axis(rope, metadata);
}

} // namespace

void set_dimensions(RopeConfig& rope, Metadata& metadata) {
  HeadLayout& head = rope.layout;
  const auto length = metadata.dimension("attention.key_length"), width = metadata.integer("embedding_length");
  const auto heads = metadata.any_integer("attention.head_count");
  if (!length && !(width && heads))
    metadata.refuse(fmt::format("no {0}.attention.key_length in it, and no {0}.embedding_length with "
                                "{0}.attention.head_count to divide",
                                metadata.architecture()));
  if (!length && *heads < 1)
    metadata.refuse(fmt::format("{} is {}, expected at least 1", metadata.key("attention.head_count"), *heads));
  // As llama.cpp does: the stated length, else the width over the heads.
  head.head_dim = length ? *length : *width / *heads;
  head.rotary_dim = metadata.dimension("rope.dimension_count").value_or(head.head_dim);
  if (metadata.code().half_without_window) head.rotary_dim /= 2;
  if (metadata.code().decoupled) { // what turns is a head apart, the rest of a query's components lie before it
    const std::int64_t whole = metadata.dimension("attention.key_length_mla").value_or(head.head_dim);
    head.nope_dim = whole - head.rotary_dim;
    head.head_dim = head.rotary_dim;
  }
  if (head.rotary_dim > head.head_dim || head.nope_dim < 0)
    metadata.refuse(fmt::format("{} is {}, expected at most the head's {}", metadata.key("rope.dimension_count"),
                                head.rotary_dim, head.head_dim + head.nope_dim));
}

void set_layout(RopeConfig& rope, Metadata& metadata) {
  const GgufRope mode = metadata.code().rope;
  if (mode == GgufRope::normal || mode == GgufRope::normal_or_mrope)
    rope.layout.pairs.pairing = rope.layout.pairs.output = Pairing::interleaved;
  // Others may have sections. An architecture that nobody knows is read as if it might.
  if (mode != GgufRope::normal && mode != GgufRope::neox) set_sections(rope, metadata);
}

std::vector<std::int64_t> head_counts(Metadata& metadata) {
  std::vector<std::int64_t> counts;
  for (const char* key : {"attention.head_count", "attention.head_count_kv"})
    if (const auto count = metadata.any_integer(key).value_or(0); count > 0 && (counts.empty() || counts[0] != count))
      counts.push_back(count);
  return counts;
}

} // namespace ropescope::gguf
