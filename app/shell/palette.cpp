#include "app/shell/palette.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/scene/called.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "core/error.h"

namespace ropescope::shell {

namespace {

constexpr std::size_t most_recent = 6; // as many as are taken in at a glance

/// "base b", and where that does not say it the key as scenes have it.
std::string name_of(const Property& row) {
  return row.label == row.key ? std::string(row.key) : fmt::format("{} · {}", row.label, row.key);
}

/// Whether people choose it by hand: what a plot's view is they choose on the plot, and a kernel's files by dropping.
bool is_chosen_by_hand(const Property& row) { return row.kind != Kind::range && row.key != "model"; }

/// Small letters, and a space for each sign that keys have between their words.
std::string plain(std::string_view words) {
  std::string result(words);
  for (char& c : result) {
    if (c == '_' || c == '.') c = ' ';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool begins_a_word(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  return at != std::string_view::npos && (at == 0 || text[at - 1] == ' ');
}

/// Whether a property takes a value from what is typed behind its name. Of those that take any words the whole key must
/// be typed, and `set` takes assignments: else "part of a name" would be a value of "part".
bool takes(const Property& row, std::string_view name, std::string_view value) {
  if (row.kind == Kind::choice || row.kind == Kind::flag || !is_chosen_by_hand(row)) return false;
  const bool is_number = row.kind == Kind::number || row.kind == Kind::whole;
  if (row.key == "set" && value.find('=') == std::string_view::npos) return false;
  return is_number || name == row.key;
}

/// The property that is called so: by its key, else by words that its label or key has, the shortest such. Null where
/// there is none.
const Property* property_called(std::string_view name, std::string_view value) {
  const std::string wanted = plain(name);
  const Property* best = nullptr;
  for (const Property* row : all_properties()) {
    if (!takes(*row, name, value)) continue;
    if (row->key == name || row->label == name) return row;
    // Of a key the last part alone, unless the whole is typed: "llama" is no beginning of a value of Llama 3's rule.
    const std::string_view key = name.find('.') == std::string_view::npos
                                     ? row->key.substr(row->key.rfind('.') + 1) // from 0 on where there is no point
                                     : row->key;
    const bool has = begins_a_word(plain(row->label), wanted) || begins_a_word(plain(key), wanted);
    if (has && (!best || row->key.size() < best->key.size())) best = row;
  }
  return best;
}

std::string present_words(const Scene& scene, const Property& row) {
  std::string words = value_words(row, get(scene, row));
  if (words == "null") words = std::string(row.default_words);
  return row.unit.empty() ? words : fmt::format("{} {}", words, row.unit);
}

} // namespace

void Palette::add(Choice choice, Deed deed) {
  choice.number = deeds_.size();
  all_.push_back(std::move(choice));
  deeds_.push_back(std::move(deed));
}

/// One line for a property, and one for each word of a choice and each state of a flag, so that the word alone finds
/// it.
void Palette::add_property(const Scene& scene, const Property& row) {
  const Value present = get(scene, row);
  const std::string help = fmt::format("{} It may be {}.", sentence(row.help), allowed_words(row));
  if (row.kind == Kind::flag) {
    const bool on = std::get<bool>(present);
    add({.words = name_of(row), .remark = on ? "on: switches it off" : "off: switches it on", .help = help},
        {.property = &row, .value = !on});
    return;
  }
  add({.words = name_of(row), .remark = present_words(scene, row), .help = help}, {.property = &row});
  if (row.kind != Kind::choice) return;
  // "yarn" means the scheme before a model that has it in its name. Not so "m", of what Play moves: it is too short to
  // mean that, and a word without another one is no choice.
  constexpr std::size_t least_letters = 3;
  for (const std::string_view word : row.choices())
    add({.words = fmt::format("{}: {}", row.label, word),
         .remark = "choice",
         .help = help,
         .name = word.size() >= least_letters && row.choices().size() > 1 ? std::string(word) : std::string(),
         .marked = present == Value(std::string(word))},
        {.property = &row, .value = std::string(word)});
}

void Palette::gather(const Scene& scene) {
  all_.clear();
  deeds_.clear();
  for (const Action& a : actions()) {
    const Picture* picture = a.view.empty() ? nullptr : find_picture(a.view);
    add({.words = picture ? fmt::format("View: {}", a.title) : std::string(a.title),
         .remark = key_name(a),
         .help = picture ? std::string(picture->line) : std::string(a.help)},
        {.action = &a});
  }
  for (const Picture* picture : all_pictures()) // those without a tab
    if (picture->tab.empty())
      add({.words = fmt::format("View: {}", picture->title), .remark = "view", .help = std::string(picture->line)},
          {.property = find_property("view"), .value = std::string(picture->name)});
  for (const Property* row : all_properties())
    if (is_chosen_by_hand(*row) && row->key != "view") add_property(scene, *row);
  for (const Preset& preset : presets())
    add({.words = preset.model.name,
         .remark = "model",
         .help = fmt::format("Numbers from: {}", preset.model.source),
         .marked = preset.id == scene.model.origin},
        {.model = preset.id});
  fixed_ = deeds_.size();
}

/// "base 500k": the first words name a property, what is left is its value. Where the value cannot be, the line's help
/// says why.
std::optional<Choice> Palette::typed_value(std::string_view typed) {
  while (!typed.empty() && typed.back() == ' ') typed.remove_suffix(1);
  for (std::size_t space = typed.rfind(' '); space != std::string_view::npos && space > 0;
       space = typed.rfind(' ', space - 1)) {
    std::string_view name = typed.substr(0, space);
    const std::string_view value = typed.substr(space + 1);
    while (!name.empty() && (name.back() == ' ' || name.back() == '=' || name.back() == ':')) name.remove_suffix(1);
    const Property* row = name.empty() ? nullptr : property_called(name, value);
    if (!row) continue;
    Choice line{.words = {},
                .help = fmt::format("{} It may be {}.", sentence(row->help), allowed_words(*row)),
                .number = deeds_.size()};
    try {
      const Value wanted = parse_value(*row, value);
      line.words = fmt::format("{}: {}", row->label, value_words(*row, wanted));
      line.remark = row->unit.empty() ? "set" : fmt::format("set, {}", row->unit);
      deeds_.push_back({.property = row, .value = wanted});
    } catch (const Error& error) {
      if (value.find_first_of("0123456789") == std::string_view::npos) continue; // words of a name
      line.words = name_of(*row);
      line.remark = "not a value of it";
      line.help = error.what();
      deeds_.push_back({.property = row});
    }
    return line;
  }
  return std::nullopt;
}

std::vector<Choice> Palette::lines(std::string_view typed) {
  deeds_.resize(fixed_);
  if (typed.find_first_not_of(' ') == std::string_view::npos) {
    std::vector<Choice> recent_first;
    for (const std::string& words : recent_)
      for (const Choice& choice : all_)
        if (choice.words == words) {
          recent_first.push_back(choice);
          recent_first.back().marked = false;
          break;
        }
    if (!recent_first.empty()) {
      recent_first.insert(recent_first.begin(), {.words = "LATELY", .heading = true});
      recent_first.push_back({.words = "ALL", .heading = true});
    }
    for (const Choice& choice : all_) {
      recent_first.push_back(choice);
      recent_first.back().marked = false; // the first line is lit, and nothing else
    }
    return recent_first;
  }
  std::vector<Choice> found = fitting(all_, typed);
  // One that cannot be stands behind what fits as a name.
  if (auto value = typed_value(typed))
    found.insert(deeds_[value->number].value ? found.begin() : found.end(), *std::move(value));
  return found;
}

void Palette::open(const Scene& scene) {
  gather(scene);
  list_.open([this](std::string_view typed) { return lines(typed); });
}

std::optional<Deed> Palette::draw(const Canvas& c, Rect window) {
  const float width = std::min(c.px(620), window.width() - c.px(32)), top = c.px(56);
  const float left = (window.least.x + window.greatest.x - width) / 2;
  const auto chosen = list_.draw(c, {{left, top}, {left + width, window.greatest.y - c.px(12)}});
  if (!chosen) return std::nullopt;
  const Deed deed = deeds_[chosen->number];
  if (deed.property && !deed.value) { // its value is still to be typed, or chosen
    list_.type(deed.property->kind == Kind::choice ? fmt::format("{}: ", deed.property->label)
                                                   : fmt::format("{} ", deed.property->key));
    return std::nullopt;
  }
  list_.close();
  std::erase(recent_, chosen->words);
  recent_.insert(recent_.begin(), chosen->words);
  if (recent_.size() > most_recent) recent_.resize(most_recent);
  return deed;
}

void ModelList::open(const Scene& scene, const Recent& recent) {
  std::vector<Choice> all;
  origins_.clear();
  const auto add = [&](std::string words, std::string remark, std::string help, const std::string& origin) {
    all.push_back({.words = std::move(words),
                   .remark = std::move(remark),
                   .help = std::move(help),
                   .marked = origin == scene.model.origin,
                   .number = origins_.size()});
    origins_.push_back(origin);
  };
  for (const std::filesystem::path& path : recent.files()) {
    const std::string ending = path.extension().string();
    if (ending == ".npy" || ending == ".npz" || ending == ".png" || ending == ".svg" || ending == ".pdf") continue;
    if (all.empty()) all.push_back({.words = "OPENED LATELY", .heading = true});
    add(called(path.string()), "file", path.string(), path.string());
  }
  std::vector<const Preset*> sorted;
  for (const Preset& preset : presets()) sorted.push_back(&preset);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Preset* a, const Preset* b) {
    return family_of(a->model.name) < family_of(b->model.name);
  });
  std::string family;
  for (const Preset* preset : sorted) {
    if (const std::string own = family_of(preset->model.name); own != family)
      all.push_back({.words = family = own, .heading = true});
    const double length = trained_length(preset->model.layers.front().config);
    add(preset->model.name, length >= 1024 ? fmt::format("{:.0f}K", length / 1024) : "",
        fmt::format("Numbers from: {}", preset->model.source), preset->id);
  }
  list_.open([all = std::move(all)](std::string_view typed) { return fitting(all, typed); });
}

std::optional<std::string> ModelList::draw(const Canvas& c, Rect place) {
  const auto chosen = list_.draw(c, place);
  if (!chosen) return std::nullopt;
  list_.close();
  return origins_[chosen->number];
}

} // namespace ropescope::shell
