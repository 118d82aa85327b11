#include "app/shell/panel.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/canvas/legend.h"
#include "app/scene/actions.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope::shell {

namespace {

/// Whether a scheme has a button and a line in the comparison: those that are always offered, and whichever the model
/// uses.
bool is_offered(const Scheme& scheme, const Scene& scene) {
  return scheme.offered || scheme.type == scene.rope.scaling.rope_type;
}

/// Whether a scheme can be drawn beside the one in force.
bool is_comparable(const Scheme& scheme, const Scene& scene, const Derived* derived) {
  const bool possible = derived ? derived->possible(scheme.type) : tried_on(scene, scheme.type).has_value();
  return possible && scene.rope.rotates && is_offered(scheme, scene) && scheme.type != scene.rope.scaling.rope_type;
}

/// Height (pixels at scale 1) that all rows would take: what the functions below skip, added up. Where the panel is
/// lower, control_panel() moves the rows closer by the ratio. It need not be exact: where it is too small, the panel
/// scrolls.
/// What of a model's file its name does not tell: another part, numbers that it leaves out, what was assumed.
bool has_more_to_say(const Model& model) {
  return model.parts.size() > 1 || !model.from_class.empty() || !model.warnings.empty();
}

float nominal_height(const Scene& scene, const Derived* derived) {
  constexpr float always = 740, compare_row = 23, axis_row = 38, slider_row = 45, read_out_row = 27, button_row = 32,
                  rule_lines = 42, said_row = 24;
  float height = always + compare_row; // the scheme in force heads the comparison
  for (const Scheme* scheme : all_schemes())
    if (is_comparable(*scheme, scene, derived)) height += compare_row;
  if (has_more_to_say(scene.model)) height += said_row;
  if (scene.model.layers.size() > 1)
    height += axis_row + compare_row * static_cast<float>(scene.model.layers.size() - 1);
  if (axis_count(scene.rope) > 1) height += axis_row;
  if (derived && derived->current().spectrum.softmax_factor != 1) height += read_out_row;
  height += slider_row * static_cast<float>(scheme_of(scene.rope).controls.size());
  if (scheme_of(scene.rope).spans_whole_head) height += slider_row;
  if (!scheme_of(scene.rope).offered) height += button_row; // its button begins one more row
  if (derived && !derived->current().spectrum.rule.empty()) height += rule_lines;
  return height;
}

/// Lays rows out from top to bottom.
class Column {
public:
  Column(const Canvas& c, ImVec2 at, float width, float squeeze) : c(c), at_(at), width_(width), squeeze_(squeeze) {}

  const Canvas& c;
  ImVec2 at() const { return at_; }
  float width() const { return width_; }
  void skip(float height) { at_.y += c.px(height * squeeze_); }

  /// The knob of a slider ends 38 pixels below the slider's top (widgets.cpp: line_below + knob_radius), which is 0.84
  /// of 45. Squeezed further, it would reach into the words below.
  void skip_slider() { at_.y += c.px(45 * std::max(squeeze_, 0.84f)); }

  void heading(const char* words) {
    skip(10);
    text(c, at_, c.fonts.heading, c.theme.dim, words);
    skip(22);
  }

  void read_out(std::string_view label, std::string_view shown) {
    text(c, at_, c.fonts.body, c.theme.dim, label);
    text(c, {at_.x + width_, at_.y}, c.fonts.mono, c.theme.text, shown, Align::right);
    skip(27);
  }

  /// The n-th of `count` buttons side by side, from `left` pixels on. Buttons shrink a little less than the gaps
  /// between rows, so that their words still fit.
  Rect cell(int n, int count, float height, float left = 0) const {
    const float gap = c.px(6), from = at_.x + left,
                w = (width_ - left - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
    const float x = from + (w + gap) * static_cast<float>(n);
    return {{x, at_.y}, {x + w, at_.y + c.px(height * std::min(1.0f, squeeze_ + 0.04f))}};
  }

private:
  ImVec2 at_;
  float width_, squeeze_;
};

/// The first preset whose name begins with the letter typed in this frame.
const Preset* typed_preset() {
  const ImVector<ImWchar>& typed = ImGui::GetIO().InputQueueCharacters;
  if (typed.empty()) return nullptr;
  // Letters outside ASCII match nothing: tolower() of one byte of a UTF-8 letter means nothing.
  const auto letter = [](unsigned c) { return c < 128 ? std::tolower(static_cast<int>(c)) : 0; };
  for (const Preset& preset : presets())
    if (letter(static_cast<unsigned char>(preset.model.name.front())) == letter(typed.back())) return &preset;
  return nullptr;
}

/// The box with the model's name, and the list of all presets that it opens.
void choose_model(Column& column, const Scene& scene, Scene& next) {
  const Canvas& c = column.c;
  const Rect box = column.cell(0, 1, 36);
  if (hit("model", box)) ImGui::OpenPopup("models");
  const bool hovered = ImGui::IsItemHovered();
  c.paint.box({box.least, box.greatest}, hovered ? mix(c.theme.raised, c.theme.text, 0.08f) : c.theme.raised, c.px(5));
  text(c, {box.least.x + c.px(12), box.least.y + c.px(8)}, c.fonts.bold, c.theme.text,
       shortened(c, c.fonts.bold, scene.model.name, box.width() - c.px(44)));
  text(c, {box.greatest.x - c.px(12), box.least.y + c.px(8)}, c.fonts.body, c.theme.dim, "▾", Align::right);
  ImGui::SetNextWindowPos({box.least.x, box.greatest.y + c.px(2)});
  ImGui::SetNextWindowSizeConstraints({box.width(), 0}, {c.px(420), c.px(560)});
  if (ImGui::BeginPopup("models")) {
    // Dear ImGui closes popups by Escape only under its keyboard navigation, which is off here.
    if (compat::escape_pressed()) ImGui::CloseCurrentPopup();
    const Preset* wanted = typed_preset();
    for (const Preset& preset : presets()) {
      // Scrolls the list, so that this preset becomes its top line.
      if (&preset == wanted) ImGui::SetScrollHereY(0);
      if (ImGui::Selectable(preset.model.name.c_str(), preset.model.name == scene.model.name))
        next = with_model(scene, preset.model);
      if (ImGui::IsItemHovered()) tooltip(column.c.id("Numbers from: {}", preset.model.source));
    }
    ImGui::EndPopup();
  }
  column.skip(44);
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
  if (link(c, "of the file", column.at(), shortened(c, c.fonts.small, c.words("{} ▾", joined), column.width())))
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
  column.skip(24);
}

/// Models such as Gemma 3 have layers of several types ("full", "sliding"), each with its own rope.
void choose_layer_type(Column& column, const Scene& scene, Scene& next) {
  const int count = static_cast<int>(scene.model.layers.size());
  if (count < 2) return;
  const auto& name = short_layer_name;
  if (count > 3) { // one button that goes through them
    int at = 0;
    while (at + 1 < count && scene.model.layers[static_cast<std::size_t>(at)].layer_type != scene.layer_type) ++at;
    const std::string& following = scene.model.layers[static_cast<std::size_t>((at + 1) % count)].layer_type;
    if (button(column.c, "layer type", column.cell(0, 1, 28), column.c.words("{} ▶", name(scene.layer_type)), true))
      next = with_layer_type(scene, following);
  } else {
    for (int i = 0; i < count; ++i) {
      const std::string& type = scene.model.layers[static_cast<std::size_t>(i)].layer_type;
      ImGui::PushID(i);
      if (button(column.c, "layer type", column.cell(i, count, 28), name(type), type == scene.layer_type))
        next = with_layer_type(scene, type);
      ImGui::PopID();
    }
  }
  column.skip(38);
}

/// What a control is and does, what it may be, and where a double click goes. Made once, where the mouse first asks for
/// it: a row is a constant, and so are its words.
const std::string& help_words(const Property& row) {
  static std::map<const Property*, std::string> made;
  std::string& words = made[&row];
  if (words.empty())
    words = fmt::format("{}.\nMay be {}. Default: {}.", row.help, allowed_words(row), default_words(row));
  return words;
}

void show_help(const Canvas& c, Rect area, const Property& row) {
  if (wants_help(c, area)) show_tooltip(help_words(row).c_str());
}

/// A slider for a property that is a number. What it refuses becomes `refusal`.
void slide(Column& column, const Property& row, const Scene& scene, Scene& next, std::string& refusal) {
  const Canvas& c = column.c;
  double number = std::get<double>(get(scene, row));
  const double from = row.slider_end > row.slider_least ? row.slider_least : row.least,
               to = row.slider_to                       ? row.slider_to(scene)
                    : row.slider_end > row.slider_least ? row.slider_end
                                                        : row.greatest;
  const bool whole = row.kind == Kind::whole || row.unit == "tokens" || to > 1e5;
  const std::string own = row.shown ? row.shown(scene) : std::string();
  const Slider slider{.id = row.key.data(), // a literal, which ends with NUL
                      .label = row.label,
                      .value_text = row.shown ? std::string_view(own)
                                    : whole   ? grouped(c, number)
                                              : c.words("{:.4g}", number),
                      .least = from,
                      .greatest = to,
                      .logarithmic = row.logarithmic,
                      .whole = whole,
                      .colour = row.colour ? c.theme.*row.colour : 0};
  show_help(c, {column.at(), {column.at().x + column.width(), column.at().y + c.px(38)}}, row);
  std::string typed;
  try {
    switch (canvas::slider(c, column.at(), column.width(), slider, number, typed)) {
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
  column.skip_slider();
}

/// Buttons side by side for a property that is one of few words.
void choose_word(Column& column, const Property& row, const Scene& scene, Scene& next) {
  const Canvas& c = column.c;
  text(c, {column.at().x, column.at().y + c.px(5)}, c.fonts.body, c.theme.dim, row.label);
  const auto words = row.choices();
  const Value present = get(scene, row);
  for (int n = 0; n < static_cast<int>(words.size()); ++n) {
    const std::string_view word = words[static_cast<std::size_t>(n)];
    const Rect cell = column.cell(n, static_cast<int>(words.size()), 28, c.px(72));
    if (button(c, c.id("{} {}", row.key, word), cell, word, std::get<std::string>(present) == word))
      set(next, row, std::string(word));
    show_help(c, cell, row);
  }
  column.skip(38);
}

/// A control for every row of a section, in the rows' order.
void section_controls(Column& column, Section section, const Scene& scene, Scene& next, std::string& refusal) {
  for (const Property* row : all_properties()) {
    if (row->section != section) continue;
    if (row->kind == Kind::choice)
      choose_word(column, *row, scene, next);
    else
      slide(column, *row, scene, next, refusal);
  }
}

void position_controls(Column& column, const Scene& scene, Scene& next, std::string& refusal) {
  const Canvas& c = column.c;
  section_controls(column, Section::positions, scene, next, refusal);
  if (const std::int64_t axes = axis_count(scene.rope); axes > 1) {
    text(c, {column.at().x, column.at().y + c.px(5)}, c.fonts.body, c.theme.dim, "along");
    const int cells = static_cast<int>(axes) + 1;
    if (button(c, "all axes", column.cell(0, cells, 28, c.px(56)), "all", scene.axis < 0)) next.axis = -1;
    tooltip("Text tokens: the same position along every axis.");
    for (int a = 0; a < static_cast<int>(axes); ++a) {
      ImGui::PushID(a);
      if (button(c, "axis", column.cell(a + 1, cells, 28, c.px(56)), axis_name(scene.rope, a), scene.axis == a))
        next.axis = a;
      ImGui::PopID();
    }
    column.skip(38);
  }
  column.read_out("Δ = m − n", grouped(c, static_cast<double>(next.m - next.n)));
  const bool playing = scene.play != Play::off;
  const Rect play{column.at(), {column.at().x + c.px(84), column.at().y + c.px(30)}};
  // The same action as the key's, so that both always do the same.
  if (button(c, "play", play, playing ? "pause" : "▶ play", playing)) action("play").apply(next);
  if (link(c, "play what", {play.greatest.x + c.px(12), play.least.y + c.px(7)},
           scene.play_both ? "m and n together" : "m alone")) {
    next.play_both = !scene.play_both;
    if (playing) next.play = next.play_both ? Play::both : Play::query;
  }
  tooltip("Click: what Play moves. Together, every hand turns and no wedge changes.");
  column.skip(38);
}

/// A button for every scheme that is offered, three in a row.
void choose_extension(Column& column, const Scene& scene, const Derived* derived, Scene& next) {
  constexpr int columns = 3;
  int n = 0;
  for (const Scheme* scheme : all_schemes()) {
    if (!is_offered(*scheme, scene)) continue;
    // Derived has tried every scheme already. Before the first frame there is no Derived, and the scheme is tried here.
    const bool possible = derived ? derived->possible(scheme->type) : tried_on(scene, scheme->type).has_value();
    const Canvas& c = column.c;
    // Canvas::words() does not end its text with NUL. Dear ImGui takes C strings, so the NUL is written as a last
    // argument wherever words go to it.
    if (button(c, c.id("{}", scheme->name), column.cell(n % columns, columns, 27), scheme->label,
               scene.rope.scaling.rope_type == scheme->type, possible))
      choose_scheme(next, scheme->type);
    if (possible)
      tooltip(c.id("{}: {}. {}.", scheme->title, scheme->idea, scheme->source));
    else
      tooltip(scheme->cannot_adopt.empty() ? "This scheme has no meaning for this head and base."
                                           : c.id("{}", scheme->cannot_adopt));
    if (++n % columns == 0) column.skip(32);
  }
  if (n % columns != 0) column.skip(32);
  column.skip(6);
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
    const std::string_view text =
        control.high ? c.words("{:.3g} / {:.3g}", control.high_first ? high : low, control.high_first ? low : high)
                     : c.words("{:.4g}", low);
    const Slider slider{.id = control.low->key.data(), // a literal, which ends with NUL
                        .label = control.label,
                        .value_text = text,
                        .least = control.least,
                        .greatest = control.greatest,
                        .logarithmic = true};
    const Rect area{column.at(), {column.at().x + column.width(), column.at().y + column.c.px(38)}};
    if (wants_help(column.c, area)) show_tooltip(column.c.id("{}: {}", control.low->key, control.low->meaning));
    // One parameter: an ordinary slider. Two parameters that bound a range share one line with two knobs.
    std::string typed;
    if (!control.high) {
      switch (canvas::slider(column.c, column.at(), column.width(), slider, low, typed)) {
      case Moved::no: break;
      case Moved::dragged: values.set_number(*control.low, low); break;
      case Moved::typed: type_parameter(*control.low, typed, scene, next, refusal); break;
      case Moved::reset: values.set_number(*control.low, control.low->fallback); break;
      }
    } else if (range_slider(column.c, column.at(), column.width(), slider, low, high)) {
      values.set_number(*control.low, low);
      values.set_number(*control.high, high);
    }
    column.skip_slider();
  }
}

/// What the scheme made of its parameters.
void extension_read_outs(Column& column, const Spectrum& spectrum) {
  const Canvas& c = column.c;
  if (!spectrum.rule.empty()) {
    const float y = column.at().y;
    column.skip(
        // wrapped_text() returns pixels, skip() takes lengths at scale 1.
        (wrapped_text(c, column.at(), column.width(), c.fonts.small, c.theme.dim, spectrum.rule) - y) / c.scale + 4);
  }
  column.read_out("attention factor", c.words("{:.4f}", spectrum.attention_factor));
  if (spectrum.softmax_factor != 1) column.read_out("softmax scale", c.words("×{:.4f}", spectrum.softmax_factor));
}

/// The scheme, its factor, the trained context, and whatever sliders the scheme's row asks for.
void extension_controls(Column& column, const Scene& scene, const Derived* derived, Scene& next, std::string& refusal) {
  choose_extension(column, scene, derived, next);
  section_controls(column, Section::extension, scene, next, refusal);
  if (scheme_of(scene.rope).spans_whole_head) slide(column, *find_property("proportional.p"), scene, next, refusal);
  scheme_controls(column, scene, next, refusal);
  if (derived) extension_read_outs(column, derived->current().spectrum);
}

/// Whether a scheme is drawn beside the one in force. No extension is, unless a person has switched it off.
bool is_shown(const Scene& scene, RopeType type) {
  return scene.compared[static_cast<std::size_t>(type)] || (type == RopeType::standard && scene.baseline);
}

void show_beside(Scene& scene, RopeType type, bool shown) {
  if (type == RopeType::standard) scene.baseline = shown;
  scene.compared[static_cast<std::size_t>(type)] = shown && type != RopeType::standard;
}

/// One line of the comparison: a piece of its curve, name, and whether it is drawn. The one in force is solid, as in
/// every plot.
void compare_row(const Canvas& c, Rect r, ImU32 colour, const Dash& dash, std::string_view label, bool shown,
                 bool fixed) {
  curve_sample(c, {r.least.x, r.least.y + c.px(10)}, shown ? colour : with_alpha(colour, 0.4f), fixed ? Dash() : dash,
               fixed ? 3 : 2);
  text(c, {r.least.x + c.px(curve_sample_width + 8), r.least.y}, fixed ? c.fonts.bold : c.fonts.body,
       shown ? c.theme.text : c.theme.faint,
       shortened(c, c.fonts.body, label, r.width() - c.px(curve_sample_width + 26)));
  const ImVec2 dot{r.greatest.x - c.px(6), r.least.y + c.px(10)};
  if (shown)
    c.paint.disc(dot, c.px(5), fixed ? c.theme.accent : c.theme.dim);
  else
    c.paint.circle(dot, c.px(4.5f), c.theme.faint, c.stroke(1.4f));
}

/// "sliding layers (28)"
std::string_view layer_words(const Canvas& c, const LayerRope& layer) {
  const std::string_view name =
      layer.layer_type == "no_rope" ? "layers without RoPE" : c.words("{} layers", short_layer_name(layer.layer_type));
  return layer.layers > 0 ? c.words("{} ({})", name, layer.layers) : name;
}

void compare_controls(Column& column, const Scene& scene, const Derived* derived, Scene& next) {
  const Canvas& c = column.c;
  const auto row = [&](RopeType type, std::string_view label, bool shown, bool fixed) {
    const Rect r{column.at(), {column.at().x + column.width(), column.at().y + c.px(21)}};
    const bool pressed = hit(c.id("compare {}", static_cast<int>(type)), r) && !fixed;
    if (pressed) show_beside(next, type, !shown);
    c.note(scheme_of(type).choice(), r);
    compare_row(c, r, c.theme.of(type), method_dash(type), label, shown, fixed);
    column.skip(23);
  };
  const RopeType current = scene.rope.scaling.rope_type;
  // First the scheme in force, which cannot be switched off. A layer without RoPE has the colour of "no extension", as
  // its curve has.
  row(scene.rope.rotates ? current : RopeType::standard,
      derived ? std::string_view(derived->current().label) : rope_type_title(current), true, true);
  const auto others = [&](bool standard) { // no extension comes last, as in every list of curves
    for (const Scheme* scheme : all_schemes())
      if ((scheme->type == RopeType::standard) == standard && is_comparable(*scheme, scene, derived))
        row(scheme->type, scheme->title, is_shown(scene, scheme->type), false);
  };
  others(false);
  others(true);
  for (const LayerRope& layer : scene.model.layers) {
    if (layer.layer_type == scene.layer_type) continue;
    const Rect r{column.at(), {column.at().x + column.width(), column.at().y + c.px(21)}};
    // One switch for all of them: whichever is clicked, all other layer types come or go.
    if (hit(c.id("layer {}", layer.layer_type), r)) next.other_layers = !scene.other_layers;
    compare_row(c, r, c.theme.text, layer_dash, layer_words(c, layer), scene.other_layers, false);
    column.skip(23);
  }
}

} // namespace

PanelAnswer control_panel(const Canvas& c, Rect area, const Scene& scene, const Derived* derived, Scene& next) {
  panel(c, area);
  ImGui::SetCursorScreenPos(area.least);
  // A child window scrolls where the rows need more room than there is, and clips them to the panel.
  ImGui::BeginChild("controls", {area.width(), area.height()}, false, ImGuiWindowFlags_NoBackground);
  // Closer than 0.76 rows would touch; wider than 1.08 they would look torn apart.
  const float top = area.least.y + c.px(8) - ImGui::GetScrollY(),
              squeeze = std::clamp(area.height() / c.px(nominal_height(scene, derived)), 0.76f, 1.08f);
  Column column(c, {area.least.x + c.px(16), top}, area.width() - c.px(32), squeeze);
  PanelAnswer answer;

  column.heading("MODEL");
  choose_model(column, scene, next);
  say_of_file(column, scene.model, answer);
  answer.open = link(c, "open", column.at(), "Open config.json or GGUF …");
  column.skip(28);
  choose_layer_type(column, scene, next);
  section_controls(column, Section::model, scene, next, answer.refusal);
  column.heading("POSITIONS");
  position_controls(column, scene, next, answer.refusal);
  column.heading("CONTEXT EXTENSION");
  extension_controls(column, scene, derived, next, answer.refusal);
  column.heading("COMPARE");
  compare_controls(column, scene, derived, next);
  // Everything above is placed by hand. An item where the rows end tells Dear ImGui how far there is to scroll.
  ImGui::SetCursorScreenPos(column.at());
  ImGui::Dummy({1, 1});
  ImGui::EndChild();
  return answer;
}

} // namespace ropescope::shell
