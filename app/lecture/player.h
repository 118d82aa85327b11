#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/scene/scene.h"
#include "app/scene/scene_json.h"
#include "core/lecture/lecture.h"

namespace ropescope {

/// A lecture while it is given: which step, how far its presses are, and the scene that is shown. It knows no window
/// and no clock: every call says what time it is, seconds from any beginning, and time never goes back.
///
/// A step has one press, or two: the first shows its pose, the second moves the scene to its end. What hands did to the
/// scene lasts until the step is left and never goes into the next one.
class Player {
public:
  /// `like`: theme and engine of the scenes. Requires a lecture that has steps.
  Player(lecture::Lecture, const Scene& like);

  // Presses. Two within 150 ms count as one, since clickers bounce. During a motion each finishes it and does no more.
  void press(double now); ///< on: the motion, or the next step; while the stage is blank it ends that alone
  void back(double now);  ///< by one press: the motion is undone, or the step before is seen as it was left

  void jump(std::size_t step, double now); ///< to a step's first press
  void home();                             ///< the step as it is written, at the press that it is at

  /// A step as it is written before its motion, or after it: for a file.
  void show_written(std::size_t step, bool end) { enter(step, end); }

  /// Theme and engine of what is shown from the next step on.
  void dress_like(const Scene& like) { like_.theme = like.theme, like_.engine = like.engine; }

  void toggle_blank(double now);

  /// Moves the scene on; a motion that is over is finished.
  void advance(double now);

  /// What hands made of the scene. During a motion nothing: that goes on.
  void take(const Scene& by_hand);

  /// The same lecture from a file that was saved anew: the step of the same id, else of the same number, as written.
  void replace(lecture::Lecture);

  const lecture::Lecture& lecture() const { return lecture_; }
  std::size_t step_number() const { return step_; } ///< from 0
  const lecture::Step& step() const { return lecture_.steps[step_]; }
  const Scene& scene() const { return scene_; }
  bool moving() const { return motion_.has_value(); }
  bool answered() const { return answered_; } ///< the bold words are shown: the last press of the step was made
  float answer_strength() const;              ///< 0 … 1: how far they have appeared, 1 at rest
  bool blank() const { return blank_; }
  bool touched() const { return touched_; } ///< the scene is not as written

  /// The scene as it is written before the step's motion, or after it.
  const Scene& written(std::size_t step, bool end);
  const std::string& written_json() const { return answered_ ? step().end : step().pose; }

  /// Seconds since the first press, without those in which the stage was blank; and of the steps before this one, as
  /// they were planned.
  double elapsed(double now) const;
  double planned() const;
  void restart_clock(double now);
  bool clock_runs() const { return started_.has_value() && !blank_since_; }

private:
  /// A number of the scene that glides.
  struct Glide {
    const Property* row;
    std::vector<double> from, to;
    bool logarithmic;
  };
  struct Motion {
    double began, seconds;
    Scene end;
    std::vector<Glide> glides;
  };

  void enter(std::size_t step, bool at_end);
  void move(const Patch& change, const Scene& written_end, double now);
  void finish();
  bool bounces(double now);
  Scene dressed(Scene) const;

  lecture::Lecture lecture_;
  Scene like_, scene_;
  std::size_t step_ = 0;
  bool answered_ = false, blank_ = false, touched_ = false;
  float strength_ = 1;
  std::optional<Motion> motion_;
  std::map<std::size_t, Scene> left_;                          // how steps were left at their end
  std::map<std::pair<std::size_t, bool>, Scene> written_kept_; // read once
  double last_press_ = -1e9;
  std::optional<double> started_, blank_since_;
  double blank_seconds_ = 0;
};

} // namespace ropescope
