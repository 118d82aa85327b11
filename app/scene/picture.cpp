#include "app/scene/picture.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "app/scene/derived.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope {

const Picture* find_picture(std::string_view name) {
  const auto all = all_pictures();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Picture* p) { return p->name == name; });
  return found == all.end() ? nullptr : *found;
}

const Picture& shown_picture(const Scene& scene) {
  const Picture* shown = find_picture(scene.view);
  return shown ? *shown : *all_pictures().front();
}

bool fills_window(const Scene& scene) {
  return shown_picture(scene).fills_window && scene.theme != canvas::ThemeName::paper;
}

const Picture* next_view(Group group, const Picture& shown) {
  const Picture* first = nullptr;
  bool passed = false;
  for (const Picture* picture : all_pictures()) {
    const bool offered = picture->group == group && !picture->tab.empty();
    if (offered && passed) return picture;
    if (offered && !first) first = picture;
    passed = passed || (picture == &shown && picture->group == group);
  }
  return first;
}

int view_count(Group group) {
  const auto all = all_pictures();
  return static_cast<int>(
      std::count_if(all.begin(), all.end(), [&](const Picture* p) { return p->group == group && !p->tab.empty(); }));
}

std::string picture_title(const Scene& scene) {
  return fmt::format("{} of {}, {}", shown_picture(scene).title, printable(scene.model.name),
                     scene.rope.rotates ? scheme_of(scene.rope).choice() : "no RoPE");
}

std::string_view column_name(const Series& series) {
  if (!series.layer_type.empty()) return series.layer_type;
  return series.config.rotates ? scheme_of(series.config).choice() : std::string_view("no_rope");
}

std::string csv(const Picture& picture, const Scene& scene, const Table& table) {
  // Names from files are one line of their own each, with whatever could end it replaced.
  std::string text = fmt::format("# picture: {}\n# model: {}\n# scheme: {}\n", picture.name,
                                 printable(scene.model.name), scheme_of(scene.rope).choice());
  if (scheme_of(scene.rope).takes_factor) fmt::format_to(std::back_inserter(text), "# factor: {}\n", scene.factor);
  if (!scene.layer_type.empty())
    fmt::format_to(std::back_inserter(text), "# layer_type: {}\n", printable(scene.layer_type));
  if (!table.formula.empty()) fmt::format_to(std::back_inserter(text), "# {}\n", table.formula);
  std::size_t rows = 0;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    // A layer type's name comes from a file: what CSV gives a meaning to becomes "_".
    std::string name = printable(table.columns[i].name);
    std::replace_if(
        name.begin(), name.end(), [](char ch) { return ch == ',' || ch == '"' || ch == '#'; }, '_');
    text += i == 0 ? "" : ",";
    text += name;
    rows = std::max(rows, table.columns[i].values.size());
  }
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      text += i == 0 ? '\n' : ',';
      const std::vector<double>& values = table.columns[i].values;
      if (row < values.size() && !std::isnan(values[row]))
        fmt::format_to(std::back_inserter(text), "{:.17g}", values[row]);
    }
  return text + '\n';
}

} // namespace ropescope
