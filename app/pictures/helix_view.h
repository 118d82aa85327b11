#pragma once
#include "app/pictures/dial.h"
#include "app/pictures/helix_parts.h"

// How the helix lies in its panel, what can be chosen of it, and what a hand does to it.

namespace ropescope::pictures::helix {

inline constexpr Property options[] = {
    {.key = "helix.length",
     .kind = Kind::number,
     .label = "tokens along the ropes",
     .help = "how many tokens of each rope are seen",
     .unit = "tokens",
     .least = 16,
     .greatest = 65536,
     .logarithmic = true,
     .fallback = 160.0},
    {.key = "helix.yaw",
     .kind = Kind::number,
     .label = "helix yaw",
     .help = "how far the ropes are turned towards the eye: at 90° they are seen from their end",
     .unit = "degrees",
     .least = -90,
     .greatest = 90,
     .fallback = home_yaw},
    {.key = "helix.pitch",
     .kind = Kind::number,
     .label = "helix pitch",
     .help = "from how far above the ropes are seen",
     .unit = "degrees",
     .least = -25,
     .greatest = 25,
     .fallback = home_pitch},
    {.key = "helix.query_angle",
     .kind = Kind::number,
     .label = "angle of the example's query",
     .help = "where the query points before it is turned, while q and k are ones",
     .unit = "degrees",
     .least = -360,
     .greatest = 360,
     .fallback = 90.0},
    {.key = "helix.key_angle",
     .kind = Kind::number,
     .label = "angle of the example's key",
     .help = "where the key points before it is turned, while q and k are ones",
     .unit = "degrees",
     .least = -360,
     .greatest = 360,
     .fallback = -70.0},
    {.key = "helix.pairs",
     .kind = Kind::numbers,
     .label = "ropes",
     .help = "the pairs whose ropes are seen, seven at most",
     .greatest = 32767,
     .nullable = true,
     .default_words = "a few from the fastest to slow ones"},
    {.key = "helix.title",
     .kind = Kind::text,
     .label = "helix title",
     .help = "words in the place of the title, for a picture that stands alone: it lies on the ground, without a panel",
     .nullable = true,
     .default_words = "what the picture teaches"},
    {.key = "helix.rungs",
     .kind = Kind::flag,
     .label = "rungs of the rope",
     .help =
         "the key's strand is where a key n − m tokens further on points, and rungs join both: seen from the end all "
         "are one chord",
     .fallback = false},
};
inline constexpr const Property &length = options[0], &yaw = options[1], &pitch = options[2], &query_angle = options[3],
                                &key_angle = options[4], &chosen_pairs = options[5], &own_title = options[6],
                                &rungs = options[7];

/// Tokens that are seen of each rope.
double shown_tokens(const Scene&);

/// Everything that is drawn and taken, in this frame.
struct View {
  Rect panel, area;         ///< `area`: of the ropes with their planes and positions
  HelixCamera camera, home; ///< `home`: as it stands where nobody has turned it, which tells where dials lie
  TokenWindow window;
  std::pmr::vector<Rope> ropes;
  float labels_width = 0, dials_x = 0, dial_radius = 0, arrows_from = 0;
  ImU32 ground = 0;      ///< what lies behind
  bool sentence = false; ///< there is room for what the dials say
  bool rungs = false;    ///< query and key are joined, and move together
};
View view_of(const Canvas&, Rect panel, const Scene&, const Derived&);

Rect label_area(const Canvas&, const View&, const Rope&);
ImVec2 dial_centre(const View&, const Rope&);

/// Drags of a plane, of both, of the ground and of a label; clicks on a rope; the wheel; a double click.
void take_hands(const Canvas&, const View&, const Scene&, Scene& next);

} // namespace ropescope::pictures::helix
