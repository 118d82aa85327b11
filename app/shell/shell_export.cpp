#include <cmath>

#include <fmt/format.h>

#include "app/scene/actions.h"
#include "app/scene/picture.h"
#include "app/shell/shell.h"
#include "core/check/finding_json.h"
#include "core/error.h"
#include "core/io/file.h"

// Pictures that are written: by a key with the choices of the last time, or by the dialog.

namespace ropescope::shell {

namespace fs = std::filesystem;

/// The picture as it stands in the window, and the window.
std::array<int, 2> Shell::size_here(bool window) const {
  constexpr float least_side = 320; // as of `render`
  const auto stage = control("stage");
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const bool whole = window || fills_window(scene_) || !stage;
  // In pixels at scale 1: an export's own scale makes them more.
  const auto side = [&](float pixels) { return static_cast<int>(std::max(least_side, std::round(pixels / scale_))); };
  return {side(whole ? display.x : stage->width()), side(whole ? display.y : stage->height())};
}

fs::path Shell::export_folder() const { return files_.export_folder.empty() ? usual_folder() : files_.export_folder; }

void Shell::ask_what_to_export() {
  files_.export_dialog.open(scene_, size_here(false), size_here(true), export_folder());
}

void Shell::ask_where_to_export() {
  const fs::path proposed = expanded(files_.export_dialog.path(), export_folder());
  std::vector<std::string> endings{files_.export_dialog.choice.ending};
  for (const std::string_view ending : export_endings(shown_picture(scene_)))
    if (ending != endings.front()) endings.emplace_back(ending);
  ask_for_file({FileWish::Purpose::export_place, "Export to", std::move(endings), proposed.parent_path(),
                proposed.filename().string()});
}

/// By a key: the picture as it stands, under a new name; of a lecture its stage, with what the pen drew.
void Shell::export_at_once(std::string_view ending) {
  if (lectern_) {
    const Player& player = lectern_->player;
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    ExportAs as{std::string(ending), {static_cast<double>(display.x), static_cast<double>(display.y)}};
    std::string path = free_name(
        (export_folder() / fmt::format("{:02}-{}", player.step_number() + 1, player.step().id)).string() + as.ending);
    exports_.push_back({scene_, std::move(as), std::move(path),
                        std::make_unique<StageLook>(StageLook{player.lecture(), player.step_number(), player.answered(),
                                                              lectern_->strokes_here()})});
    return;
  }
  const std::array<int, 2> size = size_here(false);
  ExportAs as{std::string(ending), {static_cast<double>(size[0]), static_cast<double>(size[1])}};
  as.scale = static_cast<double>(scale_);
  std::string path = free_name((export_folder() / proposed_name(scene_, as)).string() + as.ending);
  exports_.push_back({scene_, std::move(as), std::move(path)});
}

/// As it is chosen in the dialog.
void Shell::begin_export() {
  try {
    const ExportDialog& dialog = files_.export_dialog;
    Wanted wanted{scene_, dialog.chosen(), dialog.path()};
    if (dialog.choice.theme) wanted.scene.theme = *dialog.choice.theme;
    files_.export_folder = fs::path(wanted.path).parent_path();
    exports_.push_back(std::move(wanted));
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

/// Draws what is wanted and begins to write it; a window goes on meanwhile. Beside the picture of a kernel lies the
/// finding, as `check --json` prints it; until it is there, its picture waits.
void Shell::draw_exports() {
  if (exports_.empty() || exporting_.working()) return;
  if (scene_.view == "check" && derived_.kernel().working()) return;
  const Wanted wanted = std::move(exports_.front());
  exports_.erase(exports_.begin());
  try {
    const std::shared_ptr<const CheckedKernel> checked =
        wanted.scene.view == "check" ? derived_.kernel().shared() : nullptr;
    Export ready{wanted.path,
                 wanted.stage ? drawn_stage(wanted.scene, *wanted.stage, wanted.as, engines_)
                              : drawn(wanted.scene, wanted.as, engines_, checked),
                 {}};
    if (checked && wanted.as.ending != ".csv") ready.finding = finding_json(checked->finding, checked->run);
    if (live_) return exporting_.begin(std::move(ready));
    message_ = {write_export(ready), false, false};
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

std::string Shell::write_export(const Export& ready) {
  write_drawn(ready.path, ready.drawn);
  std::string said = "Exported to " + ready.path;
  if (ready.finding.empty()) return said;
  const std::string beside = fs::path(ready.path).replace_extension(".json").string();
  write_file(beside, ready.finding);
  said += " and ";
  return said += beside;
}

void Shell::take_exported() {
  try {
    for (std::string& said : exporting_.take()) message_ = {std::move(said), false, false};
  } catch (const std::exception& error) {
    message_ = {error.what(), true, false};
  }
}

void Shell::ask_what_to_film() {
  const std::array<int, 2> size = size_here(false);
  files_.film_dialog.open(scene_, {static_cast<double>(size[0]), static_cast<double>(size[1])}, export_folder());
}

/// The dialog, and the film that is being made: how far it is stands in the message bar.
void Shell::draw_film_dialog(const Canvas& c) {
  const std::string progress = files_.film ? files_.film->progress() : "";
  FilmDialog::Answer answer = files_.film_dialog.draw(c, scene_, files_.film && progress.empty() ? "begins" : progress);
  if (answer.stops && files_.film) files_.film->cancel();
  try {
    if (answer.wish) files_.film.emplace(files_.program, scene_, *answer.wish);
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
  if (!files_.film) return;
  if (const auto end = files_.film->ended()) {
    message_ = {end->words, !end->written, false};
    if (lectern_) notify(end->words); // the stage has no bar of messages
    if (end->written) files_.take_home.close();
    files_.film.reset();
  } else if (!lectern_)
    message_ = {fmt::format("Film: {} ({} stops it)", progress, key_name(action("film"))), false, false};
}

void Shell::ask_what_to_take_home() { files_.take_home.open(*lectern_, export_folder()); }

/// The dialog in a lecture. How far the file is stands in it alone, never on the stage.
void Shell::draw_take_home_dialog(const Canvas& c) {
  const std::string progress = files_.film ? files_.film->progress() : "";
  TakeHomeDialog::Answer answer =
      files_.take_home.draw(c, scene_, files_.film && progress.empty() ? "begins" : progress);
  if (answer.stops && files_.film) files_.film->cancel();
  if (!answer.wish) return;
  try {
    files_.export_folder = fs::path(answer.wish->out).parent_path();
    files_.film.emplace(files_.program, *answer.wish);
  } catch (const Error& error) {
    notify(error.what());
  }
}

} // namespace ropescope::shell
