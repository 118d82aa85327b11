#include <algorithm>

#include <fmt/format.h>

#include "app/scene/copy_as.h"
#include "app/scene/presets.h"
#include "app/scene/scene_file.h"
#include "app/scene/scene_json.h"
#include "app/shell/shell.h"
#include "core/error.h"
#include "core/text.h"

// What goes to the clipboard and comes from it.

namespace ropescope::shell {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Numbers as other programs read them: without the space between thousands, with the plain minus.
std::string plain_digits(std::string_view words) {
  std::string plain;
  for (std::size_t i = 0; i < words.size(); ++i) {
    constexpr std::string_view minus = "\u2212";
    const auto digits_behind = static_cast<std::size_t>(
        std::find_if_not(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end(), is_digit) - words.begin());
    const bool parts_thousands = words[i] == ' ' && i > 0 && is_digit(words[i - 1]) && digits_behind == i + 4;
    if (words.substr(i).starts_with(minus))
      plain += '-', i += minus.size() - 1;
    else if (!parts_thousands)
      plain += words[i];
  }
  return plain;
}

Copied copied_as(Request what, const Scene& scene) {
  switch (what) {
  case Request::copy_json: return as_hugging_face_json(scene);
  case Request::copy_pytorch: return as_pytorch(scene);
  case Request::copy_llama_cpp: return as_llama_cpp_flags(scene);
  case Request::copy_command: return as_command_line(scene);
  case Request::copy_scene: return {scene_json(scene), "Copied the scene as JSON."};
  default: return as_words(scene);
  }
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

} // namespace

void Shell::copy(Request what) {
  if (what == Request::copy && !attention_.value.empty()) {
    const std::string value = plain_digits(attention_.value);
    ImGui::SetClipboardText(value.c_str());
    notify(fmt::format("Copied {}", value.substr(0, value.find('\n'))));
    return;
  }
  try {
    const Copied copied = copied_as(what, scene_);
    ImGui::SetClipboardText(copied.text.c_str());
    notify(copied.said);
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

/// A config or a scene as JSON, or the path of a file.
void Shell::paste() {
  const char* const clipboard = ImGui::GetClipboardText();
  std::string text(trimmed(clipboard ? clipboard : ""));
  constexpr std::string_view address = "file://"; // as file managers copy
  if (text.starts_with(address)) text.erase(0, address.size());
  std::error_code error;
  if (text.starts_with("{"))
    begin_opening([text] {
      std::vector<Opened> opened(1);
      try {
        if (is_scene(text))
          opened.front().held = take_json(text, "what was copied");
        else
          opened.front().held = open_model(text);
      } catch (const Error& error) {
        opened.front().held = Refused{error.what()};
      }
      return opened;
    });
  else if (!text.empty() && text.find('\n') == std::string::npos && std::filesystem::exists(text, error))
    open(text);
  else
    message_ = {text.empty()
                    ? std::string("There is nothing on the clipboard to take: expected a config.json, a scene, or "
                                  "a file's path")
                    : fmt::format("What was copied is no config.json, no scene and no file's path: {}",
                                  in_quotes(std::string_view(text).substr(0, 60))),
                true, false};
}

} // namespace ropescope::shell
