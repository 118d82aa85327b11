#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/check/checked_files.h"
#include "core/io/npy.h"
#include "tests/core/check/plain_kernel.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

constexpr std::int64_t head_dim = 32, decoded = 4711;

/// Extents by their letter, and the axes of an array in their order: "BTHD" without its D.
struct Shape {
  std::string axes;
  std::int64_t batch, tokens, heads;

  std::int64_t extent(char axis) const { return axis == 'B' ? batch : axis == 'T' ? tokens : axis == 'H' ? heads : 1; }
  std::int64_t token_axis() const { return static_cast<std::int64_t>(axes.find('T')); }
  std::string words() const {
    std::string all = axes + " of";
    for (const char axis : axes) {
      all += ' ';
      all += std::to_string(extent(axis));
    }
    return all;
  }
};

/// The angle's position, from those of the row.
using Turned = std::function<double(std::int64_t token, std::int64_t head, double position)>;

struct Kernel {
  std::string name;
  Turned turned;
  std::string cause; ///< empty: right
};

/// `first`: position of token 0.
void write_kernel(const test::Scratch& scratch, const Shape& shape, const Turned& turned, std::int64_t first) {
  std::vector<std::int64_t> extents;
  for (const char axis : shape.axes) extents.push_back(shape.extent(axis));
  const auto at_axis = [&](const std::vector<std::int64_t>& at, char axis) {
    const std::size_t found = shape.axes.find(axis);
    return found == std::string::npos ? 0 : at[found];
  };
  const test::PlainRows rows = test::plain_rows(extents, head_dim, [&](const auto& at, std::int64_t) {
    const std::int64_t token = at_axis(at, 'T');
    return turned(token, at_axis(at, 'H'), static_cast<double>(first + token));
  });
  write_npy(scratch.path / "q.npy", rows.in);
  write_npy(scratch.path / "out.npy", rows.out);
}

using test::Judged;

Judged judge(const test::Scratch& scratch, const std::vector<std::int64_t>& head_counts, std::int64_t first,
             std::optional<std::int64_t> axis = {}) {
  KernelFiles files;
  files.in = (scratch.path / "q.npy").string();
  files.out = (scratch.path / "out.npy").string();
  files.token_axis = axis;
  if (first) files.positions.offset = first;
  return test::judge_files(files, head_dim, head_counts);
}

double right(std::int64_t, std::int64_t, double position) { return position; }

std::vector<Kernel> kernels() {
  return {{"right", right, ""},
          {"by head", [](std::int64_t, std::int64_t head, double) { return static_cast<double>(head); },
           "position_by_head"},
          {"off by one", [](std::int64_t, std::int64_t, double position) { return position + 1; }, "position_offset"},
          {"not rotated", [](std::int64_t, std::int64_t, double) { return 0.0; }, "not_rotated"},
          {"inverse", [](std::int64_t, std::int64_t, double position) { return -position; }, "inverse_rotation"}};
}

/// Whether the rows can as well be those of as many heads as the model has: one token's, or few tokens' before them.
bool reads_as_heads(const Shape& shape, const std::vector<std::int64_t>& counts) {
  const auto counted = [&](std::int64_t extent) {
    return std::find(counts.begin(), counts.end(), extent) != counts.end();
  };
  return counted(shape.tokens) && (shape.axes == "HT" || (shape.heads == 1 && shape.axes != "TBH"));
}

const std::vector<std::vector<std::int64_t>> models = {{32, 8}, {}};

} // namespace

TEST_CASE("without positions no right kernel is called wrong and no wrong one right, whatever the shape") {
  const test::Scratch scratch;
  for (const Kernel& kernel : kernels())
    for (const std::string axes : {"BTH", "BHT", "TBH", "TH", "HT", "BT"})
      for (const std::int64_t tokens : {2, 4, 8, 32, 48, 100, 512})
        for (const std::int64_t heads : {1, 2, 4, 8, 32}) {
          // A thousand searches of large runs would take minutes and try nothing more.
          if (tokens == 512 && heads > 4) continue;
          if (axes == "BT" && heads > 1) continue;
          for (const std::int64_t batch : {1, 2}) {
            if (axes.find('B') == std::string::npos && batch > 1) continue;
            const Shape shape{axes, batch, tokens, heads};
            write_kernel(scratch, shape, kernel.turned, 0);
            for (const auto& counts : models) {
              const Judged judged = judge(scratch, counts, 0);
              INFO(kernel.name << ", " << shape.words() << ", " << counts.size() << " head counts: " << judged.verdict
                               << " " << judged.cause << judged.sentence << ", axis " << judged.axis);
              const bool longest = tokens > heads && tokens > batch;
              if (kernel.cause.empty()) {
                CHECK(judged.verdict != "mismatch");
                CHECK(judged.verdict != "precision");
                if (longest && reads_as_heads(shape, counts)) {
                  CHECK(judged.verdict == "asked");
                } else if (longest) {
                  CHECK(judged.verdict == "match");
                  CHECK(judged.axis == shape.token_axis());
                }
              } else if (kernel.name != "by head" || tokens >= heads) {
                // Turned by the number of more heads than tokens, the same numbers are a right kernel's of so many
                // tokens, and that is likelier.
                CHECK(judged.verdict != "match");
                CHECK(judged.verdict != "precision");
                // Named where nothing speaks for another axis: of one head the number is always 0, and beside an axis
                // of extent 1 rows that do not turn may be one token at position 0.
                // A batch of 512 with 4 tokens is asked for.
                const bool single = heads == 1 || (batch == 1 && axes == "TBH" && kernel.name == "not rotated");
                const bool batches = axes == "TBH" && kernel.name == "by head";
                if (longest && tokens >= 100 && !single && !batches) CHECK(judged.cause == kernel.cause);
              }
            }
          }
        }
}

TEST_CASE("one step of decoding is judged at its position, and its heads are not taken for tokens") {
  const test::Scratch scratch;
  for (const Kernel& kernel : kernels())
    for (const std::string axes : {"BTH", "BHT", "TH", "HT"})
      for (const std::int64_t heads : {2, 4, 8, 32}) {
        const Shape shape{axes, 8, 1, heads};
        write_kernel(scratch, shape, kernel.turned, decoded);
        for (const auto& counts : models) {
          const Judged judged = judge(scratch, counts, decoded);
          INFO(kernel.name << ", " << shape.words() << ": " << judged.verdict << " " << judged.cause);
          if (kernel.cause.empty()) {
            CHECK(judged.verdict == "match");
            CHECK(judged.axis == shape.token_axis());
          } else {
            CHECK(judged.verdict == "mismatch");
          }
        }
        // Without its position nobody can tell it from a kernel that stands still.
        if (kernel.cause.empty()) CHECK(judge(scratch, {32, 8}, 0).verdict == "asked");
      }
}

TEST_CASE("a kernel that is right along the shorter axis is asked for, and the answer decides") {
  const test::Scratch scratch;
  const Shape shape{"BHT", 2, 4, 32};
  write_kernel(scratch, shape, right, 0);
  for (const auto& counts : models) {
    const Judged asked = judge(scratch, counts, 0);
    CHECK(asked.verdict == "asked");
    CHECK(asked.sentence.find("If axis 2 does, the kernel is right; if axis 1 does, it is wrong") != std::string::npos);
    CHECK(asked.sentence.find("--") == std::string::npos);
    CHECK(judge(scratch, counts, 0, 2).verdict == "match");
    CHECK(judge(scratch, counts, 0, -2).verdict == "match");
    CHECK(judge(scratch, counts, 0, 1).cause == "position_by_head");
  }
  // Six can be no rank's heads of a model that has 32.
  write_kernel(scratch, {"BHT", 2, 6, 32}, right, 0);
  CHECK(judge(scratch, {32, 8}, 0).verdict == "match");
}

TEST_CASE("a kernel that turns by the row of the batch is not called right, and large batches of few tokens are") {
  const test::Scratch scratch;
  const auto write = [&](std::vector<std::int64_t> extents) { // turned along axis 1
    const test::PlainRows rows =
        test::plain_rows(extents, head_dim, [](const auto& at, std::int64_t) { return static_cast<double>(at[1]); });
    write_npy(scratch.path / "q.npy", rows.in);
    write_npy(scratch.path / "out.npy", rows.out);
  };
  for (const std::int64_t batch : {2, 4, 8}) {
    write({100, batch, 4});
    for (const auto& counts : models) CHECK(judge(scratch, counts, 0).verdict == "asked");
  }
  write({32, 16, 8});
  for (const auto& counts : models) CHECK(judge(scratch, counts, 0).verdict == "match");
}
