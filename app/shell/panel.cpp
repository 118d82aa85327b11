#include "app/shell/panel.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/canvas/legend.h"
#include "app/canvas/slider_knob.h"
#include "app/scene/actions.h"
#include "app/scene/called.h"
#include "app/scene/grid.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "app/shell/panel_column.h"
#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope::shell {

namespace {

/// What of a model's file its name does not tell: another part, numbers that it leaves out, what was assumed.
bool has_more_to_say(const Model& model) {
  return model.parts.size() > 1 || !model.from_class.empty() || !model.warnings.empty();
}

/// At the right of the first heading, where it costs no row.
bool open_link(const Column& column) {
  const Canvas& c = column.c;
  constexpr std::string_view words = "Open a file …";
  const ImVec2 at{column.at().x + column.width() - text_width(c.fonts.small, words), column.at().y + c.px(6)};
  return link(c, "open", at, words,
              "Reads another model's config.json or GGUF file; a scene or an exported picture too. Files can also be "
              "dropped on the window.");
}

/// The box with the model's name; a click opens the list of models below it.
void choose_model(Column& column, const Scene& scene, PanelAnswer& answer) {
  const Canvas& c = column.c;
  const Rect box = column.cell(0, 1, 36);
  if (press(c, "model", box, "The model whose rotary embedding is shown. A click lists those there are."))
    answer.models = box;
  const bool hovered = ImGui::IsItemHovered();
  c.paint.box({box.least, box.greatest}, hovered ? mix(c.theme.raised, c.theme.text, 0.08f) : c.theme.raised, c.px(5));
  text(c, {box.least.x + c.px(12), box.least.y + c.px(8)}, c.fonts.bold, c.theme.text,
       shortened_before(c, c.fonts.bold, called(scene.model), box.width() - c.px(44)));
  text(c, {box.greatest.x - c.px(12), box.least.y + c.px(8)}, c.fonts.body, c.theme.dim, "▾", Align::right);
  offer_value(c, box, scene.model.name);
  column.skip(40);
}

/// "2 warnings", "1 number of its class".
std::string_view counted(const Canvas& c, std::size_t count, std::string_view one, std::string_view several) {
  return c.words("{} {}", count, count == 1 ? one : several);
}

/// The line below the model's name: which part of its file it is, how many numbers its class gave, how many warnings
/// there are. It opens a list of them, in which another part can be chosen.
void say_of_file(Column& column, const Model& model, PanelAnswer& answer) {
  if (!has_more_to_say(model)) return;
  const Canvas& c = column.c;
  auto words = c.list_of<std::string_view>(3);
  if (model.parts.size() > 1) words.push_back(c.words("part {}", model.part));
  if (!model.from_class.empty())
    words.push_back(counted(c, model.from_class.size(), "number of its class", "numbers of its class"));
  if (!model.warnings.empty()) words.push_back(counted(c, model.warnings.size(), "warning", "warnings"));
  std::string_view joined = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) joined = c.words("{} · {}", joined, words[i]);
  if (link(c, "of the file", column.at(), shortened(c, c.fonts.small, c.words("{} ▾", joined), column.width()),
           "What the model's file does not say by itself: its parts, numbers of its class, warnings."))
    ImGui::OpenPopup("of the file");
  ImGui::SetNextWindowSizeConstraints({c.px(300), 0}, {c.px(520), c.px(560)});
  if (ImGui::BeginPopup("of the file")) {
    if (compat::escape_pressed()) ImGui::CloseCurrentPopup();
    ImGui::PushTextWrapPos(c.px(500));
    if (model.parts.size() > 1) ImGui::TextUnformatted("Parts of the file that turn:");
    for (const std::string& part : model.parts) {
      ImGui::PushID(&part); // a name may be anything, "##" among it
      if (model.parts.size() > 1 && ImGui::Selectable(part.c_str(), part == model.part)) answer.part = part;
      ImGui::PopID();
    }
    if (!model.from_class.empty()) {
      ImGui::TextUnformatted(c.id("Not in the file, from the class of {}:", model.model_type));
      for (const std::string& one : model.from_class) ImGui::TextUnformatted(one.c_str());
    }
    for (const std::string& warning : model.warnings) ImGui::TextUnformatted(warning.c_str());
    ImGui::PopTextWrapPos();
    ImGui::EndPopup();
  }
  column.skip(22);
}

/// Models such as Gemma 3 have layers of several types ("full", "sliding"), each with its own rope.
void choose_layer_type(Column& column, const Scene& scene, Scene& next) {
  const int count = static_cast<int>(scene.model.layers.size());
  if (count < 2) return;
  const auto& name = short_layer_name;
  constexpr std::string_view layer_help =
      "Layers of this model have rotary embeddings of several types. The pictures show those of the chosen one.";
  if (count > 3) { // one button that goes through them
    int at = 0;
    while (at + 1 < count && scene.model.layers[static_cast<std::size_t>(at)].layer_type != scene.layer_type) ++at;
    const std::string& following = scene.model.layers[static_cast<std::size_t>((at + 1) % count)].layer_type;
    if (button(column.c, "layer type", column.cell(0, 1, 28), column.c.words("{} ▶", name(scene.layer_type)), true,
               true, layer_help))
      next = with_layer_type(scene, following);
  } else {
    for (int i = 0; i < count; ++i) {
      const std::string& type = scene.model.layers[static_cast<std::size_t>(i)].layer_type;
      ImGui::PushID(i);
      if (button(column.c, "layer type", column.cell(i, count, 28), name(type), type == scene.layer_type, true,
                 layer_help))
        next = with_layer_type(scene, type);
      ImGui::PopID();
    }
  }
  column.skip(34);
}

/// What a control is and does, what it may be, and where a double click goes. Made once, where the mouse first asks for
/// it: a row is a constant, and so are its words.
const std::string& help_words(const Property& row) {
  static std::map<const Property*, std::string> made;
  std::string& words = made[&row];
  if (words.empty())
    words = fmt::format("{}\nIt may be {}. Default: {}.", sentence(row.help), allowed_words(row), default_words(row));
  return words;
}

/// Takes what a hand did to a property's control. What cannot be is said in `refusal`.
void take(Moved moved, const Property& row, double number, const std::string& typed, Scene& next,
          std::string& refusal) {
  try {
    switch (moved) {
    case Moved::no: break;
    // A drag stays within what the row allows, though the slider's end may lie beyond.
    case Moved::dragged:
      set(next, row, std::clamp(row.snapped ? row.snapped(number) : number, row.least, row.greatest));
      break;
    case Moved::typed: set(next, row, parse_value(row, typed)); break;
    case Moved::reset: reset(next, row); break;
    }
  } catch (const Error& error) {
    refusal = error.what();
  }
}

/// A line for a property that is typed; `shown`: its value, where that follows from others too.
void type_line(Column& column, const Property& row, std::string_view shown, std::string_view help, Scene& next,
               std::string& refusal) {
  std::string typed;
  const Moved moved = typed_line(column.c, row.key.data(), column.line(), row.label, shown, help, typed);
  take(moved, row, 0, typed, next, refusal);
  column.skip(line_row);
}

/// A slider for a property that is a number. What it refuses becomes `refusal`.
void slide(Column& column, const Property& row, const Scene& scene, Scene& next, std::string& refusal) {
  property_slider(column.c, column.at(), column.width(), row, scene, next, refusal);
  column.skip_slider();
}

/// Buttons side by side for a property that is one of few words.
void choose_word(Column& column, const Property& row, const Scene& scene, Scene& next) {
  const Canvas& c = column.c;
  text(c, {column.at().x, column.at().y + c.px(4)}, c.fonts.body, c.theme.dim, row.label);
  const auto words = row.choices();
  const Value present = get(scene, row);
  for (int n = 0; n < static_cast<int>(words.size()); ++n) {
    const std::string_view word = words[static_cast<std::size_t>(n)];
    const Rect cell = column.cell(n, static_cast<int>(words.size()), 26, c.px(72));
    if (button(c, c.id("{} {}", row.key, word), cell, word, std::get<std::string>(present) == word, true,
               help_words(row)))
      set(next, row, std::string(word));
  }
  column.skip(32);
}

/// A control for every row of a section, in the rows' order.
void section_controls(Column& column, Section section, const Scene& scene, Scene& next, std::string& refusal) {
  for (const Property* row : all_properties()) {
    if (row->section != section || is_null(get(scene, *row))) continue;
    if (row->kind == Kind::choice)
      choose_word(column, *row, scene, next);
    else
      slide(column, *row, scene, next, refusal);
  }
}

/// A position on each axis: "10, 15, 26".
std::string_view place_words(const Canvas& c, const Scene& scene, double (*on)(const Scene&, std::int64_t)) {
  if (scene.axis < 0) return "on all alike";
  std::string_view words;
  for (std::int64_t a = 0; a < axis_count(scene.rope); ++a) {
    const double at = on(scene, a);
    words = c.words("{}{}{}", words, a > 0 ? ", " : "", grouped(c, at, at == std::round(at) ? 0 : 2));
  }
  return words;
}

/// Of positions with several axes: along which one m and n count, and where the tokens are on all.
void axis_controls(Column& column, const Scene& scene, Scene& next, std::string& refusal) {
  const Canvas& c = column.c;
  const std::int64_t axes = axis_count(scene.rope);
  text(c, {column.at().x, column.at().y + c.px(5)}, c.fonts.body, c.theme.dim, "along");
  const int cells = static_cast<int>(axes) + 1;
  const auto choose = [&](std::int64_t axis) {
    try {
      choose_axis(next, axis);
    } catch (const Error& error) {
      refusal = error.what();
    }
  };
  if (button(c, "all axes", column.cell(0, cells, 28, c.px(56)), "all", scene.axis < 0, true,
             "Text tokens: m and n lie apart by the same distance along every axis."))
    choose(-1);
  for (int a = 0; a < static_cast<int>(axes); ++a) {
    ImGui::PushID(a);
    const Rect cell = column.cell(a + 1, cells, 28, c.px(56));
    if (button(c, "axis", cell, axis_name(scene.rope, a), scene.axis == a, true,
               c.words("m and n count along {}; on the other axes the tokens stay where they are.",
                       axis_title(scene.rope, a))))
      choose(a);
    c.paint.box({{cell.least.x + c.px(3), cell.greatest.y - c.px(3)}, {cell.greatest.x - c.px(3), cell.greatest.y}},
                c.theme.of_axis(static_cast<std::size_t>(a)));
    ImGui::PopID();
  }
  column.skip(34);
  for (const bool query : {true, false})
    type_line(
        column, *find_property(query ? "positions.m" : "positions.n"), place_words(c, scene, query ? query_on : key_on),
        query ? "Where the query is in the grid, a position for each axis, as in 10, 15, 26. Each pair turns by the "
                "one on its own axis."
              : "Where the key is in the grid, a position for each axis, as in 0, 15, 20.",
        next, refusal);
  column.skip(4);
}

void position_controls(Column& column, const Scene& scene, Scene& next, std::string& refusal) {
  const Canvas& c = column.c;
  column.remark("The query q of the token at m is compared with the key k of the token at n.", 2);
  section_controls(column, Section::positions, scene, next, refusal);
  if (scene.q != HeadSource() || scene.k != HeadSource()) {
    if (link(c, "q and k", column.at(), "back to q = k = 1",
             "q and k are not all ones now. Click: every pair is (1, 0) again, of query and key."))
      next.q = next.k = HeadSource();
    column.skip(26);
  }
  if (axis_count(scene.rope) > 1) axis_controls(column, scene, next, refusal);
  column.read_out("distance", "Δ = m − n", grouped(c, static_cast<double>(next.m - next.n)),
                  "The distance from the key to the query, in tokens. Scores depend on it alone, not on m and n.");
  const bool playing = scene.play != Play::off;
  const Rect play{column.at(), {column.at().x + c.px(84), column.at().y + c.px(27)}};
  // The same action as the key's, so that both always do the same.
  if (button(c, "play", play, playing ? "pause" : "▶ play", playing, true,
             "Positions move by themselves, and the hands of every dial with them."))
    action("play").apply(next);
  if (link(c, "play what", {play.greatest.x + c.px(12), play.least.y + c.px(6)},
           scene.play_both ? "m and n together" : "m alone",
           "A click chooses what Play moves: m alone, or m and n together. Together they keep their distance, so that "
           "every hand turns and no angle between two hands changes.")) {
    next.play_both = !scene.play_both;
    if (playing) next.play = next.play_both ? Play::both : Play::query;
  }
  column.skip(30);
}

/// A button for every scheme that is offered, three in a row.
void choose_extension(Column& column, const Scene& scene, const Derived* derived, Scene& next) {
  constexpr int columns = 3;
  int n = 0;
  // All in letters of one size, so that none looks more important.
  const float width = column.cell(0, columns, 26).width();
  const bool small = std::any_of(all_schemes().begin(), all_schemes().end(), [&](const Scheme* scheme) {
    return is_offered(*scheme, scene) && needs_small(column.c, width, scheme->title);
  });
  for (const Scheme* scheme : all_schemes()) {
    if (!is_offered(*scheme, scene)) continue;
    // Derived has tried every scheme already. Before the first frame there is no Derived, and the scheme is tried here.
    const bool possible = derived ? derived->possible(scheme->type) : tried_on(scene, scheme->type).has_value();
    const Canvas& c = column.c;
    // Canvas::words() does not end its text with NUL. Dear ImGui takes C strings, so the NUL is written as a last
    // argument wherever words go to it.
    const std::string_view help = possible ? c.words("{}: {}. {}.", scheme->title, scheme->idea, scheme->source)
                                  : scheme->cannot_adopt.empty() ? "This scheme has no meaning for this head and base."
                                                                 : scheme->cannot_adopt;
    const Rect place = column.cell(n % columns, columns, 26);
    c.note(c.words("scheme {}", scheme->choice()), place, help);
    // Its name as everywhere else; those few that are too long for a button are written shorter.
    const bool fits = text_width(c.fonts.small, scheme->title) <= place.width() - c.px(4);
    if (button(c, c.id("{}", scheme->name), place, fits ? scheme->title : scheme->label,
               scene.rope.scaling.rope_type == scheme->type, possible, help, small))
      choose_scheme(next, scheme->type);
    if (++n % columns == 0) column.skip(29);
  }
  if (n % columns != 0) column.skip(29);
  column.skip(2);
}

/// A parameter of the scheme in force, as it was typed.
void type_parameter(const Parameter& parameter, const std::string& typed, const Scene& scene, Scene& next,
                    std::string& refusal) {
  const Property* row = find_property(fmt::format("{}.{}", scheme_of(scene.rope).choice(), parameter.key));
  if (!row) return;
  try {
    set(next, *row, parse_value(*row, typed));
  } catch (const Error& error) {
    refusal = error.what();
  }
}

/// The sliders that a scheme's row asks for: one number, or two that bound a range.
void scheme_controls(Column& column, const Scene& scene, Scene& next, std::string& refusal) {
  ParameterValues& values = next.rope.scaling.parameters;
  for (const SchemeControl& control : scheme_of(scene.rope).controls) {
    double low = values.number(*control.low), high = control.high ? values.number(*control.high) : 0;
    const Canvas& c = column.c;
    const std::string_view text = control.high ? c.words("{:.3g} / {:.3g}", low, high) : c.words("{:.4g}", low);
    const Slider slider{.id = control.low->key.data(), // a literal, which ends with NUL
                        .label = control.label,
                        .value_text = text,
                        .least = control.least,
                        .greatest = control.greatest,
                        .logarithmic = true,
                        // The left knob first, as it is drawn.
                        .help = control.high ? c.words("{}: {}.\n{}: {}.", control.low->key, control.low->meaning,
                                                       control.high->key, control.high->meaning)
                                             : c.words("{}: {}.", control.low->key, control.low->meaning)};
    // One parameter: an ordinary slider. Two parameters that bound a range share one line with two knobs.
    std::string typed;
    if (!control.high) {
      switch (canvas::slider(column.c, column.at(), column.width(), slider, low, typed)) {
      case Moved::no: break;
      case Moved::dragged: values.set_number(*control.low, low); break;
      case Moved::typed: type_parameter(*control.low, typed, scene, next, refusal); break;
      case Moved::reset: values.set_number(*control.low, control.low->fallback); break;
      }
    } else {
      const RangeMoved moved = range_slider(column.c, column.at(), column.width(), slider, low, high, typed);
      const Parameter& one = moved.high ? *control.high : *control.low;
      switch (moved.moved) {
      case Moved::no: break;
      case Moved::dragged:
        values.set_number(*control.low, low);
        values.set_number(*control.high, high);
        break;
      case Moved::typed: type_parameter(one, typed, scene, next, refusal); break;
      case Moved::reset: values.set_number(one, one.fallback); break;
      }
    }
    column.skip_slider();
  }
}

/// What the scheme does: to this model, else in general. Two lines are always kept for it.
void say_what_it_does(Column& column, const Scene& scene, const Derived* derived) {
  const Scheme& scheme = scheme_of(scene.rope);
  const std::string_view rule = derived ? std::string_view(derived->current().spectrum.rule) : std::string_view();
  column.remark(!rule.empty() ? rule
                : scheme.type == RopeType::standard
                    ? "Plain RoPE. Press another one to see what an extension does."
                    : column.c.words("{}{}.",
                                     static_cast<char>(std::toupper(static_cast<unsigned char>(scheme.idea.front()))),
                                     scheme.idea.substr(1)),
                2);
}

/// What the scheme makes of its parameters beside frequencies: how much longer q and k become.
void attention_rows(Column& column, const Scene& scene, const Spectrum& spectrum, Scene& next, std::string& refusal) {
  const Canvas& c = column.c;
  const Property& row = *find_property("attention_factor");
  const double factor = spectrum.attention_factor;
  const std::string_view shown = c.words("{:.4f}", factor);
  if (scheme_of(scene.rope).has(key::attention_factor))
    type_line(
        column, row, shown,
        c.words("q and k × {:.4f}, so scores × {:.4f}: cos and sin are multiplied by the attention factor, and a "
                "score by its square.\nA click types another factor; an empty field goes back to the scheme's own.",
                factor, factor * factor),
        next, refusal);
  else
    column.read_out(row.key.data(), row.label, shown,
                    c.words("{} leaves q and k as long as they are. YaRN and LongRoPE multiply both by their attention "
                            "factor.",
                            scheme_of(scene.rope).title));
  if (spectrum.softmax_factor != 1)
    column.read_out("softmax scale", "softmax scale", c.words("×{:.4f}", spectrum.softmax_factor),
                    "The model's own code also multiplies every score by this, in its softmax scale.");
}

/// How far the pictures reach: typed, else what follows from factor and trained context.
void target_row(Column& column, const Scene& scene, Scene& next, std::string& refusal) {
  const Property& row = *find_property("target");
  type_line(column, row, grouped(column.c, static_cast<double>(pictured_length(scene))), help_words(row), next,
            refusal);
}

/// The scheme, its factor, the trained context, and whatever sliders the scheme's row asks for. One such slider has its
/// room whether there is one or not: so the rows below stay where they are when another scheme is chosen.
void extension_controls(Column& column, const Scene& scene, const Derived* derived, Scene& next, std::string& refusal) {
  choose_extension(column, scene, derived, next);
  say_what_it_does(column, scene, derived);
  section_controls(column, Section::extension, scene, next, refusal);
  if (scheme_of(scene.rope).spans_whole_head) slide(column, *find_property("proportional.p"), scene, next, refusal);
  scheme_controls(column, scene, next, refusal);
  target_row(column, scene, next, refusal);
  if (derived) attention_rows(column, scene, derived->current().spectrum, next, refusal);
  if (scheme_of(scene.rope).controls.empty() && !scheme_of(scene.rope).spans_whole_head) column.skip_slider();
}

} // namespace

PanelAnswer control_panel(const Canvas& whole, Rect area, bool above, const Scene& scene, const Derived* derived,
                          Scene& next) {
  if (!above) panel(whole, area);
  ImGui::SetCursorScreenPos(area.least);
  // A child window scrolls where the rows need more room than there is, and clips them to the panel. It lies above the
  // pictures, whatever is drawn first.
  ImGui::BeginChild("controls", {area.width(), area.height()}, false, ImGuiWindowFlags_NoBackground);
  Canvas c = whole;
  // A row that is half scrolled out shows no half words.
  c.within = area;
  c.paint.push_clip(area);
  if (above) {
    c.paint.box(area, c.theme.panel);
    c.paint.frame(area, c.theme.outline, c.stroke(1));
  }
  if (c.attention) c.attention->beside = area.greatest.x;
  Column column(c, {area.least.x + c.px(margin), area.least.y + c.px(4) - ImGui::GetScrollY()},
                area.width() - c.px(2 * margin));
  PanelAnswer answer;

  answer.open = open_link(column);
  column.heading("MODEL");
  choose_model(column, scene, answer);
  say_of_file(column, scene.model, answer);
  choose_layer_type(column, scene, next);
  section_controls(column, Section::model, scene, next, answer.refusal);
  column.heading("POSITIONS");
  position_controls(column, scene, next, answer.refusal);
  column.heading("CONTEXT EXTENSION");
  extension_controls(column, scene, derived, next, answer.refusal);
  if (shown_picture(scene).compares) {
    column.heading("COMPARE");
    compare_controls(column, scene, derived, next);
  }
  if (c.attention) c.attention->beside = 0;
  column.skip(2);
  // Everything above is placed by hand. An item where the rows end tells Dear ImGui how far there is to scroll.
  ImGui::SetCursorScreenPos(column.at());
  ImGui::Dummy({1, 1});
  c.paint.pop_clip();
  ImGui::EndChild();
  return answer;
}

/// The row's label; of a model that was trained beyond what its rule counts from the word that is true there.
static std::string_view label_of(const Property& row, const Scene& scene) {
  return row.key == "trained" && trained_beyond(scene) ? "original context L" : row.label;
}

ImVec2 property_slider(const Canvas& c, ImVec2 at, float width, const Property& row, const Scene& scene, Scene& next,
                       std::string& refusal) {
  double number = std::get<double>(get(scene, row));
  const double from = row.slider_end > row.slider_least ? row.slider_least : row.least,
               to = row.slider_to                       ? row.slider_to(scene)
                    : row.slider_end > row.slider_least ? row.slider_end
                                                        : row.greatest;
  // A base of 2.5 is no 2: what is no whole number and small shows its digits.
  const bool whole =
      row.kind == Kind::whole || row.unit == "tokens" || (to > 1e5 && (number == std::round(number) || number >= 1000));
  const std::string own = row.shown ? row.shown(scene) : std::string();
  const Slider slider{.id = row.key.data(), // a literal, which ends with NUL
                      .label = label_of(row, scene),
                      .value_text = row.shown ? std::string_view(own)
                                    : whole   ? grouped(c, number)
                                              : c.words("{:.4g}", number),
                      .least = from,
                      .greatest = to,
                      .logarithmic = row.logarithmic,
                      .whole = whole,
                      .colour = row.colour ? c.theme.*row.colour : 0,
                      .help = help_words(row)};
  std::string typed;
  const Moved moved = canvas::slider(c, at, width, slider, number, typed);
  take(moved, row, number, typed, next, refusal);
  return knob_of(c, at, width, slider, number);
}

} // namespace ropescope::shell
