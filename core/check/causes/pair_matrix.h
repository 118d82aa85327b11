#pragma once
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/check/choices/rows.h"

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
    if (like == "cos_sin_gains") return fmt::format("multiplies {}", matrix);
    if (like == "other_function")
      return fmt::format("takes for cos and sin other functions of the right angle: {}", matrix);
    if (like == "other_table_entries")
      return fmt::format("takes cos and sin of other entries of the table than a pair should ({} …)", matrix);
    std::string words = words_of(matrix);
    if (!pairs.empty()) words += fmt::format(", in pairs {} alone", exact_words(pairs));
    return words;
  }
  std::string brief(const KernelRun&) const {
    if (like == "other") return "another matrix for each pair";
    std::string words = like;
    std::replace(words.begin(), words.end(), '_', ' ');
    return "pair matrix: " + words;
  }

  /// The table of angles with its two axes exchanged: pair i of token t takes what belongs to pair t of token i, where
  /// there is one, as of an outer product in the other order.
  static void suggest_rows(RowPredictions& predictions) {
    const KernelRun& run = predictions.run();
    const Prediction& expected = predictions.expected();
    const auto pairs = static_cast<std::int64_t>(expected.turns.theta.size()), tokens = run.shape.tokens;
    if (run.positions.axes > 1 || tokens < 2 || pairs < 2) return;
    const PairComponents at =
        pair_components(pair_index(run.rope.layout.pairs, run.shape.head_dim, pairs), run.shape.head_dim, pairs);
    const auto add = [&](const std::string& words, auto angle) {
      predictions.add(PairMatrix{"other_table_entries", words, {}},
                      [at, angle, &expected](const RowPlace& row, std::span<const double> in, std::span<double> out) {
                        for (std::size_t i = 0; i < at.in_first.size(); ++i) {
                          const std::complex<double> z = std::polar(expected.gain, angle(row.token, i));
                          const double a = in[static_cast<std::size_t>(at.in_first[i])],
                                       b = in[static_cast<std::size_t>(at.in_second[i])];
                          out[static_cast<std::size_t>(at.out_first[i])] = a * z.real() - b * z.imag();
                          out[static_cast<std::size_t>(at.out_second[i])] = b * z.real() + a * z.imag();
                        }
                      });
    };
    const std::string exchanged = ": the two axes of the outer product are exchanged";
    if (tokens <= pairs) {
      add("pair i of token t: i · θ[t]" + exchanged, [&expected](std::int64_t t, std::size_t i) {
        return static_cast<double>(i) * expected.turns.theta[static_cast<std::size_t>(t)];
      });
      add("pair i of token t: p[i] · θ[t]" + exchanged, [&expected, tokens](std::int64_t t, std::size_t i) {
        return expected.positions.at(0, i % static_cast<std::size_t>(tokens)) *
               expected.turns.theta[static_cast<std::size_t>(t)];
      });
    }
    add(fmt::format("pair i of token t: entry {}t + i of a table that lies as [pair, token]", pairs),
        [&expected, pairs, tokens](std::int64_t t, std::size_t i) {
          const std::int64_t n = t * pairs + static_cast<std::int64_t>(i);
          return expected.positions.at(0, static_cast<std::size_t>(n % tokens)) *
                 expected.turns.theta[static_cast<std::size_t>(n / tokens)];
        });
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.cosine = [](double a) { return 1 + std::cos(a); };
    return one_example("adds to the input", "all, row 0 too, even", bug);
  }
};

} // namespace ropescope::cause
