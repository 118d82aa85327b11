#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/analysis/series_fit.h"
#include "core/rope/config.h"
#include "core/rope/spectrum.h"

namespace ropescope::lecture {

/// What expressions see of the scene of a step.
struct ClaimScene {
  RopeConfig rope;               ///< with the scheme in force; valid
  double factor = 1;             ///< s of every scheme
  double target = 2;             ///< tokens that pictures reach to
  std::optional<double> seq_len; ///< tokens that schemes which go by the length see; nothing: those asked about
  std::int64_t m = 0, n = 0, pair = 0;
  std::string position = "rope";  ///< "none": words are not turned
  std::vector<std::string> words; ///< of the picture "words", in the order that they stand in
  std::string looks_for;          ///< the word that is the query there

  /// The scene's model under a scheme with a factor; nothing where it cannot be. `none` is RopeType::standard.
  std::function<std::optional<RopeConfig>(RopeType, double factor)> under;
  /// A model by its name, for functions that speak of another one. Throws Error where there is none.
  std::function<RopeConfig(std::string_view)> model;
};

/// Answers for expressions: spectra of the scene's model, each made once. For one thread.
class ClaimEngine {
public:
  explicit ClaimEngine(ClaimScene scene) : scene_(std::move(scene)) {}

  const ClaimScene& scene() const { return scene_; }
  double trained() const { return trained_length(scene_.rope); }

  /// Before any extension.
  const Spectrum& plain();
  /// Of the scheme in force, at the scene's sequence length, else at `tokens`, else at the target.
  const Spectrum& in_force(std::optional<double> tokens = std::nullopt);
  /// Of a scheme by the name that people choose it by, with the scene's factor or another. Throws Error: no such
  /// scheme, or none for this model.
  const Spectrum& under(std::string_view scheme, std::optional<double> factor = std::nullopt,
                        std::optional<double> tokens = std::nullopt);
  /// The same of the scheme in force.
  std::string_view scheme() const;

  /// The fit of the picture "fit", to the trained length.
  const SeriesFit& fit();

private:
  ClaimScene scene_;
  std::map<std::pair<std::string, std::pair<double, double>>, Spectrum> spectra_; // by scheme, factor and tokens
  std::optional<SeriesFit> fit_;
};

} // namespace ropescope::lecture
