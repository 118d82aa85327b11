#include "app/scene/kernel_check.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include "app/scene/presets.h"
#include "core/io/npy.h"
#include "tests/kernel_cases.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

using namespace std::chrono_literals;

/// A scene whose kernel does nothing that has a name: every explanation is tried before that is known.
Scene hard_case(const test::Scratch& scratch, std::int64_t tokens) {
  const test::CaseModel model = test::case_models()[0];
  test::CaseShape rows{"", 4, tokens, 1, {}};
  for (std::int64_t t = 0; t < tokens; ++t) rows.positions.push_back(t);
  KernelRun run = test::run_kernel(model, test::right_kernel(model), rows, NumberFormat::float32, 3);
  std::reverse(run.out.floats.begin(), run.out.floats.end());
  run.in.shape = run.out.shape = {4, tokens, 128};
  write_npy(scratch.path / "q.npy", run.in);
  write_npy(scratch.path / "out.npy", run.out);
  Scene scene = scene_of(find_preset("llama-3.1-8b").model);
  scene.kernel.files.in = (scratch.path / "q.npy").string();
  scene.kernel.files.out = (scratch.path / "out.npy").string();
  return scene;
}

} // namespace

TEST_CASE("a finding of files that were taken away meanwhile does not come back") {
  const test::Scratch scratch;
  Scene scene = hard_case(scratch, 200);
  KernelCheck check;
  check.update(scene, false);
  CHECK(check.working());
  scene.kernel.files = {};
  check.update(scene, false);
  CHECK(!check.working());
  for (int i = 0; i < 60; ++i) { // longer than the judgement takes
    std::this_thread::sleep_for(50ms);
    check.update(scene, false);
    REQUIRE(check.checked() == nullptr);
  }
}

TEST_CASE("closing while a kernel is judged does not wait for the search") {
  const test::Scratch scratch;
  const Scene scene = hard_case(scratch, 2000);
  const auto begin = std::chrono::steady_clock::now();
  {
    KernelCheck whole;
    whole.update(scene, true);
    CHECK(whole.checked());
  }
  const auto judged = std::chrono::steady_clock::now() - begin;
  std::chrono::steady_clock::duration closing{};
  {
    KernelCheck check;
    check.update(scene, false);
    std::this_thread::sleep_for(judged / 3); // in the midst of it
    closing = std::chrono::steady_clock::now().time_since_epoch();
  }
  closing = std::chrono::steady_clock::now().time_since_epoch() - closing;
  CHECK(closing < judged / 3 + 200ms);
}

TEST_CASE("whatever ends a check becomes a sentence, and what was found before stays") {
  const test::Scratch scratch;
  Scene scene = hard_case(scratch, 200);
  KernelCheck check;
  check.update(scene, true);
  REQUIRE(check.checked());
  const CheckedKernel* before = check.checked();
  std::ofstream(scratch.path / "other.npy") << "not an array";
  scene.kernel.files.out = (scratch.path / "other.npy").string();
  for (const bool wait : {true, false}) {
    scene.kernel.files.seq_len = wait ? 100 : 200; // another wish
    check.update(scene, wait);
    for (int i = 0; i < 200 && check.working(); ++i) {
      std::this_thread::sleep_for(10ms);
      check.update(scene, wait);
    }
    CHECK(check.trouble().sentence.find("other.npy") != std::string::npos);
    CHECK(check.checked() == before);
  }
}

TEST_CASE("files that cannot be judged are read again when they change, and not before") {
  const test::Scratch scratch;
  Scene scene = hard_case(scratch, 200);
  const std::filesystem::path broken = scratch.path / "other.npy";
  const std::string good = std::exchange(scene.kernel.files.out, broken.string());
  std::ofstream(broken) << "not an array";
  KernelCheck check;
  const auto follow = [&](auto enough, int most = 500) { // for up to so many hundredths of a second
    for (int i = 0; i < most; ++i) {
      check.update(scene, false);
      if (enough()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  };
  REQUIRE(follow([&] { return !check.working() && !check.trouble().empty(); }));
  CHECK(!follow([&] { return check.working(); }, 100));
  std::filesystem::copy_file(good, broken, std::filesystem::copy_options::overwrite_existing);
  CHECK(follow([&] { return !check.working() && check.checked() != nullptr; }));
}
