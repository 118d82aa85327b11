#include "core/check/kernel_arrays.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <iterator>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/check/basics/first_where.h"
#include "core/check/rearrange.h"
#include "core/error.h"
#include "core/io/raw.h"
#include "core/io/tensor_file.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

using Shape = std::vector<std::int64_t>;

struct Rows {
  Array array;
  bool complex = false;
};

/// `dtype` with a shape is a raw file's; without one it says what an array's integers or bytes stand for.
Rows read_rows(const std::string& file, const KernelFiles& files) {
  Rows rows;
  if (!files.dtype.empty() && !files.shape.empty()) {
    rows.array = read_raw(file, files.dtype, files.shape);
    return rows;
  }
  const auto bits = number_format_from_name(files.dtype);
  if (!files.dtype.empty() && !bits)
    throw Error(
        fmt::format("dtype {}: expected float64, float32, float16, bfloat16, float8_e4m3 or float8_e5m2", files.dtype));
  rows.array = read_array(file, "", {.bits = bits, .complex = &rows.complex});
  if (bits && rows.array.dtype != bits)
    throw Error(fmt::format("{}: holds {}, expected {} or as many bytes or integers of its width", file,
                            rows.array.dtype ? number_format_name(*rows.array.dtype) : "integers of another width",
                            files.dtype));
  if (rows.array.holds_integers())
    throw Error(fmt::format("{}: holds integers, expected float64, float32, float16 or bfloat16", file));
  return rows;
}

/// Several heads in one axis, [… , heads · head_dim], become [… , heads, head_dim]; returns how many, 1 where the last
/// axis is a head already or is none.
std::int64_t split_heads(Array& array, const HeadLayout& layout) {
  const std::int64_t whole = layout.head_dim + layout.nope_dim;
  const std::size_t rank = array.shape.size();
  // [batch, heads, tokens, 128] of a model whose heads have 64 is another model's; queries, keys and values may stand
  // beside each other before a fused axis.
  if (rank > 4 || (rank == 4 && array.shape[2] > 3)) return 1;
  if (rank < 2 || array.shape.back() == layout.head_dim || array.shape.back() == whole) return 1;
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

/// Rows of single heads, of which one spectrum spans several: those of a token become one row, wherever the axis of
/// heads lies.
bool join_heads(Array& array, const HeadLayout& layout) {
  const std::int64_t heads = layout.spanned_heads;
  const std::size_t rank = array.shape.size();
  if (heads == 1 || rank < 2 || array.shape.back() * heads != layout.head_dim) return false;
  const std::int64_t width = array.shape.back();
  std::size_t axis = rank - 2;
  for (std::size_t a = 0; array.shape[axis] != heads && a + 2 < rank; ++a)
    if (array.shape[a] == heads) axis = a;
  if (array.shape[axis] != heads) return false;
  if (axis != rank - 2) {
    const Shape extents(array.shape.begin(), array.shape.end() - 1);
    std::vector<std::size_t> order;
    std::vector<std::vector<std::int64_t>> all;
    Shape shape;
    for (std::size_t a = 0; a < extents.size(); ++a) {
      if (a != axis) order.push_back(a), shape.push_back(extents[a]);
      all.emplace_back(static_cast<std::size_t>(extents[a]));
      std::iota(all.back().begin(), all.back().end(), std::int64_t{0});
    }
    order.push_back(axis);
    array = rearranged(array, extents, width, order, all);
    array.shape = std::move(shape);
  } else {
    array.shape.resize(rank - 2);
  }
  array.shape.push_back(heads * width);
  return true;
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
      if (exchanged == in && (in[a] > 1 || in[b] > 1)) found.emplace_back(a, b);
    }
  return found;
}

/// Both files at once: most of the time goes into memory that the system gives page by page. What is wrong with the
/// input is said before what is wrong with the output.
void read_both(const KernelFiles& files, Rows& input, Rows& output) {
  std::exception_ptr wrong[2];
  in_parallel(2, 0, [&](std::size_t n) {
    try {
      (n == 0 ? input : output) = read_rows(n == 0 ? files.in : files.out, files);
    } catch (...) {
      wrong[n] = std::current_exception();
    }
  });
  for (const std::exception_ptr& error : wrong)
    if (error) std::rethrow_exception(error);
}

bool finite_row(const Array& array, std::int64_t row) {
  const std::int64_t width = array.shape.back();
  for (std::int64_t n = row * width; n < (row + 1) * width; ++n)
    if (!std::isfinite(array.number(n))) return false;
  return true;
}

/// Padding is often not finite, and nothing is right of it: such rows of the input become zeros, which tell nothing,
/// in both arrays. All of them, or rows that may lie elsewhere in the output, are left as they are.
void leave_out_not_finite(KernelArrays& arrays) {
  const auto not_finite = [](auto x) { return !std::isfinite(x); };
  const auto first = arrays.same_shape && !arrays.in.shape.empty() ? first_where(arrays.in, not_finite) : std::nullopt;
  if (!first) return;
  const std::int64_t width = arrays.in.shape.back(), rows = arrays.in.size() / width;
  std::vector<std::int64_t> out;
  for (std::int64_t row = *first / width; row < rows; ++row) {
    if (finite_row(arrays.in, row)) continue;
    if (!arrays.exchanged.empty() && finite_row(arrays.out, row)) return;
    out.push_back(row);
  }
  if (static_cast<std::int64_t>(out.size()) == rows) return;
  for (Array* array : {&arrays.in, &arrays.out})
    for (const std::int64_t row : out)
      array->dtype == NumberFormat::float64 ? void(std::fill_n(array->doubles.begin() + row * width, width, 0))
                                            : void(std::fill_n(array->floats.begin() + row * width, width, 0.0F));
  arrays.notes.push_back(fmt::format("{} of {} rows of the input hold a number that is not finite (the first at index "
                                     "{}): they are left out.",
                                     out.size(), rows, *first));
}

} // namespace

KernelArrays read_kernel_arrays(const KernelFiles& files, const HeadLayout& layout) {
  KernelArrays arrays;
  Rows input, output;
  read_both(files, input, output);
  arrays.complex = input.complex;
  if (input.complex || output.complex)
    arrays.notes.push_back(
        "The numbers are complex: each is a pair, so that neighbours pair, whatever the model's layout.");
  arrays.in = std::move(input.array);
  arrays.out = std::move(output.array);
  if (join_heads(arrays.in, layout) && join_heads(arrays.out, layout))
    arrays.notes.push_back(
        fmt::format("The {} heads of a token are one row: one spectrum runs over them.", layout.spanned_heads));
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
  arrays.same_shape = arrays.in.shape == arrays.out.shape;
  arrays.exchanged = exchanges(arrays.in.shape, arrays.out.shape);
  if (!arrays.same_shape && arrays.exchanged.empty())
    throw Error(fmt::format("{} has shape ({}) and {} has ({}), expected the same, or two axes before the last "
                            "exchanged",
                            files.in, fmt::join(in, ", "), files.out, fmt::join(out, ", ")));
  leave_out_not_finite(arrays);
  return arrays;
}

} // namespace ropescope
