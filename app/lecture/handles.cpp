#include "app/lecture/handles.h"

#include <initializer_list>

#include <fmt/format.h>

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

std::vector<std::string_view> control_keys_of(std::string_view handle) {
  struct Keys {
    std::string_view handle;
    std::initializer_list<std::string_view> keys;
  };
  // Of handles that are called otherwise than the property that they move; "both" is m, which n follows.
  static const Keys other[] = {
      {"both", {"m", "n"}},
      {"hand", {"m"}},
      {"length", {"seq_len"}},
      {"beta_fast", {"yarn.beta_fast"}},
      {"beta_slow", {"yarn.beta_slow"}},
      {"low", {"llama3.low_freq_factor"}},
      {"high", {"llama3.high_freq_factor"}},
      {"needle", {"share.needle"}},
      {"ridge", {"fit.ridge"}},
      {"cached_at", {"pair_view.cached_at"}},
      {"tokens", {"attention.tokens"}},
      {"rotary", {"rotary_dim"}},
  };
  for (const Keys& keys : other)
    if (keys.handle == handle) return keys.keys;
  return {handle};
}

std::optional<canvas::Rect> control_of(std::string_view picture, std::string_view handle,
                                       const std::vector<canvas::Control>& controls) {
  const auto find = [&](std::string_view key) -> std::optional<canvas::Rect> {
    for (const canvas::Control& control : controls)
      if (control.key == key) return control.area;
    return std::nullopt;
  };
  const auto find_either = [&](std::string_view key) {
    const auto knob = find(fmt::format("{} knob", key));
    return knob ? knob : find(key);
  };
  if (const auto own = find_either(fmt::format("{} {}", picture, handle))) return own;
  for (const std::string_view key : control_keys_of(handle)) {
    const std::string_view last = key.substr(key.rfind('.') + 1);
    if (const auto own = find_either(fmt::format("{} {}", picture, last))) return own;
  }
  return std::nullopt;
}

} // namespace ropescope
