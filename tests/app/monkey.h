#pragma once
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "app/scene/property.h"
#include "app/scene/scene.h"
#include "tests/scratch.h"

namespace ropescope::test {

// A monkey does things at random that a person could do. What it does comes from its seed alone, so that a run can be
// had again.

/// How many events a monkey does: ROPESCOPE_MONKEY where that is set, else as many as a quick run has.
std::int64_t monkey_events(std::int64_t quick);
/// ROPESCOPE_MONKEY_SEED where that is set, else the one that every run has.
std::uint64_t monkey_seed();

inline constexpr std::int64_t events_a_frame = 10;

/// Chance from a seed. Not by the standard's distributions, which differ from library to library.
class Chance {
public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t below(std::uint64_t n) { return engine_() % n; } ///< 0 … n − 1; n > 0
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  double share() { return static_cast<double>(engine_() >> 11) * 0x1p-53; } ///< 0 … 1
  double between(double least, double greatest) { return least + (greatest - least) * share(); }

  template <typename List>
  const auto& of(const List& list) {
    return list[below(std::size(list))];
  }

private:
  std::mt19937_64 engine_;
};

/// Files that a person could open, and some that nobody should.
struct MonkeyFiles {
  MonkeyFiles();

  Scratch scratch;
  std::vector<std::string> kernels; ///< arrays of a kernel's input, output and positions, and some that are none
  std::vector<std::string> others;  ///< models, scenes, broken ones, a folder, one that is not there

  std::string path(const std::string& name) const { return (scratch.path / name).string(); }
};

/// A value that the row allows, or (seldom) one that it does not.
Value random_value(Chance&, const Property&, const MonkeyFiles&);

/// The scene with one property changed; nothing where the row or the scene refused it with an Error. Any other
/// exception goes on.
std::optional<Scene> with_random_value(Chance&, const Scene&, const MonkeyFiles&);

/// Whether scans of the scene's curves take seconds within one frame: more terms than are done in a moment, and too few
/// to be done beside the frame. A monkey has no time for them.
bool is_slow(const Scene&);

/// The scene up to 4096 tokens, with a head of at most 1024 components.
Scene with_less_to_scan(const Scene&);

/// Fails the test where a scene is not as every scene must be: its rope valid, every value allowed by its row, views
/// finite, and its JSON the same after it was read.
void require_sound(const Scene&);

} // namespace ropescope::test
