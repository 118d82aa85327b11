#pragma once
#include <span>

#include "app/pictures/parts.h"

// The wall of dials as a lecture shows it: in rows with words beside them, one pair at some positions, or what training
// has shown of each circle.

namespace ropescope::pictures::rotations_view {

inline constexpr Property options[] = {
    {.key = "rotations.rows",
     .kind = Kind::whole,
     .label = "rows",
     .help = "how many rows the dials stand in",
     .least = 1,
     .greatest = 64,
     .nullable = true,
     .default_words = "as the room is"},
    {.key = "rotations.columns",
     .kind = Kind::whole,
     .label = "columns",
     .help = "how many dials stand in a row",
     .least = 1,
     .greatest = 128,
     .nullable = true,
     .default_words = "as the room is"},
    flag_row("rotations.row_labels", "words beside rows",
             "each row says its first pair, tokens for a turn and turns so far"),
    flag_row("rotations.seen", "what training showed",
             "the angles that training showed fill a part of each dial; what the query has swept beyond is hatched"),
    numbers_row("rotations.stops", "positions beside m", "the first pair at each of these positions, beside m", 0,
                static_cast<double>(furthest_position), "tokens"),
};
inline constexpr const Property &rows = options[0], &columns = options[1], &row_labels = options[2], &seen = options[3],
                                &stops = options[4];

/// Whether any of the options asks for it.
bool is_asked(const Scene&);

/// `pairs`: those that have a dial. Requires update_hands().
void draw(const Canvas&, Rect panel, std::string_view title, std::span<const std::int64_t> pairs, const Scene&,
          const Derived&, Scene& next);

} // namespace ropescope::pictures::rotations_view
