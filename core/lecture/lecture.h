#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/lecture/claim.h"
#include "core/lecture/markup.h"

namespace ropescope::lecture {

/// The version of lecture files that this program reads.
inline constexpr int format_version = 1;

/// What is wrong with a lecture's file. All are found when it is read.
struct Trouble {
  int line = 1;
  std::string step;     ///< its id, or "7" of one without; empty: it is about the file
  std::string words;    ///< a sentence without file, line and step
  bool warning = false; ///< the lecture can be given all the same
};

/// "rope.json:52: step "chain": unknown picture …"
std::string sentence(const Trouble&, std::string_view file);

/// Where pictures stand: columns from the left, each of rows from the top. Shares are of the width, and of a column's
/// height.
struct ShownPicture {
  std::string name;
  double share = 1;
};
struct Column {
  double share = 1;
  std::vector<ShownPicture> rows;
};

/// A handle of a step that the lecturer is told of.
struct Grab {
  std::string handle, hint;
};

/// A claim as it is written, and where.
struct WrittenClaim {
  std::string words;
  int line = 1;
  Claim claim;
};

struct Step {
  std::string id, title;
  std::vector<std::vector<Run>> text; ///< one or two lines
  std::vector<int> text_lines;        ///< the file's line of each
  std::vector<Column> show;
  std::string pose, end;   ///< whole scenes as JSON objects, over the program's default: before and after the motion
  std::string change;      ///< what `pose` of the file changes, as JSON
  std::string motion;      ///< what `then` changes, without "ms"; empty: the step has one press
  double milliseconds = 0; ///< of the motion
  std::vector<Grab> grabs;
  std::string ask, answer;
  std::vector<std::string> notes;
  std::vector<WrittenClaim> claims;
  double seconds = 0; ///< for the pace
  int line = 1;       ///< where it begins
  int pose_line = 1, motion_line = 1;
  std::string cannot; ///< why it cannot be shown; empty: it can

  bool has_motion() const { return milliseconds > 0; }
};

struct Lecture {
  std::string title;
  double minutes = 0;
  std::string theme; ///< "light", "dark", or empty: as the window has it
  std::vector<Step> steps;
  std::vector<Trouble> troubles; ///< in the order of their lines
  bool readable = false;         ///< false: it has no steps, and troubles say why

  bool has_errors() const; ///< beside warnings
};

/// What a lecture's file is held against: the program's pictures and keys of scenes. core knows none of them; without
/// a rule, everything is taken.
struct SceneRules {
  std::vector<std::string> pictures;
  /// What of a picture can be grabbed.
  std::function<std::vector<std::string>(std::string_view picture)> handles;
  /// Why a change of a scene cannot be: one key of a JSON object, its picture's name around it where it has one; empty
  /// where it can. What cannot be known without the rest of the scene is no reason.
  std::function<std::string(std::string_view change)> refuse_change;
  /// Why a whole scene cannot be drawn; empty where it can.
  std::function<std::string(std::string_view scene)> refuse_scene;
};

/// Reads a lecture's file; never throws. A step with something wrong stays in it as far as it can be used, and a change
/// of a scene that cannot be is left out, so that the steps behind it go on from the scene before.
Lecture read_lecture(std::string_view json, const SceneRules& = {});

/// By id, or by its number from 1; nothing where there is none.
std::optional<std::size_t> find_step(const Lecture&, std::string_view id_or_number);

} // namespace ropescope::lecture
