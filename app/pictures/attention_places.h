#pragma once
#include <span>
#include <string>
#include <vector>

#include "app/pictures/attention_parts.h"

// One large map of a way to know where a token is: the scene's `position`, which need not be RoPE, with or without the
// causal mask.

namespace ropescope::pictures {

struct PlaceNumbers {
  const PositionScheme* scheme = nullptr;
  std::int64_t tokens = 0, known = 0;  ///< known: of a table that ends; else all
  bool masked = true, weights = false; ///< weights: what softmax gives each key, else scores
  std::vector<float> square;           ///< known × known
  float least = 0, greatest = 1;
  std::int64_t distance = 0;    ///< of the diagonal that is looked at
  std::vector<double> diagonal; ///< its scores, by the key's position
  float spread = 0;             ///< greatest − least of it
  struct Place {
    std::int64_t m, n;
    float score;
  };
  std::vector<Place> places; ///< the same distance at a few places, near and far
};

/// What the scene asks of the map.
struct PlaceWish {
  std::uint64_t version = 0;
  std::string position;
  std::string word; ///< of Content::word
  Content content = Content::same;
  std::int64_t tokens = 0, distance = 0;
  bool masked = true, softmax = false;
  bool operator==(const PlaceWish&) const = default;
};

/// A learned table has so many rows: GPT-2's.
inline constexpr std::int64_t table_rows = 1024, table_width = 768;

/// `table`: scores of every two rows of a learned table, table_rows × table_rows; empty: they are computed.
PlaceNumbers place_numbers(const PlaceWish&, const TokenRows& rows, const PlaceContext&, double logits,
                           std::span<const float> table);

/// `toeplitz`: the diagonal's spread and its curve are shown; `tokens`: the row that a drag of the corner sets.
void draw_places(const Canvas&, Rect panel, bool toeplitz, const Property& tokens, const Scene&, const Derived&,
                 Scene& next);

} // namespace ropescope::pictures
