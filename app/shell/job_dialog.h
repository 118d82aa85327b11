#pragma once
#include <algorithm>
#include <string>
#include <utility>

#include <imgui.h>

#include "app/canvas/canvas.h"

namespace ropescope::shell {

/// The words of a dialog that asks for work beside the window, and shows how far it is.
struct JobDialogWords {
  const char* popup;           ///< as Dear ImGui calls it
  const char *asks, *works;    ///< titles: before, and while it is done
  const char* write;           ///< the button
  std::string_view of_control; ///< what the keys of its controls begin with
  bool closes = false;         ///< once it begins or is stopped; else it stays, and says how far it is
};

/// One frame of such a dialog, in the middle of the window. `opens`: in this frame. `writes`: Enter was pressed.
/// `open`: false where it is closed. `fields` draws what is asked; `write` is called where it is to begin, and returns
/// whether it does. Returns whether the work is to be stopped.
template <typename Fields, typename Write>
bool job_dialog(const canvas::Canvas& c, const JobDialogWords& words, bool opens, bool writes, bool& open,
                const std::string& progress, const std::string& trouble, Fields fields, Write write) {
  if (opens) ImGui::OpenPopup(words.popup);
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({display.x / 2, display.y / 2}, ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSize({std::min(c.px(620), display.x * 0.96f), 0});
  if (!ImGui::BeginPopupModal(words.popup, nullptr,
                              ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoTitleBar |
                                  ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove)) {
    open = open && opens; // something else has closed the popup
    return false;
  }
  const auto button = [&](const char* label, const char* key) {
    const bool pressed = ImGui::Button(label);
    c.note(c.words("{}{}", words.of_control, key), {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
    return pressed;
  };
  ImGui::TextUnformatted(progress.empty() ? words.asks : words.works);
  ImGui::Spacing();
  bool stops = false, begins = false;
  if (!progress.empty()) {
    ImGui::TextUnformatted(progress.c_str());
    stops = button("Stop it", "stop");
  } else {
    fields();
    ImGui::PushTextWrapPos();
    ImGui::TextUnformatted(trouble.c_str());
    ImGui::PopTextWrapPos();
    const bool clicked = button(words.write, "write");
    begins = (writes || clicked) && write();
  }
  ImGui::SameLine();
  if (button("Close", "close") || (words.closes && (stops || begins))) open = false;
  if (!open) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
  return stops;
}

} // namespace ropescope::shell
