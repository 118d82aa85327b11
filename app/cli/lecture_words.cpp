#include "app/cli/lecture_words.h"

#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/lecture/handles.h"
#include "app/lecture/lecture_scene.h"
#include "app/scene/picture.h"
#include "core/lecture/expression.h"
#include "core/lecture/keys.h"
#include "core/rope/scheme.h"

namespace ropescope::cli {

namespace {

void print_keys(std::string_view head, std::span<const lecture::Key> keys, Output& out) {
  out.print("{}\n", head);
  for (const lecture::Key& key : keys) out.print("  {:<10} {}\n", key.name, key.says);
}

void print_pictures(Output& out) {
  out.print("\nPictures, for \"show\"; handles, for \"grab\"; options, for \"pose\" and \"then\": score.x is "
            "\"score\": {{\"x\": …}}\n");
  for (const std::string& name : scene_rules().pictures) {
    const Picture* picture = find_picture(name);
    out.print("  {:<12} {}\n", name, picture ? picture->line : "");
    if (const auto handles = handles_of(name); !handles.empty()) out.print("    grab: {}\n", fmt::join(handles, ", "));
    if (!picture) continue;
    for (const Property& option : picture->options) out.print("    {:<28} {}\n", option.key, option.help);
  }
}

/// "score(Δ[, scheme or c])": what may be left out stands in brackets.
std::string call_of(const lecture::Function& function) {
  std::string words(function.name);
  words += '(';
  std::string_view left = function.takes;
  for (std::size_t i = 0; i < function.most; ++i) {
    const std::size_t comma = std::min(left.find(", "), left.size());
    const bool optional = i >= function.least;
    words +=
        fmt::format("{}{}{}{}", optional ? "[" : "", i > 0 ? ", " : "", left.substr(0, comma), optional ? "]" : "");
    left.remove_prefix(std::min(left.size(), comma + 2));
  }
  return words += ')';
}

void print_functions(Output& out) {
  out.print("\nFunctions, for \"claims\" and ${{…}}; words stand in single quotes, [ ] may be left out\n");
  for (const auto& group : lecture::function_groups())
    for (const lecture::Function& function : group) out.print("  {:<36} {}\n", call_of(function), function.says);
  out.print("\nNames beside them: {}, pi\n", fmt::join(lecture::scene_names(), ", "));
  out.print("Schemes:");
  for (const Scheme* scheme : all_schemes()) out.print(" {}", scheme->choice());
  out.print("\nColours of a text: @q{{…}} @k{{…}} @ok{{…}} @bad{{…}}, and @ with a scheme\n");
}

} // namespace

void print_lecture_words(Output& out) {
  print_keys("The file", lecture::file_keys(), out);
  print_keys("\nA step", lecture::step_keys(), out);
  print_pictures(out);
  out.print("\nA pose has every other key of a scene too: `ropescope render --list-keys`\n");
  print_functions(out);
}

} // namespace ropescope::cli
