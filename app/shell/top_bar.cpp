#include <algorithm>

#include "app/canvas/imgui_compat.h"
#include "app/scene/picture.h"
#include "app/shell/shell.h"

// The bar at the top: groups of views, the views of the group that is shown, the badge, and a few commands.

namespace ropescope::shell {

namespace {

// Pixels at scale 1: beside the words of a group and of a view, between two groups, what a key's digit adds, at both
// ends of the bar, and what the badge has beside its words.
constexpr float beside_group = 10, beside_view = 9, between_groups = 2, of_digit = 10, margin = 16, beside_badge = 40,
                dot_alone = 28, between_commands = 20, menu_width = 34, arrow = 18;

/// What the bar shows. Where it is narrow, less.
struct Shown {
  bool badge_words, name, digits, commands, groups;
};
// From all to the least: each goes on without one thing more. The groups themselves go last, into a menu.
constexpr Shown levels[] = {{true, true, true, true, true},     {false, true, true, true, true},
                            {false, false, true, true, true},   {false, false, false, true, true},
                            {false, false, false, false, true}, {false, false, false, false, false}};

struct Command {
  const char* name;
  std::string_view label;
};

/// Whether a group's views are told apart in the bar: one alone needs no word beside its group's.
bool unfolds(Group group) { return view_count(group) > 1; }

float views_width(const Canvas& c, Group group) {
  float width = 0;
  for (const Picture* picture : all_pictures())
    if (picture->group == group && !picture->tab.empty())
      width += text_width(c.fonts.body, picture->tab) + c.px(2 * beside_view);
  return width + c.px(4);
}

float group_width(const Canvas& c, Group group, bool shown, bool digits) {
  const std::string_view title = group_rows[static_cast<std::size_t>(group)].title;
  // Bold letters are wider: the room is theirs whether they are bold or not, so that no tab moves when it is pressed.
  const float width = std::max(text_width(c.fonts.bold, title), text_width(c.fonts.body, title)) +
                      c.px(2 * beside_group + (digits ? of_digit : 0));
  return width + (shown && unfolds(group) ? views_width(c, group) : 0);
}

/// A tab's ground and words, and whether it was pressed.
bool tab(const Canvas& c, const char* id, Rect area, std::string_view words, bool chosen, ImU32 ground,
         std::string_view help) {
  const bool pressed = press(c, id, area, help);
  const bool hovered = ImGui::IsItemHovered();
  if (chosen || hovered) c.paint.box(area, chosen ? ground : with_alpha(c.theme.raised, 0.5f), c.px(5));
  ImFont* font = chosen ? c.fonts.bold : c.fonts.body;
  text(c, {area.least.x + c.px(beside_group), area.centre().y - compat::font_size(font) * 0.58f}, font,
       chosen || hovered ? c.theme.text : c.theme.dim, shortened(c, font, words, area.width() - c.px(beside_group)));
  return pressed;
}

/// The views of the group that is shown, from a point on.
void view_tabs(const Canvas& c, float x, Rect bar, Group group, const Picture& shown, Scene& next) {
  for (const Picture* picture : all_pictures()) {
    if (picture->group != group || picture->tab.empty()) continue;
    const float width = text_width(c.fonts.body, picture->tab) + c.px(2 * beside_view);
    const Rect area{{x, bar.least.y + c.px(3)}, {x + width, bar.greatest.y - c.px(3)}};
    if (press(c, c.id("view {}", picture->name), area, c.words("{}: {}.", picture->title, picture->line),
              picture->name))
      next.view = picture->name;
    const bool chosen = picture == &shown, hovered = ImGui::IsItemHovered();
    if (chosen) c.paint.box(area, c.theme.accent, c.px(4));
    text(c, {x + c.px(beside_view), area.centre().y - compat::font_size(c.fonts.body) * 0.58f}, c.fonts.body,
         chosen    ? c.theme.on_accent
         : hovered ? c.theme.text
                   : c.theme.dim,
         picture->tab);
    x += width;
  }
}

/// Every group side by side; of the one that is shown the views beside it. Returns where they end.
float group_tabs(const Canvas& c, float x, Rect bar, const Picture& shown, bool digits, Scene& next) {
  for (const Action& a : actions()) {
    if (!a.group) continue;
    const bool chosen = *a.group == shown.group;
    const float whole = group_width(c, *a.group, chosen, digits), width = group_width(c, *a.group, false, digits);
    const Rect all{{x, bar.least.y}, {x + whole, bar.greatest.y}}, area{all.least, {x + width, all.greatest.y}};
    if (chosen && whole > width) c.paint.box(all, c.theme.raised, c.px(5));
    const Picture* first = next_view(*a.group, *all_pictures().front());
    const std::string_view help =
        first ? c.words("{}: {}. Key {}.", first->title, first->line, key_name(a)) : std::string_view();
    if (!(chosen && unfolds(*a.group)) && first) c.note(first->name, area, help);
    if (tab(c, c.id("{}", a.name), area, a.title, chosen, c.theme.raised, help)) a.apply(next);
    if (digits)
      text(c, {area.greatest.x - c.px(7), area.least.y + c.px(1)}, c.fonts.heading, c.theme.faint,
           c.words("{}", static_cast<int>(*a.group) + 1), Align::right);
    if (chosen && unfolds(*a.group)) view_tabs(c, area.greatest.x, bar, *a.group, shown, next);
    x += whole + c.px(between_groups);
  }
  return x;
}

/// One button with the view's name, which opens a list of all.
void groups_menu(const Canvas& c, Rect area, const Picture& shown, Scene& next) {
  const std::string_view title = group_rows[static_cast<std::size_t>(shown.group)].title;
  const std::string_view words =
      unfolds(shown.group) && !shown.tab.empty() ? c.words("{}: {}", title, shown.tab) : title;
  if (tab(c, "views", {area.least, {area.greatest.x, area.greatest.y}},
          shortened(c, c.fonts.bold, words, area.width() - c.px(2 * beside_group + arrow)), true, c.theme.raised,
          "All views: a click lists them."))
    ImGui::OpenPopup("all views");
  text(c, {area.greatest.x - c.px(beside_group), area.centre().y - compat::font_size(c.fonts.body) * 0.58f},
       c.fonts.body, c.theme.dim, "▾", Align::right);
  ImGui::SetNextWindowPos({area.least.x, area.greatest.y + c.px(2)});
  if (!ImGui::BeginPopup("all views")) return;
  if (compat::escape_pressed()) ImGui::CloseCurrentPopup();
  for (const Action& a : actions()) {
    if (a.view.empty()) continue;
    const Picture& picture = *find_picture(a.view);
    const std::string_view of_group = group_rows[static_cast<std::size_t>(picture.group)].title;
    const char* line = unfolds(picture.group) ? c.id("{}: {}", of_group, picture.tab) : c.id("{}", of_group);
    if (ImGui::Selectable(line, &picture == &shown)) a.apply(next);
  }
  ImGui::EndPopup();
}

} // namespace

/// What the badge says, in as few words as it has; the rest is in its tooltip.
std::string_view Shell::badge_words(const Canvas& c) const {
  if (!engines_.has_gpu()) return "CPU alone, no GPU";
  if (!engines_.shaders.badge.empty()) return engines_.shaders.badge;
  const double apart = derived_.parity().greatest_difference;
  // Until both are measured again, the words stay: they are of the scene before, and the dot says so.
  const std::string_view number = apart > 0 ? c.words("{:.1e}", apart) : "…";
  return engines_.draws_on_gpu() ? c.words("GPU and CPU agree to {}", number)
                                 : c.words("no GPU; computed twice, ±{}", number);
}

/// How GPU and CPU compare: a dot, and as words how far apart their numbers are; where there is no GPU, a cross.
void Shell::badge(const Canvas& c, Rect r, bool with_words) const {
  c.paint.box({r.least, r.greatest}, c.theme.raised, c.px(5));
  const ImVec2 dot{r.least.x + c.px(14), r.centre().y};
  if (engines_.has_gpu()) {
    // Each engine is within 2e-6 of the exact numbers (core/rope/engine.h), so that both may be 4e-6 apart. In practice
    // they are closer; what is further apart than 2e-6 deserves a look.
    c.paint.disc(dot, c.px(5),
                 derived_.parity_due()                           ? c.theme.faint
                 : derived_.parity().greatest_difference <= 2e-6 ? c.theme.good
                                                                 : c.theme.bad);
  } else {
    const float arm = c.px(5);
    c.paint.line({dot.x - arm, dot.y - arm}, {dot.x + arm, dot.y + arm}, c.theme.bad, c.stroke(2));
    c.paint.line({dot.x - arm, dot.y + arm}, {dot.x + arm, dot.y - arm}, c.theme.bad, c.stroke(2));
  }
  if (with_words)
    text(c, {r.least.x + c.px(28), dot.y - compat::font_size(c.fonts.small) * 0.58f}, c.fonts.small, c.theme.dim,
         badge_words(c));
  hit("badge", r);
  const std::string_view help = badge_help(c);
  c.note("badge", r, help);
  explain(c, help);
}

void Shell::top_bar(const Canvas& c, Rect bar, Scene& next) {
  c.paint.ground(bar, c.theme.panel);
  c.paint.line({bar.least.x, bar.greatest.y}, bar.greatest, c.theme.grid, 1);
  const Picture& shown = shown_picture(scene_);
  const Command commands[] = {{"theme", scene_.theme == ThemeName::dark ? "Light" : "Dark"},
                              {"export", "Export"},
                              {"help", "Keys"},
                              {"lecture", "Lecture"}};
  float of_commands = 0, of_groups = 0;
  for (const Command& command : commands)
    of_commands += text_width(c.fonts.body, command.label) + c.px(between_commands);
  const float words = text_width(c.fonts.small, badge_words(c)) + c.px(beside_badge),
              name = text_width(c.fonts.title, "Ropescope") + c.px(16);
  Shown level = levels[std::size(levels) - 1];
  for (const Shown& tried : levels) {
    of_groups = 0;
    for (const Action& a : actions())
      if (a.group) of_groups += group_width(c, *a.group, *a.group == shown.group, tried.digits) + c.px(between_groups);
    const float wanted = c.px(2 * margin + 12) + (tried.name ? name : 0) + (tried.groups ? of_groups : 0) +
                         (tried.badge_words ? words : c.px(dot_alone)) +
                         (tried.commands ? of_commands : c.px(menu_width));
    level = tried;
    if (wanted <= bar.width()) break;
  }
  const Rect row = bar.inset(0, c.px(8));
  float right = bar.greatest.x - c.px(margin);
  if (level.commands)
    for (const Command& command : commands) {
      const float width = text_width(c.fonts.body, command.label);
      const Rect area{{right - width - c.px(between_commands / 2), row.least.y},
                      {right + c.px(between_commands / 2), row.greatest.y}};
      const Action& does = action(command.name);
      const std::string_view help =
          c.words("{}. Key {}.{}{}", does.title, key_name(does), does.help.empty() ? "" : "\n", does.help);
      if (press(c, command.name, area, help)) perform(does.apply(next));
      text(c, {right - width, row.centre().y - compat::font_size(c.fonts.body) * 0.58f}, c.fonts.body,
           ImGui::IsItemHovered() ? c.theme.text : c.theme.dim, command.label);
      right -= width + c.px(between_commands);
    }
  else
    right = commands_menu(c, {{right - c.px(menu_width - 8), row.least.y}, {right, row.greatest.y}}, next);
  const float badge_left = right - (level.badge_words ? words : c.px(dot_alone));
  badge(c, {{badge_left, row.least.y + c.px(1)}, {right - c.px(2), row.greatest.y - c.px(1)}}, level.badge_words);
  float x = bar.least.x + c.px(margin);
  if (level.name)
    x += text(c, {x, row.centre().y - compat::font_size(c.fonts.title) * 0.58f}, c.fonts.title, c.theme.text,
              "Ropescope") +
         c.px(16);
  if (level.groups)
    group_tabs(c, x, row, shown, level.digits, next);
  else
    groups_menu(c, {{x, row.least.y}, {badge_left - c.px(8), row.greatest.y}}, shown, next);
}

/// Three dots that open a list of the commands which have no room; returns where the bar goes on to the left.
float Shell::commands_menu(const Canvas& c, Rect area, Scene& next) {
  if (press(c, "menu", area, "Lecture, open, export, colours, keys: what has no room in the bar."))
    ImGui::OpenPopup("commands");
  for (const float x : {-7.0f, 0.0f, 7.0f})
    c.paint.disc({area.centre().x + c.px(x), area.centre().y}, c.px(2),
                 ImGui::IsItemHovered() ? c.theme.text : c.theme.dim);
  ImGui::SetNextWindowPos({area.greatest.x, area.greatest.y + c.px(2)}, 0, {1, 0});
  if (ImGui::BeginPopup("commands")) {
    if (compat::escape_pressed()) ImGui::CloseCurrentPopup();
    for (const char* name : {"lecture", "open", "export", "theme", "help"}) {
      const Action& a = action(name);
      if (ImGui::Selectable(c.id("{}", a.title))) perform(a.apply(next));
    }
    ImGui::EndPopup();
  }
  return area.least.x - c.px(6);
}

} // namespace ropescope::shell
