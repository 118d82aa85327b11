#pragma once
#include <string>
#include <vector>

#include "app/scene/scene.h"

namespace ropescope {

/// A named change of the scene: from one value to another. While a hand holds a control the change is live and grows.
/// Once the hand lets go, it is one step of undo.
struct Edit {
  Scene before;
  std::string name; ///< "base b: 10000 → 500000"
};

/// What separates two scenes, in words; empty where no step of undo does (the view, what a plot shows of
/// its axes, the theme, the panel).
std::string name_of_change(const Scene& before, const Scene& after);

/// The steps that can be undone, and those that were undone and can be done again. A stack of scenes: undo brings one
/// back as it was, but leaves how it is shown (the view, theme, panel, engine, play, plots' axes) as it is now.
class History {
public:
  /// The scene changed from `before` to `after`. `held`: a hand is still on it, so that what follows is the same step.
  void changed(const Scene& before, const Scene& after, bool held);

  /// The hand has let go: the next change is another step.
  void release() { live_ = false; }

  bool can_undo() const { return !past_.empty(); }
  bool can_redo() const { return !future_.empty(); }
  std::string_view undo_name() const { return can_undo() ? std::string_view(past_.back().name) : ""; }
  std::string_view redo_name() const { return can_redo() ? std::string_view(future_.back().name) : ""; }
  std::size_t steps() const { return past_.size(); }

  /// The scene before the last step, from the present one. Requires can_undo().
  Scene undo(const Scene& present);
  /// Requires can_redo().
  Scene redo(const Scene& present);

private:
  std::vector<Edit> past_, future_;
  bool live_ = false; ///< the last step still grows
};

} // namespace ropescope
