#include "app/cli/lecture_render.h"

#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "app/canvas/png.h"
#include "app/cli/engines.h"
#include "app/cli/lecture_page.h"
#include "app/cli/say.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::cli {

namespace {

namespace fs = std::filesystem;

constexpr float handout_share = 0.42f; // of the stage's height, for the notes below it

/// The stage without a window: steps of a lecture, each complete.
class StageDrawing {
public:
  StageDrawing(const LectureWish& wish, const Still& still, const Scene& like)
      : sheet_(still.sheet()), engines_(make_engines(like.engine)), shell_(like, engines_), height_(sheet_.height),
        framebuffer_(sheet_.width, with_notes(wish.notes)) {
    shell_.begin_lecture(wish.file.lecture, "");
    shell_.lectern()->handout = static_cast<float>(height_ - sheet_.height);
  }

  /// The step as it ends, or as it begins.
  void draw(std::size_t number, bool end = true) {
    shell_.lectern()->player.show_written(number, end);
    // Dear ImGui knows the sizes of its own windows only from the frame before.
    for (int left = 3; left > 0; --left) {
      framebuffer_.bind();
      shell_.stage_frame(sheet_.width, height_);
    }
  }

  std::string png(const std::string& name) const {
    const std::string json = scene();
    const canvas::CarriedText carried[] = {{canvas::scene_keyword, json}};
    return canvas::png_file(sheet_.width, height_, framebuffer_.read(), name, carried, sheet_.dots_per_inch);
  }

  std::unique_ptr<canvas::FilePainter> painted(const canvas::FileFormat& format) {
    auto painter = format.make(shell_.fonts());
    framebuffer_.bind();
    shell_.stage_frame(sheet_.width, height_, painter.get());
    return painter;
  }

  /// `title` and `json` must live as long as the page.
  canvas::Page page(const std::string& title, const std::string& json) const {
    return {.size = {static_cast<float>(sheet_.width), static_cast<float>(height_)},
            .ground = canvas::theme(shell_.scene().theme).ground,
            .title = title,
            .scene = json,
            .points_per_pixel = sheet_.points_per_pixel};
  }

  std::string scene() const { return scene_json(shell_.scene()); }

private:
  int with_notes(bool notes) {
    if (notes) height_ += static_cast<int>(handout_share * static_cast<float>(sheet_.height));
    return height_;
  }

  Sheet sheet_;
  gpu::HeadlessContext context_;
  gpu::Engines engines_;
  shell::Shell shell_;
  int height_;
  gpu::Framebuffer framebuffer_;
};

void write_one(StageDrawing& drawing, const lecture::Lecture& lecture, std::size_t step, const std::string& out) {
  drawing.draw(step);
  const canvas::FileFormat* format = canvas::file_format_of(out);
  if (!format) return write_file(out, drawing.png(out));
  const std::string json = drawing.scene();
  write_file(out, drawing.painted(*format)->document(drawing.page(lecture.steps[step].title, json)));
}

void tell(std::size_t step, const lecture::Lecture& lecture) {
  show_progress(fmt::format("step {} of {}", step + 1, lecture.steps.size()));
}

/// A PNG for each step, called by number and id, so that they sort as they are given.
void write_folder(StageDrawing& drawing, const lecture::Lecture& lecture, const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(fmt::format("{}: {}", folder, error.message()));
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    tell(i, lecture);
    write_one(drawing, lecture, i,
              (fs::path(folder) / fmt::format("{:02}-{}.png", i + 1, lecture.steps[i].id)).string());
  }
}

/// A page for each step, at its end.
void write_deck(StageDrawing& drawing, const lecture::Lecture& lecture, const std::string& out) {
  std::vector<std::unique_ptr<canvas::FilePainter>> painters;
  std::vector<canvas::PdfPage> pages;
  std::string json;
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    tell(i, lecture);
    drawing.draw(i);
    if (i == 0) json = drawing.scene();
    painters.push_back(drawing.painted(*canvas::file_format_of(".pdf")));
    pages.push_back({painters.back().get(), drawing.page(lecture.title, json)});
  }
  write_file(out, canvas::pdf_document(pages));
}

/// One page for a browser, with everything in it.
void write_html(StageDrawing& drawing, const lecture::Lecture& lecture, const std::string& out) {
  std::vector<StepPictures> pictures;
  const canvas::FileFormat& svg = *canvas::file_format_of(".svg");
  const auto picture = [&](std::size_t step, bool end) {
    drawing.draw(step, end);
    return drawing.painted(svg)->document(drawing.page(lecture.steps[step].title, {}));
  };
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    tell(i, lecture);
    StepPictures of_step;
    if (lecture.steps[i].has_motion()) of_step.pose = picture(i, false);
    of_step.end = picture(i, true);
    pictures.push_back(std::move(of_step));
  }
  write_file(out, lecture_page(lecture, pictures));
}

} // namespace

void write_lecture(const LectureWish& wish, const Still& still, const Scene& like) {
  const auto step = step_asked(wish.file, wish.step);
  const lecture::Lecture& lecture = wish.file.lecture;
  const std::string ending = fs::path(still.out).extension().string();
  const bool drawn = ending == ".png" || ending == ".svg" || ending == ".pdf";
  if (wish.notes && ending != ".pdf") throw Error("--notes stand below the pages of a PDF: expected --out FILE.pdf");
  if (step && !drawn) throw Error(fmt::format("{}: of one step expected FILE.png, FILE.svg or FILE.pdf", still.out));
  if (!step && ending != ".pdf" && ending != ".html" && !ending.empty())
    throw Error(fmt::format("{}: expected FILE.pdf, FILE.html or a folder, or --step for one picture", still.out));
  StageDrawing drawing(wish, still, like);
  if (step) return write_one(drawing, lecture, *step, still.out);
  if (ending == ".pdf")
    write_deck(drawing, lecture, still.out);
  else if (ending == ".html")
    write_html(drawing, lecture, still.out);
  else
    write_folder(drawing, lecture, still.out);
  show_progress("");
}

} // namespace ropescope::cli
