#include "app/cli/film.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "app/cli/film_frames.h"
#include "app/cli/say.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/text.h"

namespace ropescope::cli {

namespace {

/// One property on its way.
struct Move {
  const Property* row;
  double from, to;

  /// `share`: 0 at the beginning, 1 at the end. Of a logarithmic property that may be 0 the number + 1 moves by equal
  /// ratios, as its slider does.
  double at(double share) const {
    if (share <= 0 || share >= 1) return share <= 0 ? from : to;
    const double beside = row->least == 0 ? 1 : 0, first = from + beside, last = to + beside;
    const double value = row->logarithmic && first > 0 && last > 0 ? first * std::pow(last / first, share) - beside
                                                                   : from + (to - from) * share;
    return row->kind == Kind::whole ? std::round(value) : value;
  }
};

Move read_move(const std::string& text) {
  const std::size_t equals = text.find('='), dots = text.find("..", equals);
  if (equals == std::string::npos || dots == std::string::npos)
    throw Error(fmt::format("--animate {}: expected key=FROM..TO, as in factor=1..32", in_quotes(text)));
  const std::string key = text.substr(0, equals);
  const Property* row = find_property(key);
  if (!row) throw Error(fmt::format("--animate: there is no key {} (render --list-keys prints them)", in_quotes(key)));
  if (row->kind != Kind::whole && row->kind != Kind::number)
    throw Error(fmt::format("--animate {}: it is no number, so nothing lies between two of its values", key));
  const auto number = [&](const std::string& words) {
    try {
      const Value value = parse_value(*row, words);
      require_allowed(*row, value);
      if (const double* found = std::get_if<double>(&value)) return *found;
    } catch (const Error& error) {
      throw Error(fmt::format("--animate {}", error.what()));
    }
    throw Error(fmt::format("--animate {}={}: expected a number", key, in_quotes(words)));
  };
  return {row, number(text.substr(equals + 1, dots - equals - 1)), number(text.substr(dots + 2))};
}

Scene scene_at(const Scene& scene, const std::vector<Move>& moves, double share) {
  Patch patch;
  for (const Move& move : moves) patch.emplace_back(move.row, move.at(share));
  return with_patch(scene, patch);
}

/// Where the frames go: into a film's file, or a folder of PNG files, each of which carries its scene.
class Frames {
public:
  Frames(const Film& film, const Scene& scene) : picture_(scene.view) {
    if (is_film(film.still.out))
      file_.emplace(film.still.out, film.still.sheet(), film.fps, "--out FOLDER/ writes PNG files");
    else
      folder_.emplace(film.still.out);
  }
  void add(Drawing& drawing) {
    if (file_) return file_->add(drawing.pixels());
    folder_->add(fmt::format("{}_{:05}.png", picture_, count_++), drawing.file());
  }
  void finish() { file_ ? file_->finish() : folder_->finish(); }

private:
  std::string picture_;
  std::optional<FilmFile> file_;
  std::optional<StagedFolder> folder_;
  int count_ = 0;
};

} // namespace

std::vector<std::pair<const Property*, double>> first_values(const std::vector<std::string>& animate) {
  std::vector<std::pair<const Property*, double>> all;
  for (const std::string& text : animate) {
    const Move move = read_move(text);
    all.emplace_back(move.row, move.from);
  }
  return all;
}

void write_film(const Film& film, const Scene& scene) {
  std::vector<Move> moves;
  for (const std::string& text : film.animate) moves.push_back(read_move(text));
  const int count = frames_of(film.seconds, film.fps);
  const auto at = [&](int frame) { return scene_at(scene, moves, count == 1 ? 0 : frame / (count - 1.0)); };
  (void)at(count - 1); // before anything is drawn, which takes long
  const Interruption interruption;
  const ProgressLine line;
  Frames frames(film, scene);
  Drawing drawing(film.still, at(0));
  for (int i = 0, told = -1; i < count; ++i) {
    // A log has a line for each percent, not for each frame.
    if (const int percent = 100 * i / count; percent != told) {
      told = percent;
      show_progress(fmt::format("frame {} of {}", i + 1, count));
    }
    if (i > 0) drawing.show(at(i));
    drawing.draw();
    Interruption::require_none("no film");
    frames.add(drawing);
  }
  frames.finish();
}

} // namespace ropescope::cli
