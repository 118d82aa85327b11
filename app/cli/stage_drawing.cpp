#include "app/cli/stage_drawing.h"

#include "app/canvas/png.h"
#include "app/cli/engines.h"
#include "app/scene/scene_json.h"

namespace ropescope::cli {

namespace {

constexpr float handout_share = 0.42f; // of the stage's height, for the notes below it

int with_paper(int height, bool notes) {
  return notes ? height + static_cast<int>(handout_share * static_cast<float>(height)) : height;
}

} // namespace

StageDrawing::StageDrawing(const lecture::Lecture& lecture, const Still& still, const Scene& like, bool notes)
    : sheet_(still.sheet()), height_(with_paper(sheet_.height, notes)), engines_(make_engines(like.engine)),
      shell_(like, engines_), framebuffer_(sheet_.width, height_) {
  shell_.begin_lecture(lecture, "");
  shell_.lectern()->handout = static_cast<float>(height_ - sheet_.height);
}

void StageDrawing::frame() {
  framebuffer_.bind();
  shell_.stage_frame(sheet_.width, height_);
}

void StageDrawing::draw(std::size_t number, bool end) {
  shell_.lectern()->player.show_written(number, end);
  // Dear ImGui knows the sizes of its own windows only from the frame before.
  for (int left = 3; left > 0; --left) frame();
}

void StageDrawing::draw_moving(std::size_t number, double seconds) {
  Player& player = shell_.lectern()->player;
  if (!player.moving() || player.step_number() != number) {
    player.show_written(number, false);
    player.press(pressed_ += 1); // apart, since two presses within a moment count as one
  }
  player.advance(pressed_ + seconds);
  frame();
}

std::string StageDrawing::png(const std::string& name) const {
  const std::string json = scene();
  const canvas::CarriedText carried[] = {{canvas::scene_keyword, json}};
  return canvas::png_file(sheet_.width, height_, framebuffer_.read(), name, carried, sheet_.dots_per_inch);
}

std::unique_ptr<canvas::FilePainter> StageDrawing::painted(const canvas::FileFormat& format) {
  auto painter = format.make(shell_.fonts());
  framebuffer_.bind();
  shell_.stage_frame(sheet_.width, height_, painter.get());
  return painter;
}

std::string StageDrawing::document(const canvas::FileFormat& format, const std::string& title,
                                   const std::string& scene) {
  return painted(format)->document(page(title, scene));
}

canvas::Page StageDrawing::page(const std::string& title, const std::string& scene) const {
  return {.size = {static_cast<float>(sheet_.width), static_cast<float>(height_)},
          .ground = theme().ground,
          .title = title,
          .scene = scene,
          .points_per_pixel = sheet_.points_per_pixel};
}

std::string StageDrawing::scene() const { return scene_json(shell_.scene()); }

std::string StageDrawing::number(const lecture::Run& run) {
  Lectern& lectern = *shell_.lectern();
  return lectern.numbers.words(run, lectern.player.scene(), lectern.player.written_json());
}

} // namespace ropescope::cli
