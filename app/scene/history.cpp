#include "app/scene/history.h"

#include <cmath>
#include <set>

#include <fmt/format.h>

namespace ropescope {

namespace {

// Each step keeps a scene of some kilobytes; more steps than that nobody goes back.
constexpr std::size_t greatest_steps = 500;

/// What a plot shows of its axes: no value that anything is computed from.
bool is_view(const Property& row) { return row.kind == Kind::range && !row.get; }

/// How a scene is shown stays as it is. The view too: who undoes a value wants to see that value go back, in the
/// picture that is looked at.
Scene shown_as(Scene scene, const Scene& present) {
  for (const Property* row : all_properties())
    if (is_view(*row)) scene.options.set(*row, present.options[*row]);
  scene.view = present.view;
  scene.theme = present.theme;
  scene.panel = present.panel;
  scene.engine = present.engine;
  scene.play = present.play;
  return scene;
}

/// A value as short as a slider says it: a drag leaves all digits of a number.
std::string brief_words(const Property& row, const Value& value) {
  const double* const number = std::get_if<double>(&value);
  std::string words = value_words(row, value);
  constexpr std::size_t readable = 10;
  return number && words.size() > readable && *number != std::round(*number) ? fmt::format("{:.4g}", *number) : words;
}

} // namespace

std::string name_of_change(const Scene& before, const Scene& after) {
  // Two values are named, of more how many others there are.
  constexpr int named = 2;
  std::string name;
  std::set<std::string> told;
  int changes = 0;
  for (const Property* row : all_properties()) {
    if (!row->steps || is_view(*row)) continue;
    const Value from = get(before, *row), to = get(after, *row);
    if (from == to) continue;
    // Schemes share parameters, and each has a row of its own for them: one change to a person.
    const std::string change = fmt::format("{}: {} → {}", row->label, brief_words(*row, from), brief_words(*row, to));
    if (!told.insert(change).second || ++changes > named) continue;
    if (!name.empty()) name += ", ";
    name += change;
    // Another model changes what follows from it; that is one change to a person.
    if (changes == 1 && (row->key == "model" || row->key == "layer_type" || row->key == "scheme")) return name;
  }
  const int others = changes - named;
  return others <= 0 ? name : fmt::format("{} and {} other setting{}", name, others, others == 1 ? "" : "s");
}

void History::changed(const Scene& before, const Scene& after, bool held) {
  if (live_) {
    past_.back().name = name_of_change(past_.back().before, after);
    // Dragged back to where it began: no step is left.
    if (!held && past_.back().name.empty()) past_.pop_back();
  } else {
    std::string name = name_of_change(before, after);
    if (name.empty()) return;
    past_.push_back({before, std::move(name)});
    if (past_.size() > greatest_steps) past_.erase(past_.begin());
    future_.clear();
  }
  live_ = held;
}

Scene History::undo(const Scene& present) {
  Edit edit = std::move(past_.back());
  past_.pop_back();
  live_ = false;
  future_.push_back({present, edit.name});
  return shown_as(std::move(edit.before), present);
}

Scene History::redo(const Scene& present) {
  Edit edit = std::move(future_.back());
  future_.pop_back();
  live_ = false;
  past_.push_back({present, edit.name});
  return shown_as(std::move(edit.before), present);
}

} // namespace ropescope
