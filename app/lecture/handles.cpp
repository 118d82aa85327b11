#include "app/lecture/handles.h"

#include <initializer_list>

namespace ropescope {

namespace {

struct Handles {
  std::string_view picture;
  std::initializer_list<std::string_view> names;
};

// As the format of lectures lists them.
const Handles rows[] = {
    {"words", {"word", "position"}},
    {"pair", {"q tip", "k tip", "m", "n", "both", "cached_at"}},
    {"rotations", {"hand", "m", "pair", "play", "rotary"}},
    {"wavelengths", {"base", "end", "beta_fast", "beta_slow", "low", "high", "length", "seq_len"}},
    {"transfer", {"base", "end", "beta_fast", "beta_slow", "low", "high", "length", "seq_len"}},
    {"parameters", {"base"}},
    {"pairing", {"layout"}},
    {"phasors", {"end", "arrow"}},
    {"score", {"delta", "peak", "gamma", "heights", "slope", "rotary", "seq_len"}},
    {"cache", {"new", "shift"}},
    {"precision", {"m"}},
    {"helix", {"camera", "m"}},
    {"carpet", {"target"}},
    {"turns", {"target", "factor"}},
    {"fit", {"ridge", "trained"}},
    {"ruler", {"factor"}},
    {"neighbours", {"factor", "token"}},
    {"share", {"needle", "factor"}},
    {"config", {"factor"}},
    {"attention", {"row", "diagonal", "tokens"}},
    {"split", {"matrix"}},
    {"rivals", {"delta", "trained"}},
};

} // namespace

std::vector<std::string> handles_of(std::string_view picture) {
  for (const Handles& row : rows)
    if (row.picture == picture) return {row.names.begin(), row.names.end()};
  return {};
}

std::vector<std::string_view> control_keys_of(std::string_view handle) { return {handle}; }

} // namespace ropescope
