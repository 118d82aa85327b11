#include "core/check/kernel_arrays.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/raw.h"
#include "core/io/tensor_file.h"

namespace ropescope {

namespace {

using Shape = std::vector<std::int64_t>;

Array read_rows(const std::string& file, const KernelFiles& files) {
  Array array = files.dtype.empty() ? read_array(file) : read_raw(file, files.dtype, files.shape);
  if (array.holds_integers())
    throw Error(fmt::format("{}: holds integers, expected float64, float32, float16 or bfloat16", file));
  return array;
}

/// Several heads in one axis, [… , heads · head_dim], become [… , heads, head_dim]; returns how many, 1 where the last
/// axis is a head already or is none.
std::int64_t split_heads(Array& array, const HeadLayout& layout) {
  const std::int64_t whole = layout.head_dim + layout.nope_dim;
  if (array.shape.size() < 2 || array.shape.back() == layout.head_dim || array.shape.back() == whole) return 1;
  // Whole heads first: 64 components that turn, behind 128 that do not, divide three times as many rows.
  for (const std::int64_t width : {whole, layout.head_dim}) {
    const std::int64_t heads = array.shape.back() / width;
    if (heads < 2 || array.shape.back() % width != 0) continue;
    array.shape.back() = heads;
    array.shape.push_back(width);
    return heads;
  }
  return 1;
}

Shape without_ones(const Shape& shape) {
  Shape rest;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(rest), [](std::int64_t extent) { return extent != 1; });
  return rest;
}

/// The pairs of axes before the last that, exchanged, make one shape the other.
std::vector<std::pair<std::size_t, std::size_t>> exchanges(const Shape& in, const Shape& out) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  if (in.size() != out.size()) return found;
  for (std::size_t a = 0; a + 1 < in.size(); ++a)
    for (std::size_t b = a + 1; b + 1 < in.size(); ++b) {
      Shape exchanged = out;
      std::swap(exchanged[a], exchanged[b]);
      if (exchanged == in) found.emplace_back(a, b);
    }
  return found;
}

} // namespace

KernelArrays read_kernel_arrays(const KernelFiles& files, const HeadLayout& layout) {
  KernelArrays arrays;
  arrays.in = read_rows(files.in, files);
  arrays.out = read_rows(files.out, files);
  arrays.file_axes = arrays.in.shape.size();
  const Shape in = arrays.in.shape, out = arrays.out.shape;
  const std::int64_t heads = split_heads(arrays.in, layout);
  split_heads(arrays.out, layout);
  if (heads > 1) {
    arrays.split = true;
    arrays.notes.push_back(fmt::format("The last axis of {} numbers is taken as {} heads of {}.", in.back(), heads,
                                       arrays.in.shape.back()));
  }
  // A batch of one that is there in one file alone changes no number.
  if (arrays.in.shape != arrays.out.shape && without_ones(arrays.in.shape) == without_ones(arrays.out.shape) &&
      arrays.in.shape.size() != arrays.out.shape.size())
    arrays.out.shape = arrays.in.shape;
  if (arrays.in.shape == arrays.out.shape) return arrays;
  arrays.exchanged = exchanges(arrays.in.shape, arrays.out.shape);
  if (arrays.exchanged.empty())
    throw Error(fmt::format("{} has shape ({}) and {} has ({}), expected the same, or two axes before the last "
                            "exchanged",
                            files.in, fmt::join(in, ", "), files.out, fmt::join(out, ", ")));
  return arrays;
}

} // namespace ropescope
