#include <algorithm>
#include <optional>

#include "app/pictures/transfer.h"
#include "core/error.h"

namespace ropescope::pictures {

namespace {

std::vector<double> list_of(const Scene& scene, const Property& row) {
  const Value value = scene.options[row];
  const auto* const list = std::get_if<std::vector<double>>(&value);
  return list ? *list : std::vector<double>();
}

std::pmr::vector<ImVec2> points_of(const Canvas& c, const OtherCurve& curve, const PlaceOfPair& place) {
  auto points = c.list_of<ImVec2>(curve.inv_freq.size());
  for (std::size_t i = 0; i < curve.inv_freq.size(); ++i)
    if (curve.inv_freq[i] > 0) points.push_back(place(i, curve.inv_freq[i]));
  return points;
}

} // namespace

void update_other_curves(const Scene& scene, Derived& derived, const Property& bases, const Property& lengths) {
  struct Inputs {
    std::uint64_t version;
    std::vector<double> bases, lengths;
    bool operator==(const Inputs&) const = default;
  };
  derived.numbers<OtherCurves>(Inputs{derived.version(), list_of(scene, bases), list_of(scene, lengths)}, [&] {
    OtherCurves others;
    const RopeConfig& rope = derived.current().config;
    const auto add = [](std::vector<OtherCurve>& all, double number, const auto& make) {
      try {
        all.push_back({number, make()});
      } catch (const Error&) {
        // No curve: the picture says nothing that is not so.
      }
    };
    for (const double base : list_of(scene, bases))
      add(others.bases, base, [&] {
        RopeConfig other = rope;
        other.base = base;
        return make_spectrum(other, sequence_length(scene)).inv_freq;
      });
    for (const double length : list_of(scene, lengths))
      add(others.lengths, length, [&] { return make_spectrum(rope, length).inv_freq; });
    return others;
  });
}

void draw_other_curves(const Canvas& c, const Plot& plot, const OtherCurves& others, const Scene& scene,
                       const Derived& derived, const PlaceOfPair& place) {
  const auto draw_all = [&](const std::vector<OtherCurve>& all, ImU32 colour, double present) {
    for (const OtherCurve& other : all) {
      const bool now = other.number == present;
      plot.line(points_of(c, other, place), with_alpha(colour, now ? 1.0f : 0.7f), now ? 3.0f : 1.6f,
                now ? Dash() : Dash{{6, 4, 6, 4}});
    }
  };
  draw_all(others.bases, c.theme.text, scene.rope.base);
  draw_all(others.lengths, scheme_colour(c, derived.current()), sequence_length(scene));
}

float width_of_bases(const Canvas& c, const OtherCurves& others) {
  float width = 0;
  for (const OtherCurve& other : others.bases)
    width = std::max(width, text_width(c.fonts.bold, c.words("b = {}", grouped(c, other.number))));
  return width + c.px(34); // with room for a ring at the line's end
}

void label_other_curves(const Canvas& c, const Plot& plot, const OtherCurves& others, double base,
                        const PlaceOfPair& place) {
  const auto end_of = [&](const OtherCurve& curve) -> std::optional<ImVec2> {
    const auto points = points_of(c, curve, place);
    if (points.empty() || !plot.area.contains({plot.area.centre().x, points.back().y})) return std::nullopt;
    return ImVec2{std::min(points.back().x, plot.area.greatest.x), points.back().y};
  };
  for (const OtherCurve& other : others.lengths)
    if (const auto end = end_of(other)) {
      const std::string_view words = grouped(c, other.number);
      label_on(c, {end->x - text_width(c.fonts.small, words) - c.px(12), end->y - c.px(20)}, c.theme.text, words);
    }
  // Bases stand at the right of their ends, the greatest on top and a line apart.
  auto largest_first = c.list_of<const OtherCurve*>(others.bases.size());
  for (const OtherCurve& other : others.bases) largest_first.push_back(&other);
  std::sort(largest_first.begin(), largest_first.end(),
            [](const OtherCurve* a, const OtherCurve* b) { return a->number > b->number; });
  const float line = c.px(20);
  float least = plot.area.least.y;
  for (const OtherCurve* other : largest_first) {
    const auto end = end_of(*other);
    if (!end) continue;
    const bool now = other->number == base;
    const float y = std::max(least, end->y - line / 2);
    text(c, {end->x + c.px(20), y}, now ? c.fonts.bold : c.fonts.small, now ? c.theme.text : c.theme.dim,
         c.words("b = {}", grouped(c, other->number)));
    least = y + line;
  }
}

} // namespace ropescope::pictures
