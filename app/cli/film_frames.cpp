#include "app/cli/film_frames.h"

#include <cmath>

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/say.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/text.h"

namespace ropescope::cli {

namespace {

namespace fs = std::filesystem;

// An hour at 25 frames a second: whoever asks for more has mistyped.
constexpr double greatest_frames = 90000;
constexpr std::uintmax_t greatest_file = std::uintmax_t{8} << 30;

volatile std::sig_atomic_t interrupted = 0;

} // namespace

Interruption::Interruption() {
  interrupted = 0;
  struct sigaction notice = {};
  notice.sa_handler = [](int) { interrupted = 1; };
  sigaction(SIGINT, &notice, &of_int_);
  sigaction(SIGTERM, &notice, &of_term_);
  // A program that takes no more frames is told by a return value.
  notice.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &notice, &of_pipe_);
}

Interruption::~Interruption() {
  sigaction(SIGINT, &of_int_, nullptr);
  sigaction(SIGTERM, &of_term_, nullptr);
  sigaction(SIGPIPE, &of_pipe_, nullptr);
}

void Interruption::require_none(std::string_view nothing) {
  if (interrupted) throw Error(fmt::format("stopped; {} was written", nothing));
}

ProgressLine::~ProgressLine() { show_progress(""); }

StagedFolder::StagedFolder(const fs::path& folder)
    : folder_(folder), hidden_(folder / fmt::format(".ropescope-{}", getpid())) {
  std::error_code error;
  made_ = fs::create_directories(folder_, error);
  if (!error) fs::create_directory(hidden_, error);
  if (error) throw Error(fmt::format("{}: the folder cannot be made: {}", folder_.string(), error.message()));
}

StagedFolder::~StagedFolder() {
  std::error_code error;
  fs::remove_all(hidden_, error);
  if (made_ && !finished_) fs::remove(folder_, error); // it is empty
}

void StagedFolder::add(const std::string& name, std::string_view bytes) {
  write_file(hidden_ / name, bytes);
  names_.push_back(name);
}

void StagedFolder::finish() {
  for (const std::string& name : names_) fs::rename(hidden_ / name, folder_ / name);
  finished_ = true;
}

FilmFile::FilmFile(std::string out, const Sheet& sheet, double fps, std::string_view instead, double last_rest)
    : out_(std::move(out)) {
  if (!is_installed("ffmpeg"))
    throw Error(fmt::format("{}: ffmpeg is not installed (Debian: ffmpeg); {}", out_, instead));
  const fs::path folder = fs::absolute(out_).parent_path();
  if (access(folder.c_str(), W_OK) != 0)
    throw Error(fmt::format("{}: nothing can be written into the folder {}", out_, folder.string()));
  std::string words = (fs::temp_directory_path() / "ropescope-XXXXXX").string();
  if (!mkdtemp(words.data())) throw Error(fmt::format("{}: no folder for temporary files can be made", out_));
  folder_ = words;
  beside_ = folder_ / (out_.ends_with(".gif") ? "film.gif" : "film.mp4");
  try {
    child_ = std::make_unique<ChildProcess>(arguments(sheet, fps, last_rest), true);
  } catch (...) {
    remove();
    throw;
  }
}

FilmFile::~FilmFile() {
  child_.reset(); // before its file goes
  remove();
}

void FilmFile::add(const std::vector<std::uint8_t>& pixels) {
  if (!child_->write({reinterpret_cast<const char*>(pixels.data()), pixels.size()})) refuse();
}

void FilmFile::finish() {
  if (child_->finish() != 0 || !fs::exists(beside_)) refuse();
  Interruption::require_none("no film");
  write_file(out_, read_file(beside_, greatest_file));
}

std::vector<std::string> FilmFile::arguments(const Sheet& sheet, double fps, double last_rest) const {
  std::vector<std::string> all{"ffmpeg", "-nostdin", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"};
  const auto add = [&](std::initializer_list<std::string> more) { all.insert(all.end(), more); };
  add({"-s", fmt::format("{}x{}", sheet.width, sheet.height), "-r", fmt::format("{}", fps), "-i", "pipe:0"});
  if (out_.ends_with(".gif")) {
    // Colours of this film's own, and none mixed from dots: pictures are even areas. All frames are kept until the
    // colours are known: where the film rests, one of them.
    const std::string palette = "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none";
    if (last_rest > 0)
      add({"-filter_complex", fmt::format("mpdecimate=hi=0:lo=0:frac=0,{}", palette), "-vsync", "vfr", "-final_delay",
           fmt::format("{}", std::lround(100 * last_rest))});
    else
      add({"-filter_complex", palette});
  } else
    // What every player takes: H.264 with halved colour, whose sides must be even. bt709 is what players assume.
    add({"-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709", "-c:v", "libx264", "-crf", "18",
         "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-movflags", "+faststart"});
  // The same film twice is the same to the byte.
  add({"-fflags", "+bitexact", "-flags:v", "+bitexact", beside_.string()});
  return all;
}

void FilmFile::refuse() {
  (void)child_->finish();
  const std::string said = child_->said();
  throw Error(fmt::format("{}: ffmpeg wrote no film: {}", out_,
                          said.empty() ? "it said nothing" : printable(said.substr(0, said.find('\n')))));
}

void FilmFile::remove() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

bool is_film(std::string_view out) { return out.ends_with(".mp4") || out.ends_with(".gif"); }

int frames_of(double seconds, double fps) {
  const double frames = std::round(seconds * fps);
  if (!(seconds > 0 && fps > 0 && frames >= 1 && frames <= greatest_frames))
    throw Error(fmt::format("--seconds {} at --fps {}: expected 1 … {} frames", seconds, fps, greatest_frames));
  return static_cast<int>(frames);
}

} // namespace ropescope::cli
