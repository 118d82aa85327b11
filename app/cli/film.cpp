#include "app/cli/film.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/say.h"
#include "app/scene/child_process.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/text.h"

namespace ropescope::cli {

namespace {

namespace fs = std::filesystem;

// An hour at 25 frames a second: whoever asks for more has mistyped.
constexpr double greatest_frames = 90000;
constexpr std::uintmax_t greatest_file = std::uintmax_t{8} << 30;

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

/// Ctrl+C while it lives is noticed and ends nothing.
class Interruption {
public:
  Interruption() {
    happened = 0;
    struct sigaction notice = {};
    notice.sa_handler = [](int) { happened = 1; };
    sigaction(SIGINT, &notice, &of_int_);
    sigaction(SIGTERM, &notice, &of_term_);
    // A program that takes no more frames is told by a return value.
    notice.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &notice, &of_pipe_);
  }
  ~Interruption() {
    sigaction(SIGINT, &of_int_, nullptr);
    sigaction(SIGTERM, &of_term_, nullptr);
    sigaction(SIGPIPE, &of_pipe_, nullptr);
  }
  static void require_none() {
    if (happened) throw Error("stopped; no film was written");
  }

private:
  static inline volatile std::sig_atomic_t happened = 0;
  struct sigaction of_int_ = {}, of_term_ = {}, of_pipe_ = {};
};

/// Where frames go. What it has written disappears with it, unless finish() was called.
class Frames {
public:
  virtual ~Frames() = default;
  virtual void add(Drawing&) = 0;
  virtual void finish() = 0;
};

/// A folder of PNG files, each of which carries its scene. They appear all together.
class Folder : public Frames {
public:
  Folder(const fs::path& folder, const std::string& picture)
      : folder_(folder), picture_(picture), hidden_(folder / fmt::format(".ropescope-{}", getpid())) {
    std::error_code error;
    made_ = fs::create_directories(folder_, error);
    if (!error) fs::create_directory(hidden_, error);
    if (error) throw Error(fmt::format("{}: the folder cannot be made: {}", folder_.string(), error.message()));
  }
  ~Folder() override {
    std::error_code error;
    fs::remove_all(hidden_, error);
    if (made_ && !finished_) fs::remove(folder_, error); // it is empty
  }
  void add(Drawing& drawing) override { write_file(hidden_ / name(count_++), drawing.file()); }
  void finish() override {
    for (int i = 0; i < count_; ++i) fs::rename(hidden_ / name(i), folder_ / name(i));
    finished_ = true;
  }

private:
  std::string name(int frame) const { return fmt::format("{}_{:05}.png", picture_, frame); }
  fs::path folder_;
  std::string picture_;
  fs::path hidden_;
  int count_ = 0;
  bool made_ = false, finished_ = false;
};

/// A film by ffmpeg, which gets the pixels as they are. It writes beside, since it cannot write whole or not at all.
class Ffmpeg : public Frames {
public:
  Ffmpeg(const std::string& out, const Sheet& sheet, double fps) : out_(out) {
    if (!is_installed("ffmpeg"))
      throw Error(fmt::format("{}: ffmpeg is not installed (Debian: ffmpeg); --out FOLDER/ writes PNG files", out));
    const fs::path folder = fs::absolute(out).parent_path();
    if (access(folder.c_str(), W_OK) != 0)
      throw Error(fmt::format("{}: nothing can be written into the folder {}", out, folder.string()));
    std::string words = (fs::temp_directory_path() / "ropescope-XXXXXX").string();
    if (!mkdtemp(words.data())) throw Error(fmt::format("{}: no folder for temporary files can be made", out));
    folder_ = words;
    beside_ = folder_ / (out.ends_with(".gif") ? "film.gif" : "film.mp4");
    try {
      child_ = std::make_unique<ChildProcess>(arguments(sheet, fps), true);
    } catch (...) {
      remove();
      throw;
    }
  }
  ~Ffmpeg() override {
    child_.reset(); // before its file goes
    remove();
  }
  void add(Drawing& drawing) override {
    const std::vector<std::uint8_t> pixels = drawing.pixels();
    if (!child_->write({reinterpret_cast<const char*>(pixels.data()), pixels.size()})) refuse();
  }
  void finish() override {
    if (child_->finish() != 0 || !fs::exists(beside_)) refuse();
    Interruption::require_none();
    write_file(out_, read_file(beside_, greatest_file));
  }

private:
  std::vector<std::string> arguments(const Sheet& sheet, double fps) const {
    std::vector<std::string> all{"ffmpeg", "-nostdin", "-y",       "-loglevel", "error",
                                 "-f",     "rawvideo", "-pix_fmt", "rgb24"};
    const auto add = [&](std::initializer_list<std::string> more) { all.insert(all.end(), more); };
    add({"-s", fmt::format("{}x{}", sheet.width, sheet.height), "-r", fmt::format("{}", fps), "-i", "pipe:0"});
    if (out_.ends_with(".gif"))
      // Colours of this film's own, and none mixed from dots: pictures are even areas.
      add({"-filter_complex", "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none"});
    else
      // What every player takes: H.264 with halved colour, whose sides must be even. bt709 is what players assume.
      add({"-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709", "-c:v", "libx264", "-crf", "18",
           "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-movflags", "+faststart"});
    // The same film twice is the same to the byte.
    add({"-fflags", "+bitexact", "-flags:v", "+bitexact", beside_.string()});
    return all;
  }

  [[noreturn]] void refuse() {
    (void)child_->finish();
    const std::string said = child_->said();
    throw Error(fmt::format("{}: ffmpeg wrote no film: {}", out_,
                            said.empty() ? "it said nothing" : printable(said.substr(0, said.find('\n')))));
  }

  void remove() {
    std::error_code error;
    fs::remove_all(folder_, error);
  }

  std::string out_;
  fs::path folder_, beside_;
  std::unique_ptr<ChildProcess> child_;
};

std::unique_ptr<Frames> frames_of(const Film& film, const Scene& scene) {
  if (is_film(film.still.out)) return std::make_unique<Ffmpeg>(film.still.out, film.still.sheet(), film.fps);
  return std::make_unique<Folder>(film.still.out, scene.view);
}

int count_of(const Film& film) {
  const double frames = std::round(film.seconds * film.fps);
  if (!(film.seconds > 0 && film.fps > 0 && frames >= 1 && frames <= greatest_frames))
    throw Error(
        fmt::format("--seconds {} at --fps {}: expected 1 … {} frames", film.seconds, film.fps, greatest_frames));
  return static_cast<int>(frames);
}

} // namespace

std::vector<std::pair<const Property*, double>> first_values(const std::vector<std::string>& animate) {
  std::vector<std::pair<const Property*, double>> all;
  for (const std::string& text : animate) {
    const Move move = read_move(text);
    all.emplace_back(move.row, move.from);
  }
  return all;
}

bool is_film(std::string_view out) { return out.ends_with(".mp4") || out.ends_with(".gif"); }

void write_film(const Film& film, const Scene& scene) {
  std::vector<Move> moves;
  for (const std::string& text : film.animate) moves.push_back(read_move(text));
  const int count = count_of(film);
  const auto at = [&](int frame) { return scene_at(scene, moves, count == 1 ? 0 : frame / (count - 1.0)); };
  (void)at(count - 1); // before anything is drawn, which takes long
  const Interruption interruption;
  // Whatever ends it, what is said next begins a line of its own.
  const struct Clear {
    ~Clear() { show_progress(""); }
  } clear;
  const std::unique_ptr<Frames> frames = frames_of(film, scene);
  Drawing drawing(film.still, at(0));
  for (int i = 0, told = -1; i < count; ++i) {
    // A log has a line for each percent, not for each frame.
    if (const int percent = 100 * i / count; percent != told) {
      told = percent;
      show_progress(fmt::format("frame {} of {}", i + 1, count));
    }
    if (i > 0) drawing.show(at(i));
    drawing.draw();
    Interruption::require_none();
    frames->add(drawing);
  }
  frames->finish();
}

} // namespace ropescope::cli
