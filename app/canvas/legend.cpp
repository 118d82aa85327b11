#include "app/canvas/legend.h"

#include <algorithm>

#include "app/canvas/attention.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/widgets.h"

namespace ropescope::canvas {

namespace {

// Pixels at scale 1: the piece of line before the words, the space between, the space after, and a line of words.
constexpr float sample = curve_sample_width, to_words = 6, after = 14, row_height = 21;

} // namespace

void curve_sample(const Canvas& c, ImVec2 left, ImU32 colour, const Dash& dash, float width) {
  const ImVec2 ends[] = {left, {left.x + c.px(curve_sample_width), left.y}};
  c.paint.polyline(ends, colour, c.stroke(width), c.dashes(dash));
}

bool is_hidden(std::span<const std::string> hidden, std::string_view name) {
  return std::find(hidden.begin(), hidden.end(), name) != hidden.end();
}

std::vector<std::string> toggled(std::span<const std::string> hidden, std::span<const LegendEntry> entries,
                                 std::string_view name, bool alone) {
  std::vector<std::string> next(hidden.begin(), hidden.end());
  const auto set = [&](std::string_view of, bool to_hidden) {
    if (is_hidden(next, of) == to_hidden) return;
    if (to_hidden)
      next.emplace_back(of);
    else
      std::erase(next, of);
  };
  if (!alone) {
    set(name, !is_hidden(hidden, name));
    return next;
  }
  const bool is_alone = std::all_of(entries.begin(), entries.end(), [&](const LegendEntry& e) {
    return is_hidden(hidden, e.name) == (e.name != name);
  });
  for (const LegendEntry& e : entries) set(e.name, !is_alone && e.name != name);
  return next;
}

Legend::Legend(const Canvas& c, const char* id, std::span<const LegendEntry> entries,
               std::span<const std::string> hidden)
    : c_(c), id_(id), entries_(entries), hidden_(hidden) {}

float Legend::row_width() const {
  float width = 0;
  for (const LegendEntry& e : entries_) width += c_.px(sample + to_words + after) + text_width(c_.fonts.small, e.label);
  return width;
}

float Legend::column_height() const { return c_.px(row_height) * static_cast<float>(entries_.size()); }

void Legend::row(ImVec2 at) {
  ImGui::PushID(id_);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const float width = c_.px(sample + to_words) + text_width(c_.fonts.small, entries_[i].label);
    at.x += entry(i, at, width) + c_.px(after);
  }
  ImGui::PopID();
}

void Legend::column(ImVec2 at, float width) {
  ImGui::PushID(id_);
  for (std::size_t i = 0; i < entries_.size(); ++i, at.y += c_.px(row_height)) entry(i, at, width);
  ImGui::PopID();
}

float Legend::rows(ImVec2 at, float width, bool drawn) {
  ImGui::PushID(id_);
  ImVec2 place = at;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const float wide = std::min(width, c_.px(sample + to_words) + text_width(c_.fonts.small, entries_[i].label));
    if (place.x > at.x && place.x + wide > at.x + width) place = {at.x, place.y + c_.px(row_height)};
    if (drawn) entry(i, place, wide);
    place.x += wide + c_.px(after);
  }
  ImGui::PopID();
  return place.y + c_.px(row_height) - at.y;
}

/// Takes the mouse and draws one; returns its width.
float Legend::entry(std::size_t i, ImVec2 at, float width) {
  const LegendEntry& e = entries_[i];
  const Rect area{{at.x, at.y - c_.px(2)}, {at.x + width, at.y + c_.px(row_height - 3)}};
  // Names may be anything, "##" and nothing at all among them, so the place in the list is the item's id.
  ImGui::PushID(static_cast<int>(i));
  const bool clicked = hit("entry", area);
  const std::string_view what = e.help.empty() ? std::string_view() : c_.words("{}.\n", e.help);
  const std::string_view help =
      c_.words("{}: {}A click hides the curve or shows it again, Ctrl+click shows it alone.", e.label, what);
  c_.note(c_.words("{} {}", id_, e.name), area, help);
  explain(c_, help);
  // The canvas has no mouse where something lies over all pictures, of which Dear ImGui knows nothing.
  const bool hovered = ImGui::IsItemHovered() && area.contains(c_.mouse);
  ImGui::PopID();
  const bool hidden = is_hidden(hidden_, e.name);
  if (clicked) changed_ = toggled(hidden_, entries_, e.name, ImGui::GetIO().KeyCtrl);
  if (hovered) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    if (!hidden) hovered_ = i;
  }
  const float middle = at.y + c_.px(9);
  const float faded = hidden ? 0.3f : 1.0f;
  const ImU32 ink = hovered || (e.strong && !hidden) ? c_.theme.text : c_.theme.dim;
  curve_sample(c_, {at.x, middle}, with_alpha(e.colour, faded), e.dash, e.width);
  const float left = at.x + c_.px(sample + to_words);
  const std::string_view words = shortened(c_, c_.fonts.small, e.label, area.greatest.x - left + 1);
  const float of_words = text(c_, {left, at.y}, c_.fonts.small, with_alpha(ink, hidden ? 0.5f : 1.0f), words);
  if (hidden) { // struck through: not told by paleness alone
    const float line = at.y + compat::font_size(c_.fonts.small) * 0.6f;
    c_.paint.line({left, line}, {left + of_words, line}, c_.theme.dim, c_.stroke(1));
  }
  return width;
}

ImU32 Legend::colour(std::size_t entry) const {
  const ImU32 own = entries_[entry].colour;
  if (!hovered_ || *hovered_ == entry) return own;
  return with_alpha(own, 0.35f * static_cast<float>(own >> IM_COL32_A_SHIFT & 0xff) / 255);
}

Rect heading_with_legend(const Canvas& c, Rect panel, std::string_view title, std::string_view remark,
                         std::string_view brief_remark, Legend& legend) {
  canvas::panel(c, panel);
  const Rect inner = panel.inset(c.px(18), c.px(14));
  const float width = draw_title(c, inner.least, inner.width(), title) + c.px(12);
  if (!c.remark.empty()) remark = brief_remark = c.remark;
  const float free = panel.width() - c.px(42) - width - legend.row_width();
  const bool shown = free >= 0;
  const auto fits = [&](std::string_view words) { return !shown || free >= text_width(c.fonts.small, words); };
  const std::string_view words = fits(remark) ? remark : fits(brief_remark) ? brief_remark : std::string_view();
  const float room = inner.width() - width;
  if (!words.empty() && room > c.px(40))
    text(c, {inner.least.x + width, inner.least.y + c.px(4)}, c.fonts.small, c.theme.dim,
         shortened(c, c.fonts.small, words, room));
  if (shown) legend.row({panel.greatest.x - c.px(4) - legend.row_width(), panel.least.y + c.px(18)});
  float below = c.px(32);
  if (!shown && !c.theme.panels) {
    const ImVec2 at{inner.least.x, inner.least.y + c.px(30)};
    const float height = legend.rows(at, inner.width(), false);
    // A plot that is lower than this is worth more than its legend.
    if (inner.height() - below - height >= c.px(150)) below += legend.rows(at, inner.width(), true);
  }
  return {{inner.least.x, inner.least.y + below}, inner.greatest};
}

} // namespace ropescope::canvas
