#pragma once
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/child_process.h"
#include "app/scene/picture_size.h"

// Where the frames of a film go, and what else is written whole or not at all.

namespace ropescope::cli {

/// Ctrl+C while it lives is noticed and ends nothing.
class Interruption {
public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Throws Error once Ctrl+C was pressed. `nothing`: what was not written, "no film".
  static void require_none(std::string_view nothing = "nothing");

private:
  struct sigaction of_int_ = {}, of_term_ = {}, of_pipe_ = {};
};

/// Clears the line of progress at its end, so that what is said next begins a line of its own.
struct ProgressLine {
  ~ProgressLine();
};

/// Files of a folder, which is made where there is none. They appear all together, once finish() is called.
class StagedFolder {
public:
  /// Throws Error where it cannot be made.
  explicit StagedFolder(const std::filesystem::path&);
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  void add(const std::string& name, std::string_view bytes);
  void finish();

private:
  std::filesystem::path folder_, hidden_;
  std::vector<std::string> names_;
  bool made_ = false, finished_ = false;
};

/// A film by ffmpeg, which gets the pixels as they are. It writes beside, since it cannot write whole or not at all.
class FilmFile {
public:
  /// `out`: FILE.mp4 or FILE.gif. `last_rest`: seconds that the last frames are one picture; of a GIF equal frames are
  /// one with a long delay then. Throws Error where ffmpeg is not installed, or the folder cannot be written into.
  /// `instead`: what a person can do without ffmpeg, the end of that sentence.
  FilmFile(std::string out, const Sheet&, double fps, std::string_view instead, double last_rest = 0);
  ~FilmFile();
  FilmFile(const FilmFile&) = delete;
  FilmFile& operator=(const FilmFile&) = delete;

  /// Red, green and blue of every pixel, the top row first.
  void add(const std::vector<std::uint8_t>& pixels);
  void finish();

private:
  std::vector<std::string> arguments(const Sheet&, double fps, double last_rest) const;
  [[noreturn]] void refuse();
  void remove();

  std::string out_;
  std::filesystem::path folder_, beside_;
  std::unique_ptr<ChildProcess> child_;
};

/// Whether a name is that of a film's file.
bool is_film(std::string_view out);

/// How many frames a film of so many seconds has. Throws Error where that is none, or more than an hour's.
int frames_of(double seconds, double fps);

} // namespace ropescope::cli
