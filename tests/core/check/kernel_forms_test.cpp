#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/check/checked_files.h"
#include "core/io/npy.h"
#include "core/io/tensor_file.h"
#include "tests/core/check/plain_kernel.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

using At = std::vector<std::int64_t>;

constexpr std::int64_t head_dim = 32;

/// A kernel's files in a folder of their own, and how they are judged.
struct Files {
  test::Scratch scratch;
  KernelFiles files;
  LayerRope layer;

  Files() {
    files.in = (scratch.path / "q.npy").string();
    files.out = (scratch.path / "out.npy").string();
    layer.config.layout.head_dim = layer.config.layout.rotary_dim = head_dim;
  }
  void write(const test::PlainRows& rows) const {
    write_npy(files.in, rows.in);
    write_npy(files.out, rows.out);
  }
  void positions(const At& shape, const At& ids) {
    Array array;
    array.dtype.reset();
    array.shape = shape;
    array.integers = ids;
    files.positions.file = (scratch.path / "p.npy").string();
    write_npy(files.positions.file, array);
  }
  std::shared_ptr<const CheckedKernel> check() const {
    Model model;
    model.head_counts = {4};
    model.layers = {layer};
    return check_files(files, model, layer);
  }
  /// "match", or the first cause.
  std::string cause() const {
    const auto checked = check();
    return std::string(checked->finding.causes.front().name());
  }
  std::string refusal() const {
    try {
      return "judged: " + cause();
    } catch (const Error& error) {
      return error.what();
    }
  }
};

/// Positions of rows of a batch that is padded at the left: −5 … would be clamped to 0.
At padded(std::int64_t batch, std::int64_t tokens) {
  At ids;
  for (std::int64_t row = 0; row < batch; ++row)
    for (std::int64_t token = 0; token < tokens; ++token) ids.push_back(std::max<std::int64_t>(0, token - 7 * row));
  return ids;
}

} // namespace

TEST_CASE("positions of each row of a batch are taken however the axes of the array lie") {
  constexpr std::int64_t batch = 3, tokens = 20, heads = 4;
  const At ids = padded(batch, tokens);
  const auto of = [&](std::int64_t row, std::int64_t token) {
    return static_cast<double>(ids[static_cast<std::size_t>(row * tokens + token)]);
  };
  for (const std::string axes : {"BTH", "BHT", "TBH", "BT", "TB"})
    for (const double wrong : {0.0, 1.0}) {
      CAPTURE(axes);
      Files kernel;
      At extents;
      for (const char axis : axes) extents.push_back(axis == 'B' ? batch : axis == 'T' ? tokens : heads);
      kernel.write(test::plain_rows(extents, head_dim, [&](const At& at, std::int64_t) {
        return of(at[axes.find('B')], at[axes.find('T')]) + wrong;
      }));
      kernel.positions({batch, tokens}, ids);
      CHECK(kernel.cause() == (wrong == 0 ? "match" : "position_offset"));
      CHECK(kernel.check()->run.token_axis == static_cast<std::int64_t>(axes.find('T')));
    }
}

TEST_CASE("positions that all rows share, of one token a row, and of a flattened batch are taken") {
  const auto by_token = [](const At& at, std::int64_t) { return static_cast<double>(3 * at[1]); };
  Files kernel;
  kernel.write(test::plain_rows({2, 20, 4}, head_dim, by_token));
  At ids(20);
  for (std::int64_t t = 0; t < 20; ++t) ids[static_cast<std::size_t>(t)] = 3 * t;
  kernel.positions({20}, ids);
  CHECK(kernel.cause() == "match");
  kernel.positions({1, 20}, ids);
  CHECK(kernel.cause() == "match");
  At twice = ids;
  twice.insert(twice.end(), ids.begin(), ids.end());
  kernel.positions({2, 20}, twice);
  CHECK(kernel.cause() == "match");
  kernel.positions({40}, twice);
  CHECK(kernel.cause() == "match");
  kernel.positions({2, 19}, At(38, 1));
  CHECK(kernel.refusal().find("(2, 19)") != std::string::npos);
  // A step of decoding, each row at its own position.
  const At steps{17, 4711, 3, 900, 12};
  kernel.write(test::plain_rows({5, 4, 1}, head_dim, [&](const At& at, std::int64_t) {
    return static_cast<double>(steps[static_cast<std::size_t>(at[0])]);
  }));
  kernel.positions({5, 1}, steps);
  CHECK(kernel.cause() == "match");
  kernel.positions({5}, steps);
  CHECK(kernel.cause() == "match");
}

TEST_CASE("positions may be a list, or whole numbers in floating point, and no fractions") {
  Files kernel;
  kernel.write(test::plain_rows({3, 4}, head_dim, [](const At& at, std::int64_t) {
    return at[0] == 0 ? 0.0 : at[0] == 1 ? 1.0 : 5.0;
  }));
  kernel.files.positions.file = "0,1,5";
  CHECK(kernel.cause() == "match");
  kernel.files.positions.file = "0,1,6";
  CHECK(kernel.cause() != "match");
  for (const std::string words : {"0,1", "0,,5", "0,1,5,", "1-5", "0,1,99999999999999999999"}) {
    kernel.files.positions.file = words;
    CAPTURE(words);
    CHECK(kernel.refusal().find("judged") == std::string::npos);
  }
  Array floats;
  floats.shape = {3};
  floats.floats = {0, 1, 5};
  kernel.files.positions.file = (kernel.scratch.path / "p.npy").string();
  write_npy(kernel.files.positions.file, floats);
  CHECK(kernel.cause() == "match");
  floats.floats[2] = 4.5;
  write_npy(kernel.files.positions.file, floats);
  CHECK(kernel.refusal().find("no whole number") != std::string::npos);
}

TEST_CASE("under M-RoPE a file of three rows is axes or a batch, as the data say") {
  constexpr std::int64_t tokens = 24, heads = 2;
  const auto mrope = [](Files& kernel) {
    kernel.layer.config.axes.rule = AxisRule::sections;
    kernel.layer.config.axes.mrope_section = {4, 6, 6};
  };
  // Of each axis, of a picture in the middle.
  At ids;
  for (std::int64_t axis = 0; axis < 3; ++axis)
    for (std::int64_t t = 0; t < tokens; ++t)
      ids.push_back(t < 8 ? t : axis == 0 ? 8 : axis == 1 ? 8 + t / 4 : 8 + t % 4);
  const auto axis_of = [](std::int64_t pair) { return pair < 4 ? 0 : pair < 10 ? 1 : 2; };
  const auto of_axes = [&](std::int64_t t, std::int64_t pair) {
    return static_cast<double>(ids[static_cast<std::size_t>(axis_of(pair) * tokens + t)]);
  };
  Files kernel;
  mrope(kernel);
  kernel.write(test::plain_rows({3, tokens, heads}, head_dim,
                                [&](const At& at, std::int64_t pair) { return of_axes(at[1], pair); }));
  for (const At& shape : {At{3, tokens}, At{3, 1, tokens}}) {
    kernel.positions(shape, ids);
    CHECK(kernel.cause() == "match");
    CHECK(kernel.check()->run.positions.axes == 3);
  }
  const At batch = padded(3, tokens);
  kernel.write(test::plain_rows({3, tokens, heads}, head_dim, [&](const At& at, std::int64_t) {
    return static_cast<double>(batch[static_cast<std::size_t>(at[0] * tokens + at[1])]);
  }));
  kernel.positions({3, tokens}, batch);
  CHECK(kernel.cause() == "match");
  CHECK(kernel.check()->run.positions.axes == 1);
  // Axes, and rows of their own.
  At both;
  for (std::int64_t axis = 0; axis < 3; ++axis)
    for (std::int64_t row = 0; row < 2; ++row)
      for (std::int64_t t = 0; t < tokens; ++t)
        both.push_back(ids[static_cast<std::size_t>(axis * tokens + t)] + 5 * row);
  kernel.write(test::plain_rows({2, heads, tokens}, head_dim, [&](const At& at, std::int64_t pair) {
    return of_axes(at[2], pair) + static_cast<double>(5 * at[0]);
  }));
  kernel.positions({3, 2, tokens}, both);
  CHECK(kernel.cause() == "match");
}

TEST_CASE("a backward kernel is right where it turns the other way, and only if that was asked for") {
  for (const double sign : {1.0, -1.0}) {
    Files kernel;
    kernel.write(test::plain_rows({2, 40, 4}, head_dim,
                                  [&](const At& at, std::int64_t) { return sign * static_cast<double>(at[1]); }));
    CHECK(kernel.cause() == (sign > 0 ? "match" : "inverse_rotation"));
    kernel.files.inverse = true;
    CHECK(kernel.cause() == (sign < 0 ? "match" : "inverse_rotation"));
  }
  Files kernel;
  kernel.files.inverse = true;
  kernel.write(test::plain_rows({2, 40, 4}, head_dim,
                                [&](const At& at, std::int64_t) { return -static_cast<double>(at[1] + 1); }));
  CHECK(kernel.check()->finding.sentence == "The kernel adds 1 to every position.");
}

TEST_CASE("heads that are left out do not count, in a fused array, a packed one and one of heads first") {
  // Queries and keys turn, values do not.
  const auto turn = [](std::int64_t token, bool turns) { return turns ? static_cast<double>(token) : 0.0; };
  Files fused;
  test::PlainRows rows =
      test::plain_rows({2, 40, 6}, head_dim, [&](const At& at, std::int64_t) { return turn(at[1], at[2] < 4); });
  rows.in.shape = rows.out.shape = {2, 40, 6 * head_dim};
  fused.write(rows);
  CHECK(fused.cause() == "heads_not_rotated");
  fused.files.heads = "0-3";
  CHECK(fused.cause() == "match");
  CHECK(fused.check()->run.heads == 4);
  CHECK(fused.check()->run.notes.size() == 2);
  fused.files.heads = "4-5";
  CHECK(fused.cause() == "not_rotated");
  for (const std::string words : {"0-6", "3-2", "-1", "a", "0-", "99999999999999999999"}) {
    fused.files.heads = words;
    CAPTURE(words);
    CHECK(fused.refusal().find("heads") == 0);
  }
  // More heads than there are, so that another axis would have to be the heads'.
  fused.write(
      test::plain_rows({2, 40, 4}, head_dim, [](const At& at, std::int64_t) { return static_cast<double>(at[1]); }));
  fused.files.heads = "0-9";
  CHECK(fused.refusal().find("heads 0-9") != std::string::npos);
  Files packed;
  packed.write(
      test::plain_rows({2, 40, 3, 4}, head_dim, [&](const At& at, std::int64_t) { return turn(at[1], at[2] < 2); }));
  const auto checked = packed.check();
  CHECK(checked->finding.causes.front().name() == "heads_not_rotated");
  CHECK(checked->finding.sentence.find("8") != std::string::npos); // 8 to 11: the third of queries, keys and values
  packed.files.heads = "0-7";
  CHECK(packed.cause() == "match");
  Files first;
  first.write(
      test::plain_rows({2, 6, 40}, head_dim, [&](const At& at, std::int64_t) { return turn(at[2], at[1] < 4); }));
  first.files.heads = "0-3";
  CHECK(first.cause() == "match");
}

TEST_CASE("the last axis is taken apart where it can hold fused heads, and heads of another size are refused") {
  const auto by_token = [](const At& at, std::int64_t) { return static_cast<double>(at[at.size() - 2]); };
  Files kernel;
  test::PlainRows rows = test::plain_rows({40, 4}, head_dim, by_token);
  rows.in.shape = rows.out.shape = {40, 4 * head_dim};
  kernel.write(rows);
  CHECK(kernel.cause() == "match");
  // The output in heads, the input fused.
  rows.out.shape = {40, 4, head_dim};
  kernel.write(rows);
  CHECK(kernel.cause() == "match");
  rows = test::plain_rows({2, 3, 40}, 2 * head_dim, by_token);
  rows.in.shape = rows.out.shape = {1, 2, 3 * 40, 2 * head_dim};
  kernel.write(rows);
  CHECK(kernel.refusal().find("expected a last axis of 32") != std::string::npos);
  rows.in.shape = rows.out.shape = {2 * 3 * 40 * 4, 16};
  kernel.write(rows);
  CHECK(kernel.refusal().find("expected a last axis of 32") != std::string::npos);
}

TEST_CASE("a dtype that an array cannot have is refused, and never passed over") {
  Files kernel;
  kernel.write(
      test::plain_rows({2, 40, 4}, head_dim, [](const At& at, std::int64_t) { return static_cast<double>(at[1]); }));
  kernel.files.dtype = "float32";
  CHECK(kernel.cause() == "match");
  for (const std::string dtype : {"float8_e4m3", "bfloat16", "float64", "int8"}) {
    kernel.files.dtype = dtype;
    CAPTURE(dtype);
    CHECK(kernel.refusal().find("judged") == std::string::npos);
  }
}

TEST_CASE("an output that lies otherwise than the input is compared as it lies, where that explains it") {
  for (const std::int64_t tokens : {40, 4}) { // the shape tells, and does not
    CAPTURE(tokens);
    Files kernel;
    test::PlainRows rows = test::plain_rows({2, tokens, 4}, head_dim,
                                            [](const At& at, std::int64_t) { return static_cast<double>(at[1]); });
    const std::vector<float> straight = rows.out.floats;
    for (std::int64_t b = 0; b < 2; ++b)
      for (std::int64_t t = 0; t < tokens; ++t)
        for (std::int64_t h = 0; h < 4; ++h)
          for (std::int64_t j = 0; j < head_dim; ++j)
            rows.out.floats[static_cast<std::size_t>(((b * 4 + h) * tokens + t) * head_dim + j)] =
                straight[static_cast<std::size_t>(((b * tokens + t) * 4 + h) * head_dim + j)];
    rows.out.shape = {2, 4, tokens, head_dim};
    kernel.write(rows);
    kernel.files.token_axis = 1;
    if (tokens == 4) { // such rows a kernel leaves too that writes its heads to the wrong places
      CHECK(kernel.refusal().find("agrees if its axes 1 and 2 are exchanged") != std::string::npos);
      continue;
    }
    CHECK(kernel.cause() == "match");
    CHECK(kernel.check()->run.notes.size() == 1);
  }
  Files kernel;
  test::PlainRows rows =
      test::plain_rows({2, 40, 4}, head_dim, [](const At& at, std::int64_t) { return static_cast<double>(at[1]); });
  rows.out.shape = {2, 10, 16, head_dim};
  kernel.write(rows);
  CHECK(kernel.refusal().find("(2, 10, 16, 32)") != std::string::npos);
}

TEST_CASE("one decoded token whose axis stands elsewhere in the output is compared as it lies") {
  Files kernel;
  test::PlainRows rows = test::plain_rows({2, 1, 8}, head_dim, [](const At&, std::int64_t) { return 41.0; });
  rows.out.shape = {2, 8, 1, head_dim};
  kernel.write(rows);
  kernel.files.token_axis = 1;
  kernel.files.positions.offset = 41;
  CHECK(kernel.cause() == "match");
}

TEST_CASE("tables of cos and sin are judged alone, once or twice in a row") {
  constexpr std::int64_t tokens = 50, pairs = head_dim / 2;
  for (const std::string form : {"once", "halves", "neighbours"})
    for (const double base : {10000.0, 500000.0}) {
      CAPTURE(form);
      Array cos;
      cos.shape = {1, tokens, form == "once" ? pairs : 2 * pairs};
      Array sin = cos;
      for (std::int64_t t = 0; t < tokens; ++t)
        for (std::int64_t j = 0; j < cos.shape.back(); ++j) {
          const std::int64_t i = form == "neighbours" ? j / 2 : j % pairs;
          const double angle = static_cast<double>(t) * std::pow(base, -static_cast<double>(i) / pairs);
          cos.floats.push_back(static_cast<float>(std::cos(angle)));
          sin.floats.push_back(static_cast<float>(std::sin(angle)));
        }
      Files kernel;
      kernel.files.tables = true;
      kernel.write({cos, sin});
      CHECK(kernel.cause() == (base == 10000 ? "match" : "base"));
    }
  Files kernel;
  kernel.files.tables = true;
  Array odd;
  odd.shape = {tokens, 3};
  odd.floats.assign(3 * tokens, 1);
  kernel.write({odd, odd});
  CHECK(kernel.refusal().find("16") != std::string::npos);
}

TEST_CASE("rows whose input is not finite are left out and said, and the others are judged") {
  for (const std::int64_t shift : {0, 3})
    for (const bool written : {false, true}) {
      Files files;
      test::PlainRows rows = test::plain_rows(
          {4, 40}, head_dim, [&](const At& at, std::int64_t) { return static_cast<double>(at[1] + shift); });
      // Three tokens of padding of head 2, one number of each; the kernel writes something or the same.
      for (std::size_t token = 0; token < 3; ++token) {
        const std::size_t first = (2 * 40 + token) * static_cast<std::size_t>(head_dim);
        rows.in.floats[first + 5] = std::numeric_limits<float>::quiet_NaN();
        for (std::size_t n = first; n < first + static_cast<std::size_t>(head_dim); ++n)
          rows.out.floats[n] = written ? 7 : std::numeric_limits<float>::infinity();
      }
      files.write(rows);
      CAPTURE(shift);
      CAPTURE(written);
      const auto checked = files.check();
      CHECK(checked->finding.causes.front().name() == (shift == 0 ? "match" : "position_offset"));
      REQUIRE(checked->run.notes.size() == 1);
      CHECK(checked->run.notes[0] == "3 of 160 rows of the input hold a number that is not finite (the first at index "
                                     "2565): they are left out.");
    }
  Files files;
  test::PlainRows rows = test::plain_rows({4, 40}, head_dim, [](const At&, std::int64_t) { return 1.0; });
  rows.in.floats.assign(rows.in.floats.size(), std::numeric_limits<float>::quiet_NaN());
  files.write(rows);
  CHECK(files.refusal().find("not finite") != std::string::npos);
}
