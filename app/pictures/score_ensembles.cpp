#include "app/pictures/score_ensembles.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/analysis/ensembles.h"
#include "core/error.h"

namespace ropescope::pictures {

namespace {

// Many draws, as the noise of their mean falls with the root of the number: 256 leave 1/16 of the deviation.
constexpr std::string_view unrelated_entry = "random:256", bound_entry = "bound";
constexpr std::int64_t most_draws = 4096;

std::optional<Ensemble> parsed(std::string_view entry) {
  Ensemble curve{.kind = Ensemble::Kind::same,
                 .number = 0,
                 .name = std::string(entry),
                 .label = {},
                 .scores = {},
                 .deviation = {}};
  const std::size_t colon = entry.find(':');
  const std::string_view word = entry.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view digits = entry.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), curve.number);
    if (error != std::errc() || end != digits.data() + digits.size() || curve.number < 0) return std::nullopt;
  }
  if (word == "same") {
    curve.label = curve.number == 0 ? "q = k" : fmt::format("k turned {} on", curve.number);
    return curve;
  }
  if (word == "random" && curve.number >= 1 && curve.number <= most_draws) {
    curve.kind = Ensemble::Kind::unrelated;
    curve.label = fmt::format("{} unrelated q, k ± σ", curve.number);
    return curve;
  }
  if (entry != bound_entry) return std::nullopt;
  curve.kind = Ensemble::Kind::bound;
  curve.label = "RoFormer's bound";
  return curve;
}

ImU32 colour_of(const Canvas& c, const Ensemble& curve) {
  return curve.kind == Ensemble::Kind::bound ? c.theme.faint : c.theme.text;
}

constexpr Dash dash_of(Ensemble::Kind kind) {
  return kind == Ensemble::Kind::bound  ? Dash{{2, 4, 2, 4}}
         : kind == Ensemble::Kind::same ? Dash{{6, 3, 6, 3}}
                                        : Dash{};
}

} // namespace

void update_ensembles(const Scene& scene, Derived& derived, const Property& row) {
  struct Inputs {
    std::vector<std::string> entries;
    std::uint64_t version;
    std::vector<std::int64_t> edges;
    bool operator==(const Inputs&) const = default;
  };
  const auto entries = scene.options.texts(row);
  const Series& now = derived.current();
  if (entries.empty() && (!derived.numbers<Ensembles>() || derived.numbers<Ensembles>()->curves.empty())) return;
  derived.numbers<Ensembles>(Inputs{{entries.begin(), entries.end()}, derived.version(), now.curve.edges}, [&] {
    Ensembles all;
    for (std::size_t b = 0; b + 1 < now.curve.edges.size(); ++b) all.distances.push_back(now.curve.edges[b]);
    for (const std::string& entry : entries) {
      auto curve = parsed(entry);
      if (!curve) {
        // The name of a scheme is drawn by itself, as `compare` says.
        if (std::any_of(derived.series().begin(), derived.series().end(),
                        [&](const Series& s) { return column_name(s) == entry; }))
          continue;
        throw Error(fmt::format("{}: \"{}\": expected same, same:N, random:N with N up to {}, or bound", row.key, entry,
                                most_draws));
      }
      const HeadLayout& layout = scene.rope.layout;
      switch (curve->kind) {
      case Ensemble::Kind::same: {
        HeadSource turned_on;
        turned_on.kind = HeadSource::Kind::same;
        turned_on.number = curve->number;
        const HeadPair head = head_pair({}, turned_on, layout.pairs, layout.head_dim, now.turns);
        curve->scores = scores_at(contributions(head), now.turns, all.distances);
        break;
      }
      case Ensemble::Kind::unrelated: {
        if (layout.pairs.offset + 2 * now.spectrum.pairs() > layout.head_dim) continue; // an odd rotary_dim
        Unrelated scores = unrelated_scores(layout.pairs, layout.head_dim, now.turns, curve->number, all.distances);
        curve->scores = std::move(scores.mean);
        curve->deviation = std::move(scores.deviation);
        break;
      }
      case Ensemble::Kind::bound: curve->scores = roformer_bound(now.turns, all.distances); break;
      }
      all.curves.push_back(std::move(*curve));
    }
    return all;
  });
}

void draw_ensembles(const Canvas& c, const Plot& plot, const Derived& derived, double gain) {
  const Ensembles* all = derived.numbers<Ensembles>();
  if (!all) return;
  for (const Ensemble& curve : all->curves) {
    c.paint.begin_group(curve.name);
    const ImU32 colour = colour_of(c, curve);
    auto points = c.list_of<ImVec2>(all->distances.size());
    auto columns = c.list_of<Span>(curve.deviation.size());
    for (std::size_t b = 0; b < all->distances.size(); ++b) {
      const auto distance = static_cast<double>(all->distances[b]);
      if (plot.x.scale == Scale::log && distance < 1) continue;
      points.push_back(plot.at(distance, gain * curve.scores[b]));
      if (!curve.deviation.empty())
        columns.push_back({points.back().x, plot.y.pixel(gain * (curve.scores[b] + curve.deviation[b])),
                           plot.y.pixel(gain * (curve.scores[b] - curve.deviation[b]))});
    }
    if (!columns.empty()) c.paint.band(columns, with_alpha(colour, 0.16f));
    plot.line(points, with_alpha(colour, 0.85f), 1.8f, dash_of(curve.kind));
    c.paint.end_group();
  }
}

void read_ensembles(const Canvas& c, ReadOut& table, const Derived& derived, double distance, double gain) {
  const Ensembles* all = derived.numbers<Ensembles>();
  if (!all || all->distances.empty()) return;
  const auto above =
      std::upper_bound(all->distances.begin(), all->distances.end(), static_cast<std::int64_t>(distance));
  const auto b = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, above - all->distances.begin() - 1));
  for (const Ensemble& curve : all->curves)
    table.add(colour_of(c, curve), dash_of(curve.kind), curve.label,
              curve.deviation.empty()
                  ? c.words("{}", with_sign(gain * curve.scores[b], 4))
                  : c.words("{} ± {:.4f}", with_sign(gain * curve.scores[b], 4), gain * curve.deviation[b]));
}

void add_columns(Table& table, const Derived& derived, double gain) {
  const Ensembles* all = derived.numbers<Ensembles>();
  if (!all) return;
  const auto scaled = [gain](std::vector<double> values) {
    for (double& value : values) value *= gain;
    return values;
  };
  for (const Ensemble& curve : all->curves) {
    std::string name = curve.name;
    std::replace(name.begin(), name.end(), ':', '_');
    table.add(curve.deviation.empty() ? name : name + "_mean", scaled(curve.scores));
    if (!curve.deviation.empty()) table.add(name + "_deviation", scaled(curve.deviation));
  }
}

float draw_ensemble_switches(const Canvas& c, ImVec2 right, float least, const Scene& scene, const Property& row,
                             Scene& next) {
  struct Switch {
    std::string_view entry, words;
    const char* id;
    const char* help;
  };
  constexpr Switch switches[] = {
      {bound_entry, "bound", "score.curves.bound",
       "RoFormer's bound: the mean length of the chain's partial sums. It falls with the distance for every q and k, "
       "and bounds no single score. Click: show or hide it."},
      {unrelated_entry, "unrelated q, k", "score.curves.unrelated",
       "256 queries and keys that have nothing to do with each other: the mean of their scores, and one standard "
       "deviation around it. It does not fall with the distance. Click: show or hide it."}};
  const auto entries = scene.options.texts(row);
  for (const Switch& each : switches) {
    const bool on = std::find(entries.begin(), entries.end(), each.entry) != entries.end();
    const std::string_view words = c.words("{} {}", on ? "hide" : "show", each.words);
    const float width = text_width(c.fonts.small, words);
    if (right.x - width < least) return right.x;
    right.x -= width;
    if (switch_words(c, each.id, right, words, each.help)) {
      std::vector<std::string> chosen;
      for (const std::string& entry : entries)
        if (entry != each.entry) chosen.push_back(entry);
      if (!on) chosen.emplace_back(each.entry);
      next.options.set(row, chosen.empty() ? Value() : Value(chosen));
    }
    right.x -= c.px(18);
  }
  return right.x;
}

namespace {

std::string_view source_words(const Canvas& c, const HeadSource& source, std::string_view other) {
  switch (source.kind) {
  case HeadSource::Kind::word: return c.words("“{}”", source.word);
  case HeadSource::Kind::random: return c.words("random {}", source.number);
  case HeadSource::Kind::same:
    return source.number == 0
               ? other
               : c.words("{} turned {} tokens on", other, grouped(c, static_cast<double>(source.number)));
  case HeadSource::Kind::file: {
    const std::size_t slash = source.word.rfind('/');
    return c.words("{} row {} head {}", slash == std::string::npos ? source.word : source.word.substr(slash + 1),
                   source.row, source.head);
  }
  case HeadSource::Kind::ones: break;
  }
  return "1";
}

} // namespace

std::string_view whose_words(const Canvas& c, const Scene& scene) {
  if (scene.q == scene.k && scene.q.kind != HeadSource::Kind::random && scene.q.kind != HeadSource::Kind::same)
    return c.words("q = k = {}", source_words(c, scene.q, ""));
  return c.words("q = {}, k = {}", source_words(c, scene.q, "k"), source_words(c, scene.k, "q"));
}

} // namespace ropescope::pictures
