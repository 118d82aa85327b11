// Where words lie: at every size, zoom and theme, in every view, of models whose names and numbers are long.

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "tests/app/headless.h"
#include "tests/app/monkey.h"
#include "tests/app/word_faults.h"

using namespace ropescope;

namespace {

using test::RecordingPainter;

struct Size {
  int width, height;
};
constexpr Size sizes[] = {
    {800, 480},   {800, 600},   {800, 1080},  {854, 480},   {900, 500},   {960, 540},   {960, 720},   {1024, 600},
    {1024, 768},  {1080, 720},  {1099, 700},  {1100, 700},  {1101, 619},  {1152, 864},  {1200, 480},  {1280, 600},
    {1280, 720},  {1280, 800},  {1280, 1024}, {1366, 768},  {1400, 560},  {1440, 900},  {1536, 864},  {1600, 900},
    {1600, 1000}, {1600, 1200}, {1680, 1050}, {1920, 480},  {1920, 1080}, {1920, 1200}, {2048, 1152}, {2160, 3840},
    {2256, 1504}, {2560, 1080}, {2560, 1440}, {2560, 1600}, {2880, 1800}, {3440, 1440}, {3840, 1080}, {3840, 2160}};
static_assert(std::size(sizes) == 40);

/// Draws nothing but words.
class Window {
public:
  explicit Window(const Scene& scene) : headless_(64, 64, scene) {}
  shell::Shell& shell() { return headless_.shell; }

  std::string faults_at(Size size) {
    painter_.forget();
    headless_.shell.frame(size.width, size.height, 1 / 60.0f, false, &painter_);
    return test::word_faults(painter_, {{0, 0}, {static_cast<float>(size.width), static_cast<float>(size.height)}});
  }
  std::string faults_alone(Size size) {
    painter_.forget();
    headless_.shell.picture_frame(size.width, size.height, false, &painter_);
    return test::word_faults(painter_, {{0, 0}, {static_cast<float>(size.width), static_cast<float>(size.height)}});
  }
  const RecordingPainter& painter() const { return painter_; }

private:
  test::Headless headless_;
  RecordingPainter painter_;
};

/// Scenes whose words are short and long, few and many.
std::vector<std::pair<std::string, Scene>> scenes() {
  std::vector<std::pair<std::string, Scene>> all;
  const auto add = [&](std::string name, Scene scene) { all.emplace_back(std::move(name), std::move(scene)); };
  add("first", first_scene());
  add("yarn", default_scene());
  Scene far = scene_of(find_preset("llama-3.1-8b").model);
  far.m = 16'777'215, far.n = 12'345'678;
  add("far", far);
  add("gemma", scene_of(find_preset("gemma-3-27b").model));
  add("axes", scene_of(find_preset("qwen2-vl-7b").model));
  const auto posed = [](std::vector<std::string> pose) {
    return with_patch(first_scene(), read_assignments(pose, "--pose"));
  };
  add("256 dials", posed({"head_dim=512", "rotary_dim=512", "m=16777215", "pair=255"}));
  add("8 pairs", posed({"head_dim=16", "rotary_dim=16", "scheme=ntk"}));
  add("1 pair", posed({"head_dim=2", "rotary_dim=2"}));
  Scene named = posed({"scheme=dynamic", "factor=64", "base=1234567891", "compare=linear,ntk,yarn,llama3"});
  named.model.name = "a-model-whose-name-nobody-would-ever-want-to-type/Instruct-v0.3-128k-extended-GGUF";
  add("long name", named);
  return all;
}

} // namespace

TEST_CASE("no words overlap, are cut or leave their panel: 40 sizes, zooms and every view, in dark and light") {
  const test::MonkeyFiles files;
  Window window(first_scene());
  std::string said;
  std::size_t frames = 0, turn = 0;
  auto all = scenes();
  for (const float zoom : {1.0f, 0.75f, 1.25f, 2.0f, 3.0f})
    for (const Size& size : sizes) {
      window.shell().set_zoom(zoom);
      for (const Picture* picture : all_pictures()) {
        // Themes and scenes take turns: what one pair of them meets at a size, the others meet at the next.
        auto& [name, scene] = all[turn % all.size()];
        Scene seen = picture->needs_files && turn % 3 != 0 ? files.with_kernel(scene, turn % 2 == 0) : scene;
        seen.kernel.gallery = turn % 5 == 0;
        seen.view = picture->name;
        seen.theme = turn % 2 == 0 ? canvas::ThemeName::dark : canvas::ThemeName::light;
        ++turn, ++frames;
        window.shell().show(seen);
        const std::string wrong = window.faults_at(size);
        if (!wrong.empty())
          said +=
              fmt::format("{} of {}, {}x{}, zoom {}:\n{}", picture->name, name, size.width, size.height, zoom, wrong);
      }
    }
  CHECK(frames == 5 * 40 * all_pictures().size());
  CHECK_MESSAGE(said.empty(), said);
}
