#pragma once
#include <string>
#include <vector>

#include "app/pictures/parts.h"
#include "core/analysis/attention_map.h"

// What the maps of attention and the strip of rivals share.

namespace ropescope::pictures {

/// One map: a scheme of the scene, or another way to know where a token is.
struct ShownMap {
  std::string name, label;               ///< as `attention.second` has it, and for people
  std::size_t series = 0;                ///< of Derived, where it is one
  const PositionScheme* rival = nullptr; ///< null: it is a series
  AttentionMap map;
  AttentionWeights weights;
  double least = 0, greatest = 1; ///< of the colours: those of both schemes alike, of a rival its own
  double off = 0;                 ///< spread along diagonals, or change when slid, in float32
};

/// Which queries and keys the tokens have.
enum class Content : std::uint8_t { same, rows, random, needle, word };

struct AttentionNumbers {
  Content content = Content::same;
  std::string word; ///< of Content::word
  std::int64_t tokens = 0;
  std::vector<ShownMap> maps; ///< the scheme in force, then the second one where there is one
};

/// All rivals but RoPE, which do not change with the scheme in force; and RoPE.
struct RivalNumbers {
  std::vector<RivalMap> maps;
};
struct RopeAmongRivals {
  RivalMap map;
};

/// Small maps side by side, or their verdicts alone where the room is low; a click makes one the second map.
void draw_rivals(const Canvas&, Rect panel, const Derived&, const Property& second, Scene& next);

/// Cells of a map of scores as colours, each the mean of its block of `block` tokens; what no query sees is the ground.
/// `colour(m, n)` gives one of a block by its first tokens.
template <typename Colour>
void draw_triangle(const Canvas& c, Rect area, std::int64_t first_m, std::int64_t end_m, std::int64_t first_n,
                   std::int64_t end_n, std::int64_t block, Colour colour) {
  const std::int64_t rows = (end_m - first_m + block - 1) / block, columns = (end_n - first_n + block - 1) / block;
  auto colours = c.list_of<ImU32>(static_cast<std::size_t>(rows * columns));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t k = 0; k < columns; ++k) {
      const std::int64_t m = first_m + r * block, n = first_n + k * block;
      colours.push_back(n > std::min(m + block, end_m) - 1 ? c.theme.panel : colour(m, n));
    }
  c.paint.image(area, columns, rows, colours);
}

/// Tokens whose queries and keys are all the same.
inline bool is_alike(Content content) {
  return content == Content::same || content == Content::rows || content == Content::word;
}

/// The colour of a map's name and of its curve.
ImU32 colour_of(const Canvas&, const Derived&, const ShownMap&);

/// A place in the maps: a query and a key at or before it.
struct Spot {
  std::int64_t m, n;
};

/// What the maps write into the scene, and what they show.
struct MapOptions {
  const Property &x, &y, &second;
  bool softmax;
};

/// The scheme in force, the second one, and their difference, as large squares as the room has. Returns how many tokens
/// a cell is wide and high; 0 where there is no room.
std::int64_t draw_maps(const Canvas&, Rect room, const Scene&, const Derived&, const MapOptions&, Scene& next);

/// What `attention.second` calls a rival: no positions at all is "no positions", as "none" is no extension.
inline std::string_view option_of(const PositionScheme& rival) {
  return rival.name == "none" ? "no positions" : rival.name;
}

/// "4e-6"
std::string_view brief(const Canvas&, double);

} // namespace ropescope::pictures
