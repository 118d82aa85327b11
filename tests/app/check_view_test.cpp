#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include <GLFW/glfw3.h>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "app/canvas/imgui_compat.h"
#include "app/gpu/context.h"
#include "app/gpu/framebuffer.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "app/shell/shell.h"
#include "core/check/signatures.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/io/npy.h"
#include "tests/allocations.h"
#include "tests/kernel_cases.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

constexpr std::int64_t tokens = 200, heads = 4;

/// Files of a Llama 3.1 kernel that takes positions of `offset` more than it should, in some heads.
void write_kernel(const test::Scratch& scratch, double offset, const std::string& in = "q.npy",
                  const std::string& out = "out.npy", std::int64_t of_head = -1) {
  const test::CaseModel model = test::case_models()[0];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.position = [=](double p, std::int64_t, std::int64_t head) {
    return of_head < 0 || head == of_head ? p + offset : p;
  };
  test::CaseShape rows{"", heads, tokens, 1, {}};
  for (std::int64_t t = 0; t < tokens; ++t) rows.positions.push_back(t);
  KernelRun run = test::run_kernel(model, kernel, rows, NumberFormat::float32, 3);
  run.in.shape = run.out.shape = {heads, tokens, 128};
  write_npy(scratch.path / in, run.in);
  write_npy(scratch.path / out, run.out);
}

/// The window without a window.
struct Headless {
  explicit Headless(Scene scene = scene_of(find_preset("llama-3.1-8b").model), int w = 1600, int h = 1000)
      : width(w), height(h), framebuffer(w, h), shell(std::move(scene), engines) {}

  void frames(int count, bool live = false) {
    for (int i = 0; i < count; ++i) {
      framebuffer.bind();
      shell.frame(width, height, 1 / 60.0f, live);
    }
  }
  void mouse(float x, float y, bool pressed, float wheel = 0) {
    compat::mouse({x, y}, pressed, wheel);
    frames(1);
    compat::mouse({x, y}, pressed, 0);
    frames(1);
  }
  void drop(const test::Scratch& scratch, const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back((scratch.path / name).string());
    shell.drop(paths);
    frames(2);
  }
  /// What is seen of an axis; nothing: all.
  std::optional<canvas::Range> seen(const char* key) const { return shell.scene().options.range(*find_property(key)); }

  const KernelCheck& check() const { return shell.derived().kernel(); }

  int width, height;
  gpu::HeadlessContext context;
  gpu::Framebuffer framebuffer;
  gpu::Engines engines{gpu::EngineChoice::automatic};
  shell::Shell shell;
};

std::string cause_in(const Headless& window) {
  REQUIRE(window.check().checked());
  return std::string(window.check().checked()->finding.causes.front().name());
}

} // namespace

TEST_CASE("the check view draws a match and a mismatch in both themes, each otherwise") {
  const test::Scratch scratch;
  std::vector<std::vector<std::uint8_t>> pictures;
  for (const double offset : {0.0, 1.0}) {
    write_kernel(scratch, offset);
    for (const bool dark : {true, false}) {
      Scene scene = scene_of(find_preset("llama-3.1-8b").model);
      scene.theme = dark ? canvas::ThemeName::dark : canvas::ThemeName::light;
      Headless window(scene, 1280, 720);
      window.drop(scratch, {"q.npy", "out.npy"});
      CHECK(cause_in(window) == (offset == 0 ? "match" : "position_offset"));
      CHECK(window.check().trouble().empty());
      CHECK(window.shell.message().empty());
      pictures.push_back(window.framebuffer.read());
    }
  }
  for (std::size_t a = 0; a < pictures.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) CHECK(pictures[a] != pictures[b]);
}

TEST_CASE("two files dropped on the window are told apart by name, in either order, and land in the check view") {
  const test::Scratch scratch;
  write_kernel(scratch, 1);
  Headless window;
  window.frames(2);
  window.drop(scratch, {"out.npy", "q.npy"});
  CHECK(window.shell.scene().view == "check");
  CHECK(!window.shell.scene().kernel.guessed);
  CHECK(window.shell.scene().kernel.files.in.ends_with("q.npy"));
  CHECK(cause_in(window) == "position_offset");
}

TEST_CASE("files without telling names are input and output in the order they are dropped, and said to be a guess") {
  const test::Scratch scratch;
  write_kernel(scratch, 1, "a.npy", "b.npy");
  Headless window;
  window.drop(scratch, {"a.npy"});
  CHECK(window.shell.scene().view == "check");
  CHECK(!window.check().checked());
  window.drop(scratch, {"b.npy"});
  CHECK(cause_in(window) == "position_offset");
  CHECK(window.shell.scene().kernel.files.out.ends_with("b.npy"));
  CHECK(!window.shell.scene().kernel.guessed);
  window.drop(scratch, {"b.npy", "a.npy"});
  CHECK(window.shell.scene().kernel.guessed);
  CHECK(window.shell.scene().kernel.files.in.ends_with("b.npy"));
}

TEST_CASE("a dropped config.json opens the model and leaves the kernel's files where they are") {
  const test::Scratch scratch;
  write_kernel(scratch, 0);
  write_file(scratch.path / "config.json",
             R"({"model_type": "llama", "head_dim": 128, "rope_theta": 10000, "num_attention_heads": 4})");
  Headless window;
  window.drop(scratch, {"q.npy", "out.npy"});
  CHECK(cause_in(window) == "match");
  window.drop(scratch, {"config.json"});
  CHECK(window.shell.scene().rope.base == 10000);
  CHECK(window.check().checked()->finding.verdict == Verdict::mismatch);
}

TEST_CASE("a file that changed is read again by itself, an unchanged one is not") {
  const test::Scratch scratch;
  write_kernel(scratch, 1);
  Headless window;
  window.drop(scratch, {"q.npy", "out.npy"});
  const CheckedKernel* first = window.check().checked();
  window.frames(3);
  CHECK(window.check().checked() == first);
  CHECK(!window.shell.files_changed());
  write_kernel(scratch, 0);
  std::filesystem::last_write_time(scratch.path / "out.npy",
                                   std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  // A look at the files goes on beside the frame.
  bool changed = false;
  for (int i = 0; i < 100 && !(changed = window.shell.files_changed()); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(changed);
  window.frames(2);
  CHECK(cause_in(window) == "match");
  CHECK(!window.shell.files_changed());
}

TEST_CASE("a file that cannot be read or judged is one sentence, and what was found before stays") {
  const test::Scratch scratch;
  write_kernel(scratch, 1);
  Headless window;
  window.drop(scratch, {"q.npy", "out.npy"});
  CHECK(cause_in(window) == "position_offset");
  write_file(scratch.path / "out.npy", "no array at all");
  window.frames(2);
  const std::string& trouble = window.check().trouble().sentence;
  CHECK(trouble.find("out.npy") != std::string::npos);
  CHECK(std::count(trouble.begin(), trouble.end(), '\n') == 0);
  CHECK(cause_in(window) == "position_offset");
  write_kernel(scratch, 0);
  window.frames(2);
  CHECK(window.check().trouble().empty());
  CHECK(cause_in(window) == "match");
}

TEST_CASE("in a window the kernel is judged beside the frames, which go on") {
  const test::Scratch scratch;
  write_kernel(scratch, 1);
  Headless window;
  window.frames(2, true);
  window.shell.drop({(scratch.path / "q.npy").string(), (scratch.path / "out.npy").string()});
  window.frames(1, true);
  CHECK(window.shell.animated()); // or nobody would draw the frame that shows the finding
  for (int i = 0; i < 500 && window.check().working(); ++i) {
    window.frames(1, true);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(cause_in(window) == "position_offset");
  window.frames(40, true);
  CHECK(!window.shell.animated());
}

TEST_CASE("an axis that the data do not tell is chosen by a button for each that may be, whatever the sentence says") {
  const test::Scratch scratch;
  const test::CaseModel model = test::case_models()[0];
  // Eight tokens of forty heads, or forty tokens of eight heads that are turned by their number.
  test::CaseShape rows{"", 40, 8, 1, {}};
  for (std::int64_t t = 0; t < 8; ++t) rows.positions.push_back(t);
  KernelRun run = test::run_kernel(model, test::right_kernel(model), rows, NumberFormat::float32, 3);
  run.in.shape = run.out.shape = {1, 40, 8, 128};
  write_npy(scratch.path / "q.npy", run.in);
  write_npy(scratch.path / "out.npy", run.out);
  Headless window;
  window.drop(scratch, {"q.npy", "out.npy"});
  CHECK(!window.check().checked());
  CHECK(window.check().trouble().axes == std::vector<std::int64_t>{1, 2});
  // The buttons lie below the sentence, one beside the other; somewhere there is the first.
  for (float y = 60; y < 260 && !window.shell.scene().kernel.files.token_axis; y += 12)
    for (float x = 400; x < 460 && !window.shell.scene().kernel.files.token_axis; x += 20) {
      window.mouse(x, y, false);
      window.mouse(x, y, true);
      window.mouse(x, y, false);
    }
  REQUIRE(window.shell.scene().kernel.files.token_axis);
  CHECK(*window.shell.scene().kernel.files.token_axis == 1);
  window.frames(2);
  CHECK(window.check().trouble().empty());
  CHECK(cause_in(window) == "position_by_head");
}

TEST_CASE("a click on the error map selects its row and pair, the wheel looks closer, a double click shows all") {
  const test::Scratch scratch;
  write_kernel(scratch, 1);
  Headless window;
  window.drop(scratch, {"q.npy", "out.npy"});
  const Scene before = window.shell.scene();
  const auto click = [&](float x, float y) {
    window.mouse(x, y, false);
    window.mouse(x, y, true);
    window.mouse(x, y, false);
  };
  click(500, 360);
  const std::int64_t pair = window.shell.scene().pair, row = window.shell.scene().kernel.row;
  CHECK(row != before.kernel.row);
  CHECK(pair != before.pair);
  click(600, 400);
  CHECK(window.shell.scene().pair > pair);
  CHECK(window.shell.scene().kernel.row > row);
  window.mouse(500, 360, false, 5);
  CHECK(window.seen("check.y")->greatest - window.seen("check.y")->least < 0.6 * tokens);
  CHECK(window.seen("check.x")->greatest - window.seen("check.x")->least < 0.6 * 64);
  window.mouse(500, 360, false, 60);
  const canvas::Range nearest = *window.seen("check.y");
  CHECK(nearest.greatest - nearest.least == doctest::Approx(4)); // single entries
  click(500, 360);
  CHECK(static_cast<double>(window.shell.scene().kernel.row) >= nearest.least - 0.5);
  CHECK(static_cast<double>(window.shell.scene().kernel.row) <= nearest.greatest + 0.5);
}

TEST_CASE("of one head the map shows its errors alone, and the pair is of the head furthest off") {
  const test::Scratch scratch;
  write_kernel(scratch, 1, "q.npy", "out.npy", 2);
  Headless window;
  window.drop(scratch, {"q.npy", "out.npy"});
  const CheckedKernel& kernel = *window.check().checked();
  CHECK(kernel.pair_of_row(-1, 100, 0).head == 2);
  const PairOfRow pair = kernel.pair_of_row(2, 100, 0);
  CHECK(std::arg(pair.kernel / pair.expected) == doctest::Approx(1).epsilon(1e-4)); // θ₀ = 1
  Scene scene = window.shell.scene();
  scene.kernel.head = 1;
  window.shell.show(scene);
  window.frames(2);
  CHECK(window.check().head() == 1);
  CHECK(window.check().errors().at(100, 0) < 1e-5f);
  scene.kernel.head = 2;
  window.shell.show(scene);
  window.frames(2);
  // All heads together: the mean of squares over four heads, of which one errs.
  CHECK(window.check().errors().at(100, 0) == doctest::Approx(2 * kernel.finding.errors.at(100, 0)).epsilon(1e-3));
}

TEST_CASE("the greatest error of any part of a map is that of its entries") {
  constexpr std::int64_t pairs = 3, rows = 100;
  std::vector<float> errors;
  for (int i = 0; i < pairs * rows; ++i) errors.push_back(static_cast<float>(i * 7919 % 1009));
  const ErrorMap map(errors, pairs);
  for (const auto& [first, end] :
       {std::pair<std::int64_t, std::int64_t>{0, 100}, {0, 1}, {5, 70}, {16, 48}, {95, 100}}) {
    float most = 0;
    for (std::int64_t t = first; t < end; ++t) most = std::max({most, map.at(t, 1), map.at(t, 2)});
    CHECK(map.greatest(first, end, 1, 3) == most);
  }
  errors[50 * pairs + 1] = std::nanf("");
  CHECK(std::isnan(ErrorMap(errors, pairs).greatest(0, 100, 0, 3)));
}

TEST_CASE("the facts tick what agrees, and cross what the verdict names") {
  const test::Scratch scratch;
  write_kernel(scratch, 7);
  Headless window;
  window.drop(scratch, {"q.npy", "out.npy"});
  int crossed = 0;
  for (const Fact& fact : window.check().checked()->finding.facts) {
    if (fact.state == Fact::State::agrees) continue;
    ++crossed;
    CHECK(fact.words == "position offset +7");
  }
  CHECK(crossed == 1);
  CHECK(window.check().checked()->finding.tried.front().words == "position offset +7");
}

TEST_CASE("an amplitude that went with ignored scaling is crossed too") {
  const std::vector<test::CaseModel> models = test::case_models();
  const test::CaseModel& yarn = models.back();
  test::CaseModel plain = yarn;
  plain.scheme = test::CaseModel::plain;
  const auto checked = checked_kernel(
      test::run_kernel(yarn, test::right_kernel(plain), test::case_shapes()[0], NumberFormat::float32, 5));
  CHECK(checked->finding.causes.front().name() == "scaling_ignored");
  CHECK(std::count_if(checked->finding.facts.begin(), checked->finding.facts.end(), [](const Fact& fact) {
          return fact.state == Fact::State::differs && fact.words == "amplitude 1.000 instead of 1.139";
        }) == 1);
}

TEST_CASE("signatures are what their bugs do: none at position 0 without a rotation, none in pair 0 of another base") {
  std::vector<std::int64_t> positions;
  for (std::int64_t p = 0; p < 64; ++p) positions.push_back(p);
  for (const char* model : {"llama-3.1-8b", "gpt-j-6b", "qwen2-vl-7b"}) {
    CAPTURE(model);
    const std::vector<Signature> all = signatures(scene_of(find_preset(model).model).rope, positions);
    CHECK(all.size() >= 12);
    for (const Signature& signature : all) {
      CAPTURE(signature.name);
      const ErrorMap& errors = signature.errors;
      const float most = errors.greatest();
      if (signature.cause == "not_finite") continue;
      CHECK(std::isfinite(most));
      if (signature.name.starts_with("base ")) CHECK(errors.greatest(0, errors.tokens(), 0, 1) == 0);
      if (signature.cause == "match")
        CHECK(most < 0.05f);
      else if (signature.name.find("bfloat16") == std::string::npos && signature.name != "scaling ignored" &&
               signature.name != "factor × 4")
        CHECK(most > 0.1f);
    }
  }
}

TEST_CASE("a steady frame of the check view allocates nothing, with a kernel and with the signatures beside it") {
  const test::Scratch scratch;
  write_kernel(scratch, 1);
  for (const bool gallery : {false, true})
    for (const bool loaded : {false, true}) {
      Scene scene = scene_of(find_preset("llama-3.1-8b").model);
      scene.view = "check";
      scene.kernel.gallery = gallery;
      Headless window(scene);
      if (loaded) window.drop(scratch, {"q.npy", "out.npy"});
      window.frames(10);
      const std::uint64_t before = allocations();
      window.frames(5);
      const std::uint64_t made = allocations() - before;
      CAPTURE(gallery);
      CAPTURE(loaded);
      CHECK(made == 0);
    }
}

TEST_CASE("export in the check view writes the picture and the finding beside it") {
  const test::Scratch scratch;
  write_kernel(scratch, 1);
  Headless window;
  window.drop(scratch, {"q.npy", "out.npy"});
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(scratch.path);
  window.shell.perform(Request::export_png);
  window.frames(1);
  std::filesystem::current_path(before);
  int pictures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path)) {
    pictures += entry.path().extension() == ".png";
    if (entry.path().extension() != ".json") continue;
    const auto json = nlohmann::json::parse(read_file(entry.path(), 1 << 20));
    CHECK(json.at("cause") == "position_offset");
    CHECK(window.shell.message().find(entry.path().filename().string()) != std::string::npos);
  }
  CHECK(pictures == 1);
}

TEST_CASE("render and check --report draw the check view, and refuse what cannot be judged with one sentence") {
  const test::Scratch scratch;
  write_kernel(scratch, 1);
  const auto run = [&](const std::string& arguments) {
    const std::string command = "cd '" + scratch.path.string() + "' && '" ROPESCOPE_TEST_PROGRAM "' " + arguments +
                                " --model llama-3.1-8b 2>stderr.txt";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  const auto is_png = [&](const char* name) { return read_file(scratch.path / name, 1 << 24).starts_with("\x89PNG"); };
  CHECK(run("render --picture check --kernel-in q.npy --kernel-out out.npy --out view.png --size 640x400") == 0);
  CHECK(is_png("view.png"));
  CHECK(run("check --in q.npy --out out.npy --report report.png") == 1);
  CHECK(is_png("report.png"));
  write_file(scratch.path / "broken.npy", "no array");
  CHECK(run("render --picture check --kernel-in q.npy --kernel-out broken.npy --out none.png --size 640x400") == 2);
  CHECK(!std::filesystem::exists(scratch.path / "none.png"));
  const std::string said = read_file(scratch.path / "stderr.txt", 1 << 16);
  CHECK(said.find("broken.npy") != std::string::npos);
  CHECK(std::count(said.begin(), said.end(), '\n') == 1);
}

TEST_CASE("errors' colours grow lighter step by step, so that they are told apart without colour vision") {
  double before = -1;
  for (int step = 0; step <= 64; ++step) {
    const double contrast = canvas::contrast(canvas::error_colour(step / 64.0), IM_COL32_BLACK);
    CHECK(contrast > before);
    before = contrast;
  }
  CHECK(before > 12); // of 21
}

TEST_CASE("every size from a small window to a large screen draws the check view without trouble") {
  const test::Scratch scratch;
  write_kernel(scratch, 1);
  for (const auto& [width, height] :
       {std::pair{320, 320}, std::pair{960, 600}, std::pair{1080, 1920}, std::pair{2560, 1440}}) {
    Headless window(scene_of(find_preset("llama-3.1-8b").model), width, height);
    window.drop(scratch, {"q.npy", "out.npy"});
    CHECK(window.shell.message().empty());
    window.shell.key(GLFW_KEY_7, 0);
    window.frames(1);
    CHECK(window.shell.scene().view == "check");
  }
}
