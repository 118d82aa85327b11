#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/canvas.h"
#include "app/scene/property.h"
#include "app/scene/scene.h"

namespace ropescope {

class Derived;

namespace gpu {
struct Engines;
}

/// Whether long work is waited for. A window does not: it shows what there is and becomes finer from frame to frame. A
/// picture that is written to a file waits until everything is computed.
enum class Patience : std::uint8_t { waits, goes_on };

/// A picture's numbers as a table: one list for each column, all of one length. NaN: there is no number.
struct Table {
  struct Column {
    std::string name;
    std::vector<double> values;
  };
  std::vector<Column> columns;
  std::string formula; ///< what the numbers are, one line

  void add(std::string name, std::vector<double> values) { columns.push_back({std::move(name), std::move(values)}); }
};

/// The groups of views in the bar, in its order. Key 1 shows the first, key 7 the last.
enum class Group : std::uint8_t { overview, rotations, score, extension, attention, precision, check };

struct GroupRow {
  std::string_view name;  ///< "group.overview", the action that shows it
  std::string_view title; ///< for people
};
inline constexpr GroupRow group_rows[] = {{"group.overview", "Overview"},   {"group.rotations", "Rotations"},
                                          {"group.score", "Score"},         {"group.extension", "Extension"},
                                          {"group.attention", "Attention"}, {"group.precision", "Precision"},
                                          {"group.check", "Check"}};

/// One row for each picture. Tabs, keys, `render`, `--list`, CSV and the tests iterate the rows.
struct Picture {
  std::string_view name; ///< as `--picture` and the scene's `view` take it
  std::string_view title;
  std::string_view line;     ///< one line for `render --list`
  Group group;               ///< which is lit while it is seen
  std::string_view tab = {}; ///< its word among the views of its group; empty: the bar does not offer it

  /// Computes what it shows, where that is not there yet. Null: it shows Derived's series alone.
  void (*update)(const Scene&, Derived&, gpu::Engines&, Patience) = nullptr;

  /// Draws one part of Derived into a rectangle and writes what a person did to it into the next Scene. It keeps
  /// nothing: called twice with the same arguments it draws the same.
  void (*draw)(const canvas::Canvas&, canvas::Rect, const Scene&, const Derived&, Scene& next);

  /// The same on the window's stage, where it may lay another picture beside it. Null: draw() draws it there too.
  void (*draw_on_stage)(const canvas::Canvas&, canvas::Rect, const Scene&, const Derived&, Scene& next) = nullptr;

  /// Its numbers. Null: it has none that a table could hold.
  Table (*columns)(const Scene&, const Derived&) = nullptr;

  std::span<const Property> options = {}; ///< what can be chosen of it alone; keys begin with its name and a point
  bool compares = false;                  ///< it draws the schemes that are compared beside the one in force
  bool fills_window = false;              ///< drawn with the bar and the panel around it
  bool needs_files = false;               ///< there is nothing to see in the default scene
};

/// Every picture, in the order of tabs and of `render --list`. The table lies above the scene, in
/// app/pictures/list.cpp.
std::span<const Picture* const> all_pictures();

/// Null where there is none of that name.
const Picture* find_picture(std::string_view name);

/// Of a group, the view after one that is shown, where the bar offers it: the first one of another group, and after
/// the last the first again. Null where the group has none, and is not shown.
const Picture* next_view(Group, const Picture& shown);

/// How many views of a group the bar offers.
int view_count(Group);

/// The picture of a scene's view, which always names one.
const Picture& shown_picture(const Scene&);

/// Whether the scene is drawn into a file with the bar and the panel around it: where its picture fills the window, but
/// never on paper, which has no panels.
bool fills_window(const Scene&);

/// What a file is called that holds the picture: "Score of Llama 2 7B, YaRN".
std::string picture_title(const Scene&);

/// A table as comma-separated values. Lines that begin with "#" say picture, model, scheme and formula; numbers have 17
/// significant digits, so that they come back as they were.
std::string csv(const Picture&, const Scene&, const Table&);

struct Series;
/// The name of a series in a column of CSV: its scheme ("none", "yarn"), or its layer type ("sliding_attention") where
/// it is another one.
std::string_view column_name(const Series&);

} // namespace ropescope
