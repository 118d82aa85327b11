#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/canvas.h"

namespace ropescope::canvas {

/// One curve as the legend shows it.
struct LegendEntry {
  std::string_view name;  ///< by which it is hidden: "yarn"
  std::string_view label; ///< as it is read: "YaRN"
  ImU32 colour = 0;
  Dash dash{};                ///< pixels at scale 1
  float width = 2;            ///< of its line, pixels at scale 1
  bool strong = false;        ///< the one in force: its words stand out
  std::string_view help = {}; ///< what the curve is, for its tooltip; empty: its label says it
};

/// A piece of a curve in its dashes, as legends, read-outs and lists show which curve is meant: `curve_sample_width`
/// long (pixels at scale 1), from `left` on. `width`: of the line, pixels at scale 1.
inline constexpr float curve_sample_width = 28;
void curve_sample(const Canvas&, ImVec2 left, ImU32 colour, const Dash&, float width = 2);

bool is_hidden(std::span<const std::string> hidden, std::string_view name);

/// The hidden names after a click on one: a shown one becomes hidden, a hidden one shown. `alone` (Ctrl): every other
/// one is hidden; where that is so already, all are shown. Names that no entry has stay as they are: they belong to
/// another picture or model.
std::vector<std::string> toggled(std::span<const std::string> hidden, std::span<const LegendEntry>,
                                 std::string_view name, bool alone);

/// Which curve is which. A click hides or shows an entry, Ctrl+click shows it alone, and while the mouse is on one the
/// others are to be drawn paler, see colour(). It keeps nothing: what is hidden lies in the scene. Entries of the same
/// name are an error of the caller's.
class Legend {
public:
  /// `id` tells legends of one window apart. Requires that entries and names outlive it.
  Legend(const Canvas&, const char* id, std::span<const LegendEntry>, std::span<const std::string> hidden);

  /// How wide row() and how high column() is, pixels.
  float row_width() const;
  float column_height() const;

  /// Draws it and takes the mouse: from a point to the right, or downwards within a width (longer labels are
  /// shortened).
  void row(ImVec2 at);
  void column(ImVec2 at, float width);

  /// The same in as many rows as a width needs; returns their height. `drawn` false: it is only measured.
  float rows(ImVec2 at, float width, bool drawn);

  /// After it is drawn: the names that are hidden from now on, where a click has changed them.
  const std::optional<std::vector<std::string>>& changed() const { return changed_; }

  /// After it is drawn: which entry the mouse is on, hidden ones aside.
  std::optional<std::size_t> hovered() const { return hovered_; }

  /// A curve's colour; while the mouse is on another entry, with 35 % of its opacity.
  ImU32 colour(std::size_t entry) const;

private:
  float entry(std::size_t, ImVec2 at, float width);

  const Canvas& c_;
  const char* id_;
  std::span<const LegendEntry> entries_;
  std::span<const std::string> hidden_;
  std::optional<std::vector<std::string>> changed_;
  std::optional<std::size_t> hovered_;
};

/// A title at the top left of a panel, a dim remark beside it and a legend in a row at the right. Where the panel is
/// too narrow for all, the remark becomes brief, then goes, and then the legend goes; on paper, which nobody can ask,
/// it gets rows of its own below. Returns the rectangle left below.
Rect heading_with_legend(const Canvas&, Rect panel, std::string_view title, std::string_view remark,
                         std::string_view brief_remark, Legend&);

} // namespace ropescope::canvas
