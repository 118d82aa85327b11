#include "app/shell/choice_list.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <GLFW/glfw3.h>

#include "app/canvas/imgui_compat.h"
#include "app/canvas/widgets.h"
#include "app/scene/fuzzy.h"

namespace ropescope::shell {

namespace {

// Pixels at scale 1.
constexpr float line_height = 28, box_height = 36, foot_height = 44, edge = 8;
constexpr std::size_t most_lines = 14;

} // namespace

std::vector<Choice> fitting(const std::vector<Choice>& all, std::string_view typed) {
  if (typed.find_first_not_of(' ') == std::string_view::npos) return all;
  std::vector<std::pair<double, const Choice*>> found;
  for (const Choice& choice : all) {
    if (choice.heading) continue;
    const auto of_words = fuzzy_score(typed, choice.words), of_name = fuzzy_score(typed, choice.name);
    if (of_words || of_name) found.emplace_back(std::max(of_words.value_or(0), of_name.value_or(0)), &choice);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Choice> result;
  for (const auto& [score, choice] : found) result.push_back(*choice);
  return result;
}

void ChoiceList::open(Lines lines) {
  lines_ = std::move(lines);
  typed_.fill(0);
  replacement_.reset();
  list();
  opening_ = open_ = true;
  closing_ = false;
}

/// Asks for the lines of what is typed now, and lights the present one, else the first.
void ChoiceList::list() {
  listed_ = typed_;
  shown_ = lines_(typed_.data());
  const auto present = std::find_if(shown_.begin(), shown_.end(), [](const Choice& c) { return c.marked; });
  const bool all = typed_[0] == 0;
  lit_ = first_ = 0;
  if (all && present != shown_.end()) lit_ = static_cast<std::size_t>(present - shown_.begin());
  if (lit_ < shown_.size() && shown_[lit_].heading) move(1);
  first_ = lit_ > seen_ / 2 ? lit_ - seen_ / 2 : 0;
}

void ChoiceList::type(std::string words) { replacement_ = std::move(words); }

/// To the next line that can be chosen, in the direction of `by`; it stops at the ends.
void ChoiceList::move(std::ptrdiff_t by) {
  const auto count = static_cast<std::ptrdiff_t>(shown_.size());
  if (count == 0) return;
  const std::ptrdiff_t step = by < 0 ? -1 : 1;
  std::ptrdiff_t at = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(lit_) + by, 0, count - 1);
  const auto is_heading = [&](std::ptrdiff_t i) { return shown_[static_cast<std::size_t>(i)].heading; };
  while (at >= 0 && at < count && is_heading(at)) at += step;
  if (at < 0 || at >= count) { // beyond there are headings alone: the last line before them
    at = std::clamp<std::ptrdiff_t>(at, 0, count - 1);
    while (at >= 0 && at < count && is_heading(at)) at -= step;
    if (at < 0 || at >= count) return;
  }
  lit_ = static_cast<std::size_t>(at);
  // A heading right above comes along.
  const std::size_t top = lit_ > 0 && shown_[lit_ - 1].heading ? lit_ - 1 : lit_;
  if (top < first_) first_ = top;
  if (lit_ >= first_ + seen_) first_ = lit_ + 1 - seen_;
}

bool ChoiceList::key(int key) {
  const auto page = static_cast<std::ptrdiff_t>(seen_);
  switch (key) {
  case GLFW_KEY_DOWN: move(1); return true;
  case GLFW_KEY_UP: move(-1); return true;
  case GLFW_KEY_PAGE_DOWN: move(page); return true;
  case GLFW_KEY_PAGE_UP: move(-page); return true;
  default: return false;
  }
}

/// True in the frame of the Enter key.
bool ChoiceList::search_box(float width) {
  // The field keeps the keyboard: a click on a line or beside one must not take it away.
  if (!ImGui::IsAnyItemActive()) ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(width);
  // While a field is being typed into, Dear ImGui has its words and lets them be changed by a callback alone.
  const auto replace = [](ImGuiInputTextCallbackData* data) {
    auto& wanted = static_cast<ChoiceList*>(data->UserData)->replacement_;
    if (!wanted) return 0;
    data->DeleteChars(0, data->BufTextLen);
    data->InsertChars(0, wanted->c_str());
    wanted.reset();
    return 0;
  };
  const bool entered = ImGui::InputTextWithHint(
      "##search", hint_, typed_.data(), typed_.size(),
      ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackAlways, replace, this);
  if (typed_ != listed_) list();
  return entered;
}

void ChoiceList::draw_line(const Canvas& c, Rect r, const Choice& choice, bool lit) const {
  const float y = r.least.y + c.px(4);
  if (choice.heading) {
    text(c, {r.least.x + c.px(8), y + c.px(4)}, c.fonts.heading, c.theme.dim, choice.words);
    return;
  }
  if (lit) c.paint.box({r.least, r.greatest}, c.theme.raised, c.px(4));
  if (choice.marked) c.paint.disc({r.least.x + c.px(12), r.centre().y}, c.px(3.5f), c.theme.accent);
  const float left = r.least.x + c.px(24), right = r.greatest.x - c.px(10);
  const float room = right - left - c.px(16);
  const std::string_view remark = shortened(c, c.fonts.small, choice.remark, room * 0.6f);
  const float of_remark = text(c, {right, y + c.px(2)}, c.fonts.small, c.theme.dim, remark, Align::right);
  text(c, {left, y}, choice.marked ? c.fonts.bold : c.fonts.body, c.theme.text,
       shortened_before(c, choice.marked ? c.fonts.bold : c.fonts.body, choice.words, room - of_remark));
}

/// The line that was clicked.
std::optional<std::size_t> ChoiceList::draw_lines(const Canvas& c, Rect room) {
  const ImGuiIO& io = ImGui::GetIO();
  const float height = c.px(line_height);
  seen_ = static_cast<std::size_t>(std::max(1.0f, std::floor(room.height() / height)));
  const std::size_t last_first = shown_.size() > seen_ ? shown_.size() - seen_ : 0;
  if (io.MouseWheel != 0) {
    wheel_ -= io.MouseWheel * 3; // lines a notch
    const float whole = std::trunc(wheel_);
    wheel_ -= whole;
    first_ = static_cast<std::size_t>(std::max(0.0f, static_cast<float>(first_) + whole));
  }
  first_ = std::min(first_, last_first);
  std::optional<std::size_t> clicked;
  const bool bar = last_first > 0;
  for (std::size_t row = 0; row < seen_ && first_ + row < shown_.size(); ++row) {
    const std::size_t i = first_ + row;
    const float y = room.least.y + height * static_cast<float>(row);
    const Rect line{{room.least.x, y}, {room.greatest.x - (bar ? c.px(10) : 0), y + height}};
    c.note(c.words("line {}", row), line, shown_[i].words);
    if (hit(c.id("line {}", row), line) && !shown_[i].heading) clicked = i;
    if (ImGui::IsItemHovered() && !shown_[i].heading) {
      ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
      // A mouse that lies still does not take the light from the keys.
      if (io.MouseDelta.x != 0 || io.MouseDelta.y != 0) lit_ = i;
    }
    draw_line(c, line, shown_[i], i == lit_);
  }
  if (bar) {
    const float all = static_cast<float>(shown_.size()), x = room.greatest.x - c.px(5);
    const float from = room.least.y + room.height() * static_cast<float>(first_) / all,
                to = room.least.y + room.height() * static_cast<float>(first_ + seen_) / all;
    c.paint.box({{x, from}, {x + c.px(4), std::min(to, room.greatest.y)}}, c.theme.track, c.px(2));
  }
  return clicked;
}

std::optional<Choice> ChoiceList::draw(const Canvas& c, Rect place) {
  if (!open_) return std::nullopt;
  if (opening_) ImGui::OpenPopup(name_);
  opening_ = false;
  const float around = c.px(box_height + foot_height + 3 * edge);
  // As many lines as there are, so that a short list hides less.
  const auto wanted = static_cast<float>(std::clamp<std::size_t>(shown_.size(), 1, most_lines));
  const float lines = std::min(c.px(line_height) * wanted, place.height() - around);
  const float room = std::max(c.px(line_height), std::floor(lines / c.px(line_height)) * c.px(line_height));
  ImGui::SetNextWindowPos(place.least);
  ImGui::SetNextWindowSize({place.width(), room + around});
  open_ = ImGui::BeginPopup(name_, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse |
                                       ImGuiWindowFlags_NoMove);
  if (!open_) return std::nullopt;
  const Rect inner{{place.least.x + c.px(edge), place.least.y + c.px(edge)},
                   {place.greatest.x - c.px(edge), place.least.y + room + around - c.px(edge)}};
  ImGui::SetCursorScreenPos(inner.least);
  const bool entered = search_box(inner.width());
  const float top = inner.least.y + c.px(box_height + edge);
  auto chosen = draw_lines(c, {{inner.least.x, top}, {inner.greatest.x, top + room}});
  if (entered && lit() && !lit()->heading) chosen = lit_;
  const float foot = top + room + c.px(edge);
  if (shown_.empty())
    text(c, {inner.least.x + c.px(8), top + c.px(6)}, c.fonts.body, c.theme.dim, "Nothing fits what is typed.");
  else if (lit() && !lit()->help.empty()) {
    c.paint.push_clip({{inner.least.x, foot}, {inner.greatest.x, foot + c.px(foot_height)}});
    wrapped_text(c, {inner.least.x + c.px(8), foot}, inner.width() - c.px(16), c.fonts.small, c.theme.dim, lit()->help);
    c.paint.pop_clip();
  }
  std::optional<Choice> answer;
  if (chosen) answer = shown_[*chosen];
  if (closing_ || compat::escape_pressed()) ImGui::CloseCurrentPopup();
  closing_ = false;
  ImGui::EndPopup();
  return answer;
}

} // namespace ropescope::shell
