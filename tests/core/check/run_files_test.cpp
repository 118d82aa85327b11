#include <doctest/doctest.h>

#include "core/check/file_roles.h"
#include "core/check/run_files.h"
#include "core/io/npy.h"
#include "tests/kernel_cases.h"
#include "tests/scratch.h"

using namespace ropescope;

TEST_CASE("an axis that the shape does not tell is asked for with the axes that may be, and no option's name") {
  const test::Scratch scratch;
  const test::CaseModel model = test::case_models()[0];
  test::CaseShape rows{"", 1, 40, 8, {}};
  for (std::int64_t t = 0; t < 40; ++t) rows.positions.push_back(t);
  KernelRun run = test::run_kernel(model, test::right_kernel(model), rows, NumberFormat::float32, 3);
  run.in.shape = run.out.shape = {1, 40, 8, 128};
  write_npy(scratch.path / "q.npy", run.in);
  write_npy(scratch.path / "out.npy", run.out);
  KernelFiles files;
  files.in = (scratch.path / "q.npy").string();
  files.out = (scratch.path / "out.npy").string();
  LayerRope layer;
  layer.config = model.config();
  try {
    read_kernel_run(files, {}, layer);
    FAIL("an ambiguous axis was accepted");
  } catch (const AmbiguousTokenAxis& error) {
    CHECK(error.axes == std::vector<std::int64_t>{0, 1, 2}); // the data are not asked here
    CHECK(std::string(error.what()).find("--") == std::string::npos);
    CHECK(std::string(error.what()).find("q.npy") != std::string::npos);
  }
  for (const std::int64_t axis : {1, 2}) {
    files.token_axis = axis;
    const KernelRun read = read_kernel_run(files, {}, layer);
    CHECK(read.shape.tokens == (axis == 1 ? 40 : 8));
    CHECK(read.heads == (axis == 1 ? 8 : 40));
    CHECK(read.out_name == "out.npy");
  }
}

TEST_CASE("a number's place in a run is its head, row of the batch and token") {
  KernelRun run;
  run.shape = {2, 5, 6, 4}; // outer: batch, inner: heads
  run.heads = 3;
  for (const std::int64_t outer : {0, 1})
    for (const std::int64_t token : {0, 4})
      for (const std::int64_t inner : {0, 1, 5}) {
        const RowPlace place = run.place_of(run.first_number(outer, token, inner) + 3);
        CHECK(place.head == inner % 3);
        CHECK(place.batch == outer);
        CHECK(place.token == token);
      }
}
