#pragma once
#include "app/pictures/parts.h"

// One pair as a lecture shows it: one arrow and its table, two arrows and what stays the same, or a key that was stored
// under another table.

namespace ropescope::pictures::pair_view {

inline constexpr Property options[] = {
    flag_row("pair_view.key", "the key's arrow", "the key's arrow is drawn beside the query's", true),
    {.key = "pair_view.ghosts",
     .kind = Kind::whole,
     .label = "faint arrows",
     .help = "how many positions from 0 on have a faint arrow of the query",
     .greatest = 16,
     .fallback = 0.0},
    flag_row("pair_view.table", "table of positions", "the query's two numbers and their length at some positions"),
    flag_row("pair_view.formula", "formula", "the score of the pair, and why it has the distance alone in it"),
    flag_row("pair_view.total", "score of all pairs", "the score of all pairs in the place of this pair's"),
    {.key = "pair_view.cached_at",
     .kind = Kind::whole,
     .label = "key stored at",
     .help = "how long the text was when the key was stored, under schemes that go by the length",
     .unit = "tokens",
     .least = 1,
     .greatest = 16.0 * 1024 * 1024,
     .logarithmic = true,
     .nullable = true,
     .default_words = "as long as it is now"},
    number_row("pair_view.query_angle", "angle of the query",
               "how far the pair's query is turned before its position is", -360, 360, 0, "degrees"),
    number_row("pair_view.key_angle", "angle of the key", "how far the pair's key is turned before its position is",
               -360, 360, 0, "degrees"),
};
inline constexpr const Property &key = options[0], &ghosts = options[1], &table = options[2], &formula = options[3],
                                &total = options[4], &cached_at = options[5], &query_angle = options[6],
                                &key_angle = options[7];

/// Whether any of the options asks for it.
bool is_asked(const Scene&);

void update(const Scene&, Derived&);
void draw(const Canvas&, Rect panel, const Scene&, const Derived&, Scene& next);

} // namespace ropescope::pictures::pair_view
