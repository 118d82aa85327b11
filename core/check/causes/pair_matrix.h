#pragma once
#include <array>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Each pair (x1, x2) goes through a real 2×2 matrix that is no rotation, the same function of cos and sin in every
/// pair.
struct PairMatrix {
  std::string like = "other";           ///< of `known`, or "other"
  std::string matrix = {};              ///< "first row; second row", such as "cos, sin; sin, cos"
  std::vector<std::int64_t> pairs = {}; ///< those it is so in, where the others are right; empty: all

  static constexpr std::string_view name = "pair_matrix";
  static constexpr FactKind fact = FactKind::sign;
  static constexpr bool hides_amplitude = true; ///< lengths are not kept

  /// The mistakes that have a name.
  struct Known {
    std::string_view like, matrix, sentence;
  };
  static constexpr std::array<Known, 25> known{{
      {"in_place_alias", "cos, −sin; sin·cos, cos − sin²",
       "computes the second component of each pair from the first one that it has just overwritten: y2 = x2·cos + "
       "y1·sin; keep x1 until y2 is done"},
      {"in_place_alias", "cos − sin², −sin·cos; sin, cos",
       "computes the first component of each pair from the second one that it has just overwritten: y1 = x1·cos − "
       "y2·sin; keep x2 until y1 is done"},
      {"minus_lost", "cos, sin; sin, cos",
       "adds where it should subtract, y1 = x1·cos + x2·sin: the minus of rotate_half is lost"},
      {"minus_twice", "cos, −sin; −sin, cos", "subtracts the sine's product in both components of a pair"},
      {"accumulates", "1 + cos, −sin; sin, 1 + cos",
       "adds the rotated row to what was in the output, the input: += where = should be"},
      {"difference", "−1 + cos, −sin; sin, −1 + cos", "gives the rotated row minus the input"},
      {"cos_for_sin", "cos, −cos; cos, cos", "multiplies by the cosine where the sine should be"},
      {"sin_for_cos", "sin, −sin; sin, sin", "multiplies by the sine where the cosine should be"},
      {"first_only", "cos, −sin; 0, 1", "writes the first component of each pair and leaves the second as it was"},
      {"second_only", "1, 0; sin, cos", "writes the second component of each pair and leaves the first as it was"},
      {"first_only_rest_zero", "cos, −sin; 0, 0", "writes the first component of each pair and zero for the second"},
      {"second_only_rest_zero", "0, 0; sin, cos", "writes the second component of each pair and zero for the first"},
      {"term_missing", "cos, 0; sin, cos", "leaves out −x2·sin in the first component of each pair"},
      {"term_missing", "cos, −sin; 0, cos", "leaves out +x1·sin in the second component of each pair"},
      {"inputs_exchanged", "−sin, cos; cos, sin", "takes the two components of each pair for one another"},
      {"halves_not_exchanged", "cos − sin, 0; 0, cos + sin",
       "multiplies each component by (cos ∓ sin): rotate_half changes the sign and does not exchange the halves"},
      {"halves_not_exchanged", "cos + sin, 0; 0, cos + sin",
       "multiplies each component by (cos + sin): the other component of the pair is never read"},
      {"one_component_written_twice", "cos, −sin; cos, −sin", "writes the first component of each pair twice"},
      {"opposite_angle", "cos, sin; −sin, cos", "turns by the opposite angle (the sign of sin is exchanged)"},
      {"cos_sin_swapped", "sin, −cos; cos, sin", "takes sine for cosine and cosine for sine"},
      {"negative", "−cos, sin; −sin, −cos", "gives the rotated pair with the other sign: half a turn too far"},
      {"sine_sign_lost", "cos, −|sin|; |sin|, cos", "loses the sign of the sine"},
      {"cosine_sign_lost", "|cos|, −sin; sin, |cos|", "loses the sign of the cosine"},
      {"signs_lost", "|cos|, −|sin|; |sin|, |cos|", "loses the signs of sine and cosine"},
      {"mirrored", "cos, −sin; −sin, −cos", "gives the second component of each pair with the other sign"},
  }};

  static const Known* find_known(std::string_view matrix) {
    for (const Known& k : known)
      if (k.matrix == matrix) return &k;
    return nullptr;
  }

  /// What a matrix, or the name of a known one, does to a pair.
  static std::string words_of(const std::string& like) {
    for (const Known& k : known)
      if (k.matrix == like || k.like == like) return std::string(k.sentence);
    return fmt::format("multiplies each pair (x1, x2) by the matrix ({}), not by (cos, −sin; sin, cos)", like);
  }

  Parameters parameters() const {
    Parameters all{{"like", like}, {"matrix", matrix}};
    if (!pairs.empty()) all.push_back({"pairs", pairs});
    return all;
  }
  std::string sentence(const KernelRun&) const {
    if (like == "frequency_per_component")
      return fmt::format("has one frequency for each component, where the two of a pair should share one ({} …)",
                         matrix);
    if (like == "other_table_entries")
      return fmt::format("takes cos and sin of other entries of the table than a pair should ({} …)", matrix);
    std::string words = words_of(matrix);
    if (!pairs.empty()) words += fmt::format(", in pairs {} alone", exact_words(pairs));
    return words;
  }
  std::string brief(const KernelRun&) const {
    return like == "other" ? "another matrix for each pair" : fmt::format("pair matrix: {}", like);
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.cosine = [](double a) { return 1 + std::cos(a); };
    return one_example("adds to the input", "all, row 0 too, even", bug);
  }
};

} // namespace ropescope::cause
