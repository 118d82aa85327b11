#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "core/check/checked_files.h"
#include "core/io/npy.h"
#include "tests/axial_case.h"
#include "tests/scratch.h"

using namespace ropescope;
using test::Json;

namespace {

/// An array of a file's numbers; of `heads` heads of a token, where one spectrum spans them.
Array rows_of(const std::vector<double>& numbers, const test::AxialCase& golden, NumberFormat format, bool apart) {
  Array array; // 16 bits in a wider file, as kernels are often saved
  array.dtype = format == NumberFormat::float64 ? NumberFormat::float64 : NumberFormat::float32;
  const std::int64_t tokens = golden.shape.tokens, heads = apart ? golden.rope.layout.spanned_heads : 1;
  array.shape = {1, tokens, golden.shape.head_dim};
  if (heads > 1) array.shape = {1, tokens, heads, golden.shape.head_dim / heads};
  for (const double x : numbers)
    format == NumberFormat::float64 ? array.doubles.push_back(x)
                                    : array.floats.push_back(rounded(format, static_cast<float>(x)));
  return array;
}

struct Checked {
  Verdict verdict;
  std::string sentence;
};

/// A file of golden/axial as a kernel's files, checked.
Checked checked(const test::Scratch& scratch, const test::AxialCase& golden, const std::vector<double>& out,
                NumberFormat format, bool apart = false) {
  write_npy(scratch.path / "in.npy", rows_of(golden.q, golden, format, apart));
  write_npy(scratch.path / "out.npy", rows_of(out, golden, format, apart));
  const Positions positions = golden.of_rows();
  Array table;
  table.dtype = NumberFormat::float64;
  table.shape = {positions.axes, positions.tokens()};
  for (std::int64_t a = 0; a < positions.axes; ++a)
    for (std::int64_t t = 0; t < positions.tokens(); ++t) table.doubles.push_back(positions.value(a, t));
  if (positions.axes == 1) table.shape = {positions.tokens()};
  write_npy(scratch.path / "positions.npy", table);
  KernelFiles files;
  files.in = (scratch.path / "in.npy").string();
  files.out = (scratch.path / "out.npy").string();
  files.positions.file = (scratch.path / "positions.npy").string();
  files.token_axis = 1;
  Model model;
  LayerRope layer;
  layer.config = golden.rope;
  model.layers = {layer};
  const auto kernel = check_files(files, model, layer);
  return {kernel->finding.verdict, kernel->finding.sentence};
}

} // namespace

TEST_CASE("golden axial: check accepts the published code's rows of every class, in float32, float64 and 16 bits") {
  test::for_each_golden("axial", [](const Json& file) {
    const test::Scratch scratch;
    const test::AxialCase golden = test::axial_case(file);
    const Positions positions = golden.of_rows();
    const std::vector<double> exact = test::flat(file.at("out").at("float64")),
                              single = test::flat(file.at("out").at("float32"));
    const auto accepts = [&](const std::vector<double>& out, NumberFormat format, bool apart = false) {
      const Checked said = checked(scratch, golden, out, format, apart);
      CHECK_MESSAGE(said.verdict == Verdict::match,
                    golden.name << " in " << number_format_name(format) << ": " << said.sentence);
    };
    accepts(exact, NumberFormat::float64);
    accepts(single, NumberFormat::float32);
    accepts(exact, NumberFormat::bfloat16);
    accepts(exact, NumberFormat::float16);
    if (golden.rope.layout.spanned_heads > 1) accepts(single, NumberFormat::float32, true);
  });
}

TEST_CASE("golden axial: check finds the published rows wrong once one axis is at another position") {
  std::int64_t found = 0, files = 0, named = 0;
  test::for_each_golden("axial", [&](const Json& file) {
    test::AxialCase golden = test::axial_case(file);
    // The last axis that turns anything, one position further.
    const std::int64_t tokens = golden.positions.tokens(), axis = golden.positions.axes - 1;
    if (golden.rope.axes.times_axis >= 0) return; // its last axis multiplies the others
    const test::Scratch scratch;
    std::vector<double> values;
    for (std::int64_t a = 0; a < golden.positions.axes; ++a)
      for (std::int64_t t = 0; t < tokens; ++t) values.push_back(golden.positions.value(a, t) + (a == axis ? 1 : 0));
    golden.positions = positions_of(golden.positions.axes, values);
    const Checked said = checked(scratch, golden, test::flat(file.at("out").at("float32")), NumberFormat::float32);
    ++files;
    found += said.verdict == Verdict::mismatch;
    const bool tells = said.sentence.find("subtracts 1") != std::string::npos;
    named += tells;
    CHECK_MESSAGE(said.verdict == Verdict::mismatch, golden.name << ": " << said.sentence);
    if (!tells) MESSAGE(golden.name << ": " << said.sentence);
  });
  MESSAGE(named << " of " << files << " named");
  CHECK(found == files);
  CHECK(10 * named >= 9 * files);
}
