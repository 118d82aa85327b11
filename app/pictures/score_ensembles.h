#pragma once
#include <string>
#include <vector>

#include "app/pictures/parts.h"

// Curves of the score picture that are no scheme's: other queries and keys under the scheme in force.

namespace ropescope::pictures {

/// What one entry of `score.curves` asks for.
struct Ensemble {
  enum class Kind : std::uint8_t { same, unrelated, bound };
  Kind kind;
  std::int64_t number = 0; ///< of `same` tokens that the key is turned on, of `unrelated` how many draws
  std::string name;        ///< as the entry has it; for CSV with "_" in place of ":"
  std::string label;
  std::vector<double> scores, deviation; ///< per distance; deviation of `unrelated` alone
  bool operator==(const Ensemble&) const = default;
};

/// All that are asked for, at the first distance of each bin of the curves.
struct Ensembles {
  std::vector<std::int64_t> distances;
  std::vector<Ensemble> curves;
};

/// The row of `score.curves`.
constexpr Property curves_row(std::string_view key) {
  return {.key = key,
          .kind = Kind::texts,
          .label = "curves",
          .help = "beside the schemes: same (q = k), same:N (k turned N tokens on), random:N (mean and deviation of N "
                  "unrelated q and k), bound (RoFormer's)",
          .nullable = true,
          .default_words = "none"};
}

/// Computes them; unknown entries are refused where the scene is read. `curves`: the row above.
void update_ensembles(const Scene&, Derived&, const Property& curves);

/// Draws them over the schemes' curves.
void draw_ensembles(const Canvas&, const Plot&, const Derived&, double gain);

/// Adds their values at the distance nearest to one to a read-out.
void read_ensembles(const Canvas&, ReadOut&, const Derived&, double distance, double gain);

void add_columns(Table&, const Derived&, double gain);

/// Switches for the unrelated ones and the bound, in a row that ends at `right`; returns where it begins.
float draw_ensemble_switches(const Canvas&, ImVec2 right, float least, const Scene&, const Property& curves,
                             Scene& next);

/// Whose score it is: "q = k = 1", "q = word “dog”, k = …".
std::string_view whose_words(const Canvas&, const Scene&);

} // namespace ropescope::pictures
