#include "app/canvas/legend.h"
#include "app/scene/picture.h"
#include "app/shell/panel_column.h"
#include "core/rope/scheme.h"

// The panel's part that chooses what is drawn beside the scheme in force.

namespace ropescope::shell {

namespace {

/// Whether a scheme can be drawn beside the one in force.
bool is_comparable(const Scheme& scheme, const Scene& scene, const Derived* derived) {
  const bool possible = derived ? derived->possible(scheme.type) : tried_on(scene, scheme.type).has_value();
  return possible && scene.rope.rotates && is_offered(scheme, scene) && scheme.type != scene.rope.scaling.rope_type;
}

/// Whether a scheme is drawn beside the one in force. No extension is, unless a person has switched it off.
bool is_shown(const Scene& scene, RopeType type) {
  return scene.compared[static_cast<std::size_t>(type)] || (type == RopeType::standard && scene.baseline);
}

void show_beside(Scene& scene, RopeType type, bool shown) {
  if (type == RopeType::standard) scene.baseline = shown;
  scene.compared[static_cast<std::size_t>(type)] = shown && type != RopeType::standard;
}

/// One of the comparison: a box with a tick where it is drawn, its name, and below that its line as the curves have it.
/// `fixed`: the scheme in force, which is always drawn and has no box.
void compare_row(const Canvas& c, Rect r, ImU32 colour, const Dash& dash, std::string_view label, bool shown,
                 bool fixed) {
  if (!fixed && ImGui::IsItemHovered()) c.paint.box(r, with_alpha(c.theme.raised, 0.8f), c.px(4));
  const float side = c.px(14), top = r.least.y + c.px(3);
  const Rect box{{r.least.x + c.px(1), top}, {r.least.x + c.px(1) + side, top + side}};
  if (!fixed) {
    if (shown) c.paint.box(box, c.theme.dim, c.px(3));
    c.paint.frame(box, c.theme.dim, c.stroke(1.4f), c.px(3));
    const ImVec2 tick[] = {{box.least.x + side * 0.2f, top + side * 0.52f},
                           {box.least.x + side * 0.43f, top + side * 0.74f},
                           {box.least.x + side * 0.82f, top + side * 0.28f}};
    if (shown) c.paint.polyline(tick, c.theme.panel, c.stroke(2));
  }
  const float left = fixed ? r.least.x + c.px(1) : box.greatest.x + c.px(7), room = r.greatest.x - left;
  const std::string_view words = shortened(c, c.fonts.small, label, room);
  text(c, {left, r.least.y + c.px(1)}, c.fonts.small, fixed || shown ? c.theme.text : c.theme.dim, words);
  const float y = r.greatest.y - c.px(3);
  const ImVec2 line[] = {{left, y}, {left + std::min(room, c.px(76)), y}};
  c.paint.polyline(line, with_alpha(colour, shown ? 1 : 0.4f), c.stroke(fixed ? 3 : 2),
                   c.dashes(fixed ? Dash{} : dash));
}

/// "sliding layers (28)"
std::string_view layer_words(const Canvas& c, const LayerRope& layer) {
  const std::string_view name =
      layer.layer_type == "no_rope" ? "layers without RoPE" : c.words("{} layers", short_layer_name(layer.layer_type));
  return layer.layers > 0 ? c.words("{} ({})", name, layer.layers) : name;
}

/// Lays the comparison out in two columns.
class CompareGrid {
public:
  explicit CompareGrid(Column& column) : column_(column) {}
  Rect next() {
    const float half = (column_.width() - column_.c.px(12)) / 2,
                x = column_.at().x + (right_ ? half + column_.c.px(12) : 0);
    const Rect cell{{x, column_.at().y}, {x + half, column_.at().y + column_.c.px(row - 2)}};
    if (right_) column_.skip(row);
    right_ = !right_;
    return cell;
  }
  void end() {
    if (right_) column_.skip(row);
  }

private:
  static constexpr float row = 24;
  Column& column_;
  bool right_ = false;
};

} // namespace

void compare_controls(Column& column, const Scene& scene, const Derived* derived, Scene& next) {
  const Canvas& c = column.c;
  CompareGrid grid(column);
  const auto row = [&](RopeType type, std::string_view label, bool shown, bool fixed) {
    const Rect r = grid.next();
    const std::string_view help =
        fixed ? c.words("{}: the scheme in force, which every picture shows.", label)
              : c.words("{}: {}. A click draws it beside the scheme in force, or leaves it out.", scheme_of(type).title,
                        scheme_of(type).idea);
    if (press(c, c.id("compare {}", static_cast<int>(type)), r, help, scheme_of(type).choice(), !fixed))
      show_beside(next, type, !shown);
    compare_row(c, r, c.theme.of(type), method_dash(type), label, shown, fixed);
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
    const Rect r = grid.next();
    // One switch for all of them: whichever is clicked, all other layer types come or go.
    if (press(c, c.id("layer {}", layer.layer_type), r,
              "The model's layers of other types. A click draws their curves beside this one's, or leaves them out."))
      next.other_layers = !scene.other_layers;
    compare_row(c, r, c.theme.text, layer_dash, layer_words(c, layer), scene.other_layers, false);
  }
  grid.end();
}

} // namespace ropescope::shell
