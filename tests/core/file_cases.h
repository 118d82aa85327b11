#pragma once
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/config/config_json.h"
#include "core/error.h"
#include "core/rope/layout.h"
#include "core/rope/spectrum.h"

/// Tables of config files and what their models' code makes of them.
namespace ropescope::test {

struct FileCase {
  const char* name;
  const char* config;
  const char* part;        ///< asked for; empty: none
  const char* layer;       ///< asked for; empty: none
  std::size_t pairs, pair; ///< how many turn; which one of them is looked at
  double frequency;        ///< its, rad/token
  const char* layout;      ///< a word of core/model/class_defaults.h; empty: not measured
  double attention_factor = 1;
};

/// "accepted", or the sentence of the refusal.
inline std::string refusal_of(const std::string& text, const ReadOptions& options = {}) {
  try {
    parse_model_config(text, "config.json", options);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

inline bool has_words(const std::string& sentence, const std::string& words) {
  return sentence.find(words) != std::string::npos;
}

/// Whether one of the model's warnings has these words.
inline bool is_told(const Model& model, const std::string& words) {
  for (const std::string& warning : model.warnings)
    if (has_words(warning, words)) return true;
  return false;
}

inline void check_file(const FileCase& one) {
  CAPTURE(std::string(one.name));
  Model model;
  CHECK_NOTHROW(model = parse_model_config(one.config, "config.json", {one.part, {}}));
  if (model.layers.empty()) return;
  const std::string layer = one.layer;
  const RopeConfig rope = layer_rope(model, layer.empty() ? std::nullopt : std::optional(layer)).config;
  CHECK(rope.rotates);
  const Spectrum spectrum = make_spectrum(rope, std::nullopt);
  std::vector<double> turning;
  for (const double frequency : spectrum.inv_freq)
    if (frequency != 0) turning.push_back(frequency);
  REQUIRE(turning.size() == one.pairs);
  // The classes compute with float32, and the numbers here have eight digits.
  CHECK(turning[one.pair] == doctest::Approx(one.frequency).epsilon(2e-6));
  CHECK(spectrum.attention_factor == doctest::Approx(one.attention_factor).epsilon(1e-6));
  const std::string layout = one.layout;
  if (layout.empty()) return;
  CHECK(pairing_name(rope.layout.pairs.pairing) == (layout.starts_with("half") ? "half" : "interleaved"));
  const bool writes_halves = layout.starts_with("half") || layout == "interleaved_to_half";
  CHECK(pairing_name(rope.layout.pairs.output) == (writes_halves ? "half" : "interleaved"));
  CHECK((rope.layout.pairs.direction < 0) == layout.ends_with("inverse"));
}

} // namespace ropescope::test
