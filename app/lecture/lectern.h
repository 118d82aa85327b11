#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <imgui.h>

#include "app/lecture/live_numbers.h"
#include "app/lecture/player.h"

namespace ropescope {

/// A line that the pen drew, in pixels of a stage 1920 × 1080.
using Stroke = std::vector<ImVec2>;

/// What a lecturer has in hand beside the player: what lies over the stage, and the keys.
struct Lectern {
  Lectern(lecture::Lecture lecture, const Scene& like, std::string of_file)
      : player(std::move(lecture), like), file(std::move(of_file)) {}

  Player player;
  LiveNumbers numbers;
  std::string file;    ///< that is read again when it is saved; empty: the lecture is the program's own
  std::string trouble; ///< why the file could not be read again; the last good one stays

  bool notes = false;     ///< the strip with notes, question, clock and what comes next
  bool mirrored = false;  ///< all displays show the same: the strip stays as long as its key is held
  bool answer = false;    ///< on that strip the answer too
  bool question = false;  ///< the question is on the projector
  bool overview = false;  ///< all steps at once
  std::size_t chosen = 0; ///< in the overview
  std::string digits;     ///< typed for a jump
  bool pointer = false, spotlight = false, pen = false;
  bool presented = false;  ///< there is a second display: notes, overview and what is typed are on the lecturer's alone
  float handout = 0;       ///< pixels below the stage for notes, on paper
  float spot_radius = 300; ///< pixels of the design, 120 … 600
  std::map<std::pair<std::size_t, bool>, std::vector<Stroke>> strokes; ///< by step and press: they come back with both

  std::vector<Stroke>& strokes_here() { return strokes[{player.step_number(), player.answered()}]; }

  /// Once what hands did has stayed for a moment: whether it made a claim of the step untrue. With a display of the
  /// lecturer's own every step is judged, as it is written too.
  void judge(double now);
  bool doubted() const { return verdict_ && verdict_->hold < verdict_->all && player.touched(); }

  /// How many claims of the step are true of what is shown now, of those that speak of it; nothing until it is known.
  struct Verdict {
    std::size_t hold = 0, all = 0;
  };
  const std::optional<Verdict>& verdict() const { return verdict_; }
  void forget_verdicts(); ///< the lecture is another one

  /// How dark a spotlight makes the rest, 0 … 1: it comes and goes in 120 ms, then is still.
  float spotlight_strength(double now) const;
  std::optional<float> judged_in(double now) const; ///< seconds until judge() has something to do

  /// What a key came to.
  enum class Key { unused, used, leave };

  /// A key of GLFW's at a time. `repeated`: it is still down, which goes on nothing.
  Key key(int key, int modifiers, bool repeated, double now);
  void released(int key);

private:
  bool chooses(int key, double now);
  void after_step_changed();
  void turn_spotlight(bool on, double now);
  Verdict judged_now();

  std::optional<Scene> judged_;            // the scene that was judged, or waits for it
  std::pair<std::size_t, bool> judged_at_; // its step and press
  std::optional<Verdict> verdict_;
  std::map<std::pair<std::size_t, bool>, Verdict> as_written_; // by step and press: computed once
  double changed_ = 0, spotlight_changed_ = -1e9;
  bool waits_ = false;
};

} // namespace ropescope
