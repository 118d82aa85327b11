#include <algorithm>

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

void label_other_curves(const Canvas& c, const Plot& plot, const OtherCurves& others, const PlaceOfPair& place) {
  for (const auto* all : {&others.bases, &others.lengths})
    for (const OtherCurve& other : *all) {
      const auto points = points_of(c, other, place);
      if (points.empty()) continue;
      const ImVec2 end = points.back();
      if (!plot.area.contains({plot.area.centre().x, end.y})) continue;
      const std::string_view words = c.words("{}{}", all == &others.bases ? "b = " : "", grouped(c, other.number));
      label_on(c,
               {std::min(end.x, plot.area.greatest.x) - text_width(c.fonts.small, words) - c.px(12), end.y - c.px(20)},
               c.theme.text, words);
    }
}

} // namespace ropescope::pictures
