#include "app/cli/lecture_render.h"

#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "app/cli/film_frames.h"
#include "app/cli/lecture_film.h"
#include "app/cli/lecture_page.h"
#include "app/cli/say.h"
#include "app/cli/stage_drawing.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::cli {

namespace {

namespace fs = std::filesystem;

void write_one(StageDrawing& drawing, const lecture::Lecture& lecture, std::size_t step, const std::string& out) {
  drawing.draw(step);
  const canvas::FileFormat* format = canvas::file_format_of(out);
  write_file(out, format ? drawing.document(*format, lecture.steps[step].title, drawing.scene()) : drawing.png(out));
}

/// How far it is, unless Ctrl+C was pressed.
void tell(std::size_t step, const lecture::Lecture& lecture) {
  Interruption::require_none();
  show_progress(fmt::format("step {} of {}", step + 1, lecture.steps.size()));
}

/// Each step as PNG and as SVG, called by number and id, so that they sort as they are given.
void write_folder(StageDrawing& drawing, const lecture::Lecture& lecture, const std::string& out) {
  StagedFolder folder(out);
  const canvas::FileFormat& svg = *canvas::file_format_of(".svg");
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    tell(i, lecture);
    drawing.draw(i);
    const std::string name = fmt::format("{:02}-{}", i + 1, lecture.steps[i].id);
    folder.add(name + ".png", drawing.png(name));
    folder.add(name + ".svg", drawing.document(svg, lecture.steps[i].title, drawing.scene()));
  }
  Interruption::require_none();
  folder.finish();
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
  const std::string document = canvas::pdf_document(pages);
  Interruption::require_none();
  write_file(out, document);
}

/// One page for a browser, with everything in it.
void write_html(StageDrawing& drawing, const lecture::Lecture& lecture, const std::string& out) {
  std::vector<ShownStep> shown;
  const canvas::FileFormat& svg = *canvas::file_format_of(".svg");
  const auto press = [&](std::size_t step, bool end) {
    drawing.draw(step, end);
    ShownPress result{.svg = drawing.document(svg, lecture.steps[step].title, {}), .lines = {}};
    for (const std::vector<lecture::Run>& line : lecture.steps[step].text)
      result.lines.push_back(html_line(line, drawing.theme(), [&](const auto& run) { return drawing.number(run); }));
    return result;
  };
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    tell(i, lecture);
    ShownStep step;
    if (lecture.steps[i].has_motion()) step.pose = press(i, false);
    step.end = press(i, true);
    shown.push_back(std::move(step));
  }
  const std::string page = lecture_page(lecture, shown, drawing.theme(), drawing.sheet());
  Interruption::require_none();
  write_file(out, page);
}

} // namespace

void write_lecture(const LectureWish& wish, const Still& still, const Scene& like) {
  const auto step = step_asked(wish.file, wish.step);
  const lecture::Lecture& lecture = wish.file.lecture;
  const std::string ending = fs::path(still.out).extension().string();
  const bool drawn = ending == ".png" || ending == ".svg" || ending == ".pdf", film = is_film(still.out);
  if (wish.notes && ending != ".pdf") throw Error("--notes stand below the pages of a PDF: expected --out FILE.pdf");
  if (step && !drawn) throw Error(fmt::format("{}: of one step expected FILE.png, FILE.svg or FILE.pdf", still.out));
  if (!step && ending != ".pdf" && ending != ".html" && !film && !ending.empty())
    throw Error(fmt::format(
        "{}: expected FILE.pdf, FILE.html, FILE.mp4, FILE.gif or a folder, or --step for one picture", still.out));
  if ((wish.rest || wish.fps) && !film)
    throw Error("--seconds and --fps are of a film: expected --out FILE.mp4 or FILE.gif beside --lecture");
  if (film) {
    LectureFilm asked{.still = still, .rest = wish.rest};
    if (wish.fps) asked.fps = *wish.fps;
    return write_lecture_film(asked, lecture, like);
  }
  const Interruption interruption;
  const ProgressLine line;
  StageDrawing drawing(lecture, still, like, wish.notes);
  if (step) return write_one(drawing, lecture, *step, still.out);
  if (ending == ".pdf")
    write_deck(drawing, lecture, still.out);
  else if (ending == ".html")
    write_html(drawing, lecture, still.out);
  else
    write_folder(drawing, lecture, still.out);
}

} // namespace ropescope::cli
