#include "core/lecture/claim_engine.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/lecture/expression.h"
#include "core/lecture/functions.h"
#include "core/lecture/similar.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::lecture {

namespace {

constexpr std::string_view names[] = {"m",        "n",          "pair",   "base",    "factor",
                                      "head_dim", "rotary_dim", "target", "trained", "seq_len"};

const Scheme& scheme_named(std::string_view name) {
  if (const Scheme* scheme = find_scheme(name)) return *scheme;
  std::vector<std::string_view> known;
  for (const Scheme* scheme : all_schemes()) known.push_back(scheme->choice());
  throw Error(fmt::format("unknown scheme {}{}", in_quotes(name), suggestion(name, known)));
}

/// Of the scheme that is in force with_scheme() changes nothing, the factor neither.
std::optional<RopeConfig> tried(const RopeConfig& rope, RopeType type, double factor) {
  auto config = with_scheme(rope, type, factor);
  if (config && scheme_of(type).takes_factor) {
    config->scaling.factor = factor;
    config->scaling.parameters.erase(key::alpha); // it would win over the factor
  }
  return config;
}

} // namespace

std::string_view ClaimEngine::scheme() const { return scheme_of(scene_.rope).choice(); }

const Spectrum& ClaimEngine::under(std::string_view name, std::optional<double> factor, std::optional<double> tokens) {
  const Scheme& scheme = scheme_named(name);
  const double s = factor.value_or(scene_.factor), length = scene_.seq_len.value_or(tokens.value_or(scene_.target));
  const double asked = tokens.value_or(length); // a length that was asked for by name goes before the scene's
  const auto key = std::pair(std::string(scheme.choice()), std::pair(s, asked));
  if (const auto found = spectra_.find(key); found != spectra_.end()) return found->second;
  const auto rope = scene_.under ? scene_.under(scheme.type, s) : tried(scene_.rope, scheme.type, s);
  if (!rope) throw Error(fmt::format("this model cannot be under the scheme \"{}\"", scheme.choice()));
  return spectra_.emplace(key, make_spectrum(*rope, asked)).first->second;
}

const Spectrum& ClaimEngine::plain() { return under("none"); }

const Spectrum& ClaimEngine::in_force(std::optional<double> tokens) {
  return under(scheme(), std::nullopt, scene_.seq_len ? scene_.seq_len : tokens);
}

const SeriesFit& ClaimEngine::fit() {
  if (!fit_) fit_ = fit_series(plain().inv_freq, {.length = trained()});
  return *fit_;
}

std::span<const std::string_view> scene_names() { return names; }

std::optional<double> scene_name(ClaimEngine& engine, std::string_view name) {
  const ClaimScene& scene = engine.scene();
  if (name == "m") return static_cast<double>(scene.m);
  if (name == "n") return static_cast<double>(scene.n);
  if (name == "pair") return static_cast<double>(scene.pair);
  if (name == "base") return scene.rope.base;
  if (name == "factor") return scene.factor;
  if (name == "head_dim") return static_cast<double>(scene.rope.layout.head_dim);
  if (name == "rotary_dim") return static_cast<double>(scene.rope.layout.rotary_dim);
  if (name == "target") return scene.target;
  if (name == "trained") return engine.trained();
  if (name == "seq_len") return scene.seq_len.value_or(scene.target);
  return std::nullopt;
}

} // namespace ropescope::lecture
