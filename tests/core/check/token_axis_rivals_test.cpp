#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/check/checked_files.h"
#include "core/io/npy.h"
#include "tests/core/check/plain_kernel.h"
#include "tests/scratch.h"

// Shapes that can be read in two ways, of a model with 8 heads of queries and 2 of keys.

using namespace ropescope;

namespace {

using At = std::vector<std::int64_t>;

constexpr std::int64_t head_dim = 32;

using test::Judged;

struct Kernel {
  test::Scratch scratch;
  test::PlainRows rows;
  KernelFiles files;

  Kernel(const At& extents, const std::function<double(const At&)>& position)
      : rows(test::plain_rows(extents, head_dim, [&](const At& at, std::int64_t) { return position(at); })) {
    files.in = (scratch.path / "q.npy").string();
    files.out = (scratch.path / "out.npy").string();
  }

  Judged judge(std::optional<std::int64_t> offset, std::vector<std::int64_t> counts = {8, 2}) {
    write_npy(files.in, rows.in);
    write_npy(files.out, rows.out);
    files.positions.offset = offset;
    return test::judge_files(files, head_dim, std::move(counts));
  }
};

double as_double(std::int64_t n) { return static_cast<double>(n); }

std::string words(const At& extents) {
  std::string all;
  for (const std::int64_t extent : extents) all += std::to_string(extent) + " ";
  return all;
}

} // namespace

TEST_CASE("one step of decoding turned by the row of the batch or by the head is not called right") {
  for (const std::int64_t first : {5, 733})
    for (const std::int64_t batch : {2, 3, 5, 16})
      for (const At& extents : {At{batch, 8, 1}, At{batch, 1, 8}})
        for (const std::size_t axis : {std::size_t{0}, extents[1] == 8 ? std::size_t{1} : std::size_t{2}}) {
          CAPTURE(words(extents));
          CAPTURE(axis);
          Kernel kernel(extents, [=](const At& at) { return as_double(first + at[axis]); });
          CHECK(kernel.judge(first).verdict == "asked");
          kernel.files.token_axis = extents[1] == 8 ? 2 : 1;
          CHECK(kernel.judge(first).verdict == "mismatch");
          kernel.files.token_axis = static_cast<std::int64_t>(axis);
          CHECK(kernel.judge(first).verdict == "match");
        }
}

TEST_CASE("a prompt turned by the row of the batch is not called right, at an offset either") {
  for (const std::int64_t first : {0, 50})
    for (const std::int64_t batch : {3, 5, 12, 20})
      for (const At& extents : {At{batch, 9, 8}, At{batch, 8, 9}, At{batch, 13, 8}}) {
        CAPTURE(words(extents));
        Kernel kernel(extents, [=](const At& at) { return as_double(first + at[0]); });
        CHECK(kernel.judge(first).verdict == "asked");
        // The right kernel of that shape is taken without a question, or asked; it is never accused.
        const std::size_t tokens = extents[1] == 8 ? 2 : 1;
        Kernel right(extents, [=](const At& at) { return as_double(first + at[tokens]); });
        CHECK(right.judge(first).verdict != "mismatch");
      }
  // Many tokens that come first are what they look like.
  for (const At& extents : {At{100, 2, 8}, At{200, 4, 8}, At{96, 1, 8}, At{17, 2, 1, 8}})
    for (const std::int64_t first : {0, 50}) {
      CAPTURE(words(extents));
      CHECK(Kernel(extents, [=](const At& at) { return as_double(first + at[0]); }).judge(first).verdict == "match");
    }
}

TEST_CASE("few tokens turned by the head are not called right where the model has so many heads") {
  struct Case {
    At extents;
    std::size_t heads;
  };
  for (const Case& of :
       {Case{{1, 8}, 1}, Case{{1, 1, 8}, 2}, Case{{2, 8}, 1}, Case{{3, 8}, 1}, Case{{8, 1}, 0}, Case{{8}, 0}})
    for (const std::int64_t first : {0, 5, 733}) {
      CAPTURE(words(of.extents));
      CAPTURE(first);
      Kernel kernel(of.extents, [&](const At& at) { return as_double(first + at[of.heads]); });
      // Three rows can be no heads of this model, so that they are tokens, and the kernel is wrong.
      CHECK(kernel.judge(first).verdict == (of.extents[0] == 3 ? "mismatch" : "asked"));
      kernel.files.token_axis = static_cast<std::int64_t>(of.heads);
      CHECK(kernel.judge(first).verdict == "match");
      // As many rows as no model of that name has heads are tokens.
      kernel.files.token_axis.reset();
      if (first == 0) CHECK(kernel.judge(first, {12, 12}).verdict == "match");
    }
}

TEST_CASE("rows of one token without an axis for it are asked for, and taken where its position is given alone") {
  for (const std::int64_t at : {1, 733, 4711}) {
    Kernel kernel({8}, [=](const At&) { return as_double(at); });
    const Judged asked = kernel.judge(at);
    CHECK(asked.verdict == "asked");
    CHECK(asked.sentence.find("(1, 8, 32)") != std::string::npos);
    kernel.files.positions.file = std::to_string(at);
    CHECK(kernel.judge({}).verdict == "match");
    kernel.files.positions.file = std::to_string(at + 1);
    CHECK(kernel.judge({}).sentence.find("subtracts 1 from every position") != std::string::npos);
    // Wrong either way: in the words of one token.
    kernel.files.positions.file.clear();
    CHECK(kernel.judge(at + 1).cause == "position_offset");
  }
  CHECK(Kernel({8}, [](const At&) { return 0.0; }).judge(0).verdict == "asked");
  // Seven rows are no heads of this model.
  CHECK(Kernel({7}, [](const At&) { return 4711.0; }).judge(4711).cause == "position_constant");
}

TEST_CASE("a batch of single tokens at position 0 is asked for, and a long run that stands still is not rotated") {
  for (const std::int64_t batch : {2, 3, 5, 8, 40})
    for (const std::optional<std::int64_t> offset : {std::optional<std::int64_t>{0}, std::optional<std::int64_t>{}}) {
      CAPTURE(batch);
      CHECK(Kernel({batch, 1}, [](const At&) { return 0.0; }).judge(offset).verdict == "asked");
    }
  CHECK(Kernel({1, 40}, [](const At&) { return 0.0; }).judge(0).cause == "not_rotated");
  CHECK(Kernel({100, 1}, [](const At&) { return 0.0; }).judge(0).cause == "not_rotated");
}

TEST_CASE("in one step of decoding heads and rows of a batch are called that, and not tokens") {
  struct Fault {
    std::string cause;
    std::function<bool(std::int64_t batch, std::int64_t head)> still; ///< these rows are not rotated
  };
  const Fault faults[] = {{"head 5", [](std::int64_t, std::int64_t head) { return head == 5; }},
                          {"heads 6, 7", [](std::int64_t, std::int64_t head) { return head > 5; }},
                          {"heads 1 … 7", [](std::int64_t, std::int64_t head) { return head > 0; }},
                          {"batch row 1", [](std::int64_t batch, std::int64_t) { return batch == 1; }},
                          {"batch rows 1, 2, 3", [](std::int64_t batch, std::int64_t) { return batch > 0; }}};
  for (const std::int64_t first : {5, 733})
    for (const std::string axes : {"BHT", "BTH", "TH", "H"})
      for (const Fault& fault : faults) {
        if (axes[0] != 'B' && fault.cause[0] == 'b') continue;
        At extents;
        for (const char axis : axes) extents.push_back(axis == 'B' ? 4 : axis == 'H' ? 8 : 1);
        const auto index = [&](const At& at, char axis) {
          const std::size_t found = axes.find(axis);
          return found == std::string::npos ? 0 : at[found];
        };
        const Judged judged = Kernel(extents, [&](const At& at) {
                                return fault.still(index(at, 'B'), index(at, 'H')) ? 0.0 : as_double(first);
                              }).judge(first);
        INFO(axes << ", " << fault.cause << ": " << judged.sentence);
        CHECK(judged.sentence == "The kernel leaves " + fault.cause + " unrotated.");
      }
}

TEST_CASE("rows that no reading turns alike are read with the model's number of heads") {
  for (const std::int64_t tokens : {37, 29, 50}) {
    // The position is the number of the row, modulo the tokens.
    const Judged judged =
        Kernel({tokens, 8}, [=](const At& at) { return as_double((at[0] * 8 + at[1]) % tokens); }).judge({});
    CAPTURE(judged.sentence);
    CHECK(judged.cause == "position_by_head");
    CHECK(judged.sentence.find("heads 1") == std::string::npos);
  }
}

TEST_CASE("an output without a finite row, and zeros, are called that before an axis is asked for") {
  Kernel kernel({1, 4, 24}, [](const At& at) { return as_double(70000 + at[2]); });
  for (std::size_t n = 0; n < kernel.rows.out.floats.size(); n += head_dim)
    kernel.rows.out.floats[n] = std::numeric_limits<float>::quiet_NaN();
  CHECK(kernel.judge(70000).cause == "not_finite");
  Kernel zeros({1, 4, 24}, [](const At& at) { return as_double(900 + at[2]); });
  for (Array* array : {&zeros.rows.in, &zeros.rows.out}) std::fill(array->floats.begin(), array->floats.end(), 0.0f);
  const Judged judged = zeros.judge(900);
  CHECK(judged.verdict == "refused");
  CHECK(judged.sentence.find("zeros alone") != std::string::npos);
}
