#pragma once
#include "app/pictures/parts.h"
#include "core/check/signatures.h"

// The parts of the check view, each in a rectangle of its own.

namespace ropescope::pictures {

/// What can be chosen of the check view beside the kernel: what is seen of pairs, which map and frequencies share, of
/// rows, and of frequencies.
inline constexpr Property check_options[] = {
    view_row("check.x", "", "pairs that are seen, in the map and among the frequencies"),
    view_row("check.y", "", "rows that are seen in the map"),
    view_row("check.frequency", "rad/token", "measured frequencies that are seen"),
    {.key = "check.signature",
     .kind = Kind::text,
     .label = "signature",
     .help = "what a bug leaves behind, shown large beside the others, by its name",
     .nullable = true,
     .default_words = "none"},
    view_row("check.row_measured", "", "rows that are seen where the position of each was measured"),
    view_row("check.position", "tokens", "measured positions that are seen"),
};
inline constexpr const Property &check_pairs = check_options[0], &check_rows = check_options[1],
                                &check_frequency = check_options[2], &check_signature = check_options[3],
                                &check_rows_measured = check_options[4], &check_position = check_options[5];

/// The signatures of bugs, which update() of the check view makes.
using Signatures = std::vector<Signature>;

/// Errors by position and pair, of all heads or one. A click selects row and pair.
void check_map(const Canvas&, Rect, const Scene&, const KernelCheck&, Scene& next);

/// The frequency that was measured of every pair, on the expected one.
void check_frequencies(const Canvas&, Rect, const Scene&, const CheckedKernel&, Scene& next);

/// Explanations and what each leaves unexplained.
void check_hypotheses(const Canvas&, Rect, const CheckedKernel&);

/// Of a mismatch, one strip each: which pairs, heads and components behind those that turn are off. So high are they
/// (pixels), 0 where nothing is off.
float strips_height(const Canvas&, const CheckedKernel&);
void check_strips(const Canvas&, Rect, const CheckedKernel&);

/// The positions that were measured of the tokens; null where the kernel took those given, or others by a rule.
const std::vector<std::int64_t>* own_positions(const Finding&);
/// Those, on the positions given. Requires that there are any.
void check_positions(const Canvas&, Rect, const Scene&, const CheckedKernel&, Scene& next);

/// The selected pair of the selected row: input, expected and kernel as hands.
void check_pair(const Canvas&, Rect, const Scene&, const KernelCheck&);

/// What bugs leave behind on this model. A click shows one large, and another click not.
void check_gallery(const Canvas&, Rect, const Scene&, const Derived&, Scene& next);

/// Any part of a map in a rectangle, a colour for the greatest error of each of its cells.
struct MapPart {
  double first_token = 0, end_token = 0, first_pair = 0, end_pair = 0;
};
void draw_errors(const Canvas&, Rect, const ErrorMap&, const MapPart&, const ErrorScale&);

/// The row and pair that are selected, within what there is.
std::int64_t selected_row(const Scene&, const CheckedKernel&);
std::int64_t selected_pair(const Scene&, const CheckedKernel&);

} // namespace ropescope::pictures
