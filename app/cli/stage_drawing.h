#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/cli/still.h"
#include "core/lecture/lecture.h"

namespace ropescope::cli {

/// The stage of a lecture without a window: steps, each complete.
class StageDrawing {
public:
  /// `notes`: paper below the stage for what is said. Throws Error where there is no OpenGL.
  StageDrawing(const lecture::Lecture&, const Still&, const Scene& like, bool notes);

  /// The step as it ends, or as it begins.
  void draw(std::size_t number, bool end = true);

  /// The same a part of the way through its motion: `seconds` since the press.
  void draw_moving(std::size_t number, double seconds);

  std::vector<std::uint8_t> pixels() const { return framebuffer_.read(); }

  /// What was drawn, as a PNG that carries its scene. `name`: for sentences.
  std::string png(const std::string& name) const;

  /// What was drawn, for a file of a format that is drawn.
  std::unique_ptr<canvas::FilePainter> painted(const canvas::FileFormat&);
  std::string document(const canvas::FileFormat&, const std::string& title, const std::string& scene);

  /// `title` and `scene` must live as long as the page.
  canvas::Page page(const std::string& title, const std::string& scene) const;

  std::string scene() const; ///< of what was drawn, as JSON
  const canvas::Theme& theme() const { return canvas::theme(shell_.scene().theme); }
  const Sheet& sheet() const { return sheet_; }

  /// The words of a number within a sentence, of what was drawn.
  std::string number(const lecture::Run&);

private:
  void frame();

  Sheet sheet_;
  int height_; // of the stage and the paper below
  gpu::HeadlessContext context_;
  gpu::Engines engines_;
  shell::Shell shell_;
  gpu::Framebuffer framebuffer_;
  double pressed_ = 0; // when the last motion began
};

} // namespace ropescope::cli
