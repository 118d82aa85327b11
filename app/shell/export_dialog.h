#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/canvas.h"
#include "app/scene/scene.h"
#include "app/shell/picture_file.h"

namespace ropescope::shell {

using namespace canvas;

/// What a person has chosen for exports; kept from one to the next, and by the session.
struct ExportChoice {
  bool window = false, bare = false;
  std::string ending = ".png";
  std::optional<ThemeName> theme; ///< nothing: the window's
  std::string size;               ///< "1600x1000", "85x60mm"; empty: as it stands in the window
  int scale = 1;                  ///< 1, 2, 4

  bool operator==(const ExportChoice&) const = default;
};

/// A dialog that asks what is exported, as which file, and where to. Its owner keeps it from frame to frame.
class ExportDialog {
public:
  /// `here`: pixels at scale 1 of the picture and of the window, as they stand. `folder`: where the file will lie.
  void open(const Scene&, std::array<int, 2> picture, std::array<int, 2> window, const std::filesystem::path& folder);
  void close() { open_ = false; }
  bool is_open() const { return open_; }

  bool key(int key, int modifiers); ///< false where it is left to a field

  ExportChoice choice; ///< what is chosen now

  /// What a person did in this frame.
  struct Answer {
    bool asks_for_place = false; ///< a dialog of files is to say where, and takes the place of this one
    bool exports = false;        ///< path() is to be written
  };
  Answer draw(const Canvas&, const Scene&);

  std::string path() const { return path_.data(); }
  /// From the dialog of files, which has asked whether it may be replaced. The ending says what is written.
  void take_place(const std::string& path);

  /// What is to be drawn. Throws Error where it is too large.
  ExportAs chosen() const;

private:
  /// A row of choices of which one holds.
  struct Choices {
    std::string_view words;
    std::vector<std::string> choices;
    std::size_t chosen = 0;
  };
  std::vector<Choices> rows(const Scene&) const;
  void choose(std::size_t row, std::size_t choice, const Scene&);
  void propose(const Scene&);
  void set_path(const std::string&);
  void try_to_export();
  void draw_row(const Canvas&, std::size_t index, const Choices&, const Scene&);
  void draw_path(const Canvas&, Answer&);
  void draw_foot(const Canvas&);

  bool open_ = false, opening_ = false;
  std::array<int, 2> picture_{}, window_{};
  std::filesystem::path folder_;
  std::array<char, 4096> path_{};
  bool is_proposed_ = true; // the name is ours, and changes with the choices
  std::size_t row_ = 0;     // that the keyboard changes
  int turned_ = 0;          // by the keyboard, since the last frame
  bool wants_export_ = false, exports_ = false, asks_ = false, answer_ = false;
  std::string trouble_;
};

} // namespace ropescope::shell
