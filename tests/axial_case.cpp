#include "tests/axial_case.h"

#include <algorithm>
#include <map>
#include <numeric>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/model/axial_classes.h"
#include "core/rope/angle_table.h"
#include "core/rope/token_grid.h"

namespace ropescope::test {

namespace {

bool has_word(std::string_view words, std::string_view word) {
  return !word.empty() && (" " + std::string(words) + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

/// The class or function of the published code that a file names: the first word of `class`.
std::string rotary_of(const Json& file) {
  const std::string words = file.at("class");
  return words.substr(0, words.find_first_of(" ("));
}

/// Rope parameters that a file writes flat, as transformers' config has them.
Json as_rope_parameters(Json config) {
  if (config.contains("rope_parameters")) return config;
  Json nested = Json::object();
  for (const char* key : {"rope_type", "rope_theta", "mrope_section", "xdrope_section", "mrope_interleaved", "alpha",
                          "partial_rotary_factor"})
    if (config.contains(key)) {
      nested[key] = config[key];
      config.erase(key);
    }
  if (!nested.empty()) config["rope_parameters"] = std::move(nested);
  return config;
}

bool is_class(const Json& config) {
  const std::string name = config.value("_class_name", "");
  return std::any_of(axial_classes().begin(), axial_classes().end(),
                     [&](const AxialClass& row) { return row.name == name; });
}

/// The config as a config.json of its class. The files have what its rotary part reads, and name that part.
Json config_of(const Json& file) {
  Json config = file.at("config");
  const std::string rotary = rotary_of(file), words = file.at("class");
  for (const AxialClass& row : axial_classes())
    if (has_word(row.rotary, rotary)) {
      if (!is_class(config)) config["_class_name"] = row.name;
      if (!row.switch_key.empty() && config["_class_name"] == row.name && !config.contains(row.switch_key))
        config[std::string(row.switch_key)] = true;
      break;
    }
  if (words.find("scale_rope=False") != std::string::npos) config["scale_rope"] = false;
  if (file.contains("rope_scaling")) config["rope_scaling"] = file["rope_scaling"];
  if (file.contains("rope_type")) config["rope_type"] = file["rope_type"];
  constexpr const char* learned = "pos_frequencies [axis][head][pair]";
  if (file.contains(learned)) config["pos_frequencies"] = file[learned];
  if (is_class(config)) return config;
  for (const PlacedType& type : placed_types())
    if (has_word(type.rotary, rotary)) {
      config["model_type"] = type.model_type;
      return as_rope_parameters(std::move(config));
    }
  throw Error(fmt::format("nothing is known of {}", rotary));
}

GridSize size_of(const Json& list) {
  const auto sides = list.get<std::vector<std::int64_t>>();
  return sides.size() == 2 ? GridSize{1, sides[0], sides[1]} : GridSize{sides.at(0), sides.at(1), sides.at(2)};
}

/// What a file says of its tokens as a person would.
TokenGrid grid_of(const Json& file, const RopeConfig& rope) {
  const Json& from = file.at("grid");
  const auto count = [&](const char* key, std::int64_t otherwise) {
    return from.contains(key) && from[key].is_number() ? from[key].get<std::int64_t>() : otherwise;
  };
  TokenGrid grid;
  grid.size = {count("frames", count("audio_frames", count("windows", 1))), count("height", 1),
               count("width", count("steps", 1))};
  if (from.contains("grid_thw")) grid.size = size_of(from["grid_thw"].at(0));
  grid.text = count("text_tokens", count("gist_tokens", 0));
  grid.left_pad = count("left_pad", 0);
  grid.prefix = count("prefix_tokens", 0) + (from.value("class_token", "") == "last");
  grid.merge = count("merge", 1);
  for (const char* key : {"fps", "frame_rate"})
    if (from.contains(key) && from[key].is_number() && rope.axes.positions.time != TimeRule::index)
      grid.fps = from[key].get<double>();
  if (from.contains("frame_indices")) grid.frames = from["frame_indices"].get<std::vector<std::int64_t>>();
  grid.pixel_rows = static_cast<double>(count("pixel_height", 0));
  grid.pixel_columns = static_cast<double>(count("pixel_width", 0));
  for (const char* key : {"reference_images", "context_images"})
    if (from.contains(key))
      for (const Json& one : from[key]) grid.further.push_back(size_of(one));
  for (const char* key : {"img_shapes (frame,height,width)", "img_shapes"})
    if (from.contains(key)) {
      grid.size = size_of(from[key].at(0));
      for (std::size_t i = 1; i < from[key].size(); ++i) grid.further.push_back(size_of(from[key][i]));
    }
  return grid;
}

using Kind = StreamPart::Kind;

/// A part's words: "3 text", "image 2x3".
std::vector<StreamPart> parts_in_words(const Json& grid) {
  std::vector<StreamPart> parts;
  std::string words = grid.at("layout");
  std::size_t image = 0;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(", ", at), words.size());
    const std::string word = words.substr(at, end - at);
    if (word.starts_with("image"))
      parts.push_back({Kind::image, 0, size_of(grid.at("img_shapes").at(image++)), 1});
    else
      parts.push_back({Kind::text, std::stoll(word), {}, 1});
    at = end + 2;
  }
  return parts;
}

/// Runs of tokens of one kind.
std::vector<std::pair<std::string, std::int64_t>> runs_of(const Json& file) {
  std::vector<std::pair<std::string, std::int64_t>> runs;
  for (const Json& kind : file.at("token_kinds")) {
    const std::string name = kind;
    if (runs.empty() || runs.back().first != name) runs.emplace_back(name, 0);
    ++runs.back().second;
  }
  return runs;
}

/// The stream of a file: which tokens are of which kind it says, where they are is for us to say.
std::vector<StreamPart> parts_of(const Json& file, const RopeConfig& rope) {
  const Json& grid = file.at("grid");
  if (grid.contains("layout") && grid["layout"].is_string()) return parts_in_words(grid);
  std::map<std::string, std::size_t> used;
  const auto next = [&](const char* key) { return size_of(grid.at(key).at(used[key]++)); };
  const auto seconds = [&](std::size_t video) {
    for (const char* key : {"second_per_grid", "second_per_grid_ts"})
      if (grid.contains(key)) return grid[key].is_array() ? grid[key].at(video).get<double>() : grid[key].get<double>();
    return 1.0;
  };
  const auto runs = runs_of(file);
  std::vector<StreamPart> parts;
  GridSize frame;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const auto& [kind, count] = runs[r];
    const bool with_sound = kind == "vs" && r + 1 < runs.size() && runs[r + 1].first.starts_with("as");
    if (with_sound) {
      // From the start tokens to the end tokens; the sound's tokens are what the sight leaves.
      StreamPart part{Kind::video_with_audio, 0, next("video_grid_thw"), seconds(used["video_grid_thw"] - 1)};
      for (r += 2; r < runs.size() && runs[r].first != "ae" && runs[r].first != "ve"; ++r)
        part.tokens += runs[r].first == "audio" ? runs[r].second : 0;
      parts.push_back(part);
      ++r; // the second end token
    } else if (kind == "image")
      parts.push_back({Kind::image, count, next("image_grid_thw"), 1});
    else if (kind == "video" && rope.axes.positions.frame_by_frame) {
      if (frame.frames <= 1) {
        frame = next("video_grid_thw");
        ++frame.frames;
      }
      --frame.frames;
      parts.push_back({Kind::image, 0, {1, frame.rows, frame.columns}, 1});
    } else if (kind == "video")
      parts.push_back({Kind::video, 0, next("video_grid_thw"), seconds(used["video_grid_thw"] - 1)});
    else
      parts.push_back({Kind::text, count, {}, 1});
  }
  return parts;
}

Positions positions_of_file(const Json& file, RopeConfig& rope) {
  const Json& grid = file.at("grid");
  if (rope.axes.positions.stream != StreamRule::none)
    return streamed_positions(rope, parts_of(file, rope), grid.value("merge", std::int64_t{1}));
  const bool text_alone = axis_count(rope) == 1 && !grid.contains("audio_frames") && grid.contains("text_tokens");
  if (text_alone) return consecutive_positions(grid["text_tokens"]);
  const TokenGrid tokens = grid_of(file, rope);
  take_grid(rope, tokens);
  return placed_positions(rope, tokens);
}

/// The file's name of our axis: rows and columns are called in several ways.
std::string name_in_file(const std::string& ours, const Json& file) {
  static const std::map<std::string, std::vector<std::string>> same = {
      {"h", {"h", "y", "r"}}, {"w", {"w", "x", "c"}}, {"", {"t", "p"}}};
  const Json& names = file.at("axis_names");
  const auto row = same.find(ours);
  for (const std::string& name : row == same.end() ? std::vector{ours} : row->second)
    if (std::find(names.begin(), names.end(), name) != names.end()) return name;
  throw Error(fmt::format("the file has no axis {}", ours));
}

} // namespace

Positions AxialCase::of_rows() const {
  std::vector<double> values;
  for (std::int64_t a = 0; a < positions.axes; ++a)
    for (const std::int64_t row : rows) values.push_back(positions.value(a, row));
  return positions_of(positions.axes, values);
}

AxialCase axial_case(const Json& file) {
  AxialCase made;
  made.name = file.at("name");
  const Json config = config_of(file);
  const Model model = parse_model_config(config.dump(), "config.json");
  std::optional<std::string> layer;
  if (file.value("modality", "") == "audio") layer = "audio";
  made.rope = layer_rope(model, layer).config;
  made.positions = positions_of_file(file, made.rope);
  for (std::int64_t a = 0; a < made.positions.axes; ++a) {
    made.names.push_back(name_in_file(std::string(axis_name(made.rope, a)), file));
    const bool centred = made.rope.axes.rule == AxisRule::centred_grid;
    made.units.push_back(
        !centred ? 1 : 1.0 / static_cast<double>(a == 0 ? made.rope.axes.grid_height : made.rope.axes.grid_width));
  }
  // This file calls its slow index x, where the model's own processor gives the column that name.
  if (made.name == "gemma4_vision") {
    const std::int64_t tokens = made.positions.tokens();
    std::rotate(made.positions.ids.begin(), made.positions.ids.begin() + tokens, made.positions.ids.end());
  }
  made.rows = file.at("rows").get<std::vector<std::int64_t>>();
  made.q = flat(file.at("q"));
  const auto width = static_cast<std::int64_t>(made.q.size() / made.rows.size());
  made.shape = {1, static_cast<std::int64_t>(made.rows.size()), 1, width};
  return made;
}

double float32_tolerance(const std::string& name) {
  static const std::map<std::string, double> wide = {{"kandinsky5", 7.1e-3},
                                                     {"ideogram4", 4.9e-3},
                                                     {"ltx_video", 4.3e-3},
                                                     {"ltx2_video_split", 2.9e-3},
                                                     {"ltx2_video_interleaved", 2.1e-3},
                                                     {"ltx2_audio_split", 1.6e-3},
                                                     {"cosmos3_omni_fps", 2.9e-4},
                                                     {"bria_fibo2", 1.9e-5}};
  const auto found = wide.find(name);
  // The published float32 against the exact float32 here: each may round on its own.
  return found == wide.end() ? 1e-5 : 1.05 * found->second;
}

namespace {

bool near(double a, double b, double relative = 1e-11) {
  return std::abs(a - b) <= relative * std::max(1.0, std::abs(b));
}

std::string differing_positions(const AxialCase& made, const Json& file) {
  const Json& all = file.at("position_ids_all");
  if (static_cast<std::int64_t>(all.size()) != made.positions.axes)
    return fmt::format("{} axes, and the file has {}", made.positions.axes, all.size());
  for (std::int64_t a = 0; a < made.positions.axes; ++a) {
    const std::string& name = made.names[static_cast<std::size_t>(a)];
    const std::vector<double> expected = flat(all.at(name));
    if (static_cast<std::int64_t>(expected.size()) != made.positions.tokens())
      return fmt::format("{} tokens, and the file has {}", made.positions.tokens(), expected.size());
    for (std::int64_t t = 0; t < made.positions.tokens(); ++t) {
      const double ours = made.positions.value(a, t) * made.units[static_cast<std::size_t>(a)];
      if (!near(ours, expected[static_cast<std::size_t>(t)]))
        return fmt::format("token {} is at {} on axis {}, and the file has {}", t, ours, name,
                           expected[static_cast<std::size_t>(t)]);
    }
  }
  return {};
}

/// Axis and frequency of each component that turns, in the file's terms; −1: does not turn.
struct Component {
  std::int64_t axis = -1;
  double frequency = 0;
};

std::vector<Component> components_of(const AxialCase& made, const Json& file, const Spectrum& spectrum) {
  std::vector<Component> components(static_cast<std::size_t>(made.shape.head_dim));
  const PairIndex index = pair_index(made.rope.layout.pairs, made.shape.head_dim, spectrum.pairs());
  const auto axes = pair_axes(made.rope, made.positions.axes), others = second_axes(made.rope, made.positions.axes);
  const Json& names = file.at("axis_names");
  const auto entry = [&](double frequency, std::uint8_t axis) -> Component {
    const std::string& name = made.names[axis];
    if (frequency == 0) return {};
    return {std::find(names.begin(), names.end(), name) - names.begin(), frequency / made.units[axis]};
  };
  for (std::int64_t i = 0; i < spectrum.pairs(); ++i) {
    const auto pair = static_cast<std::size_t>(i);
    const bool mixed = !spectrum.second_inv_freq.empty();
    components[static_cast<std::size_t>(index.in_first(i))] = entry(spectrum.inv_freq[pair], axes[pair]);
    components[static_cast<std::size_t>(index.in_second(i))] =
        mixed ? entry(spectrum.second_inv_freq[pair], others[pair]) : entry(spectrum.inv_freq[pair], axes[pair]);
  }
  return components;
}

std::string differing_list(const std::vector<Component>& ours, const std::vector<double>& axes,
                           const std::vector<double>& frequencies, const char* what) {
  if (axes.size() != frequencies.size() || ours.size() < frequencies.size())
    return fmt::format("{} {}s, and the file has {}", ours.size(), what, frequencies.size());
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const auto axis = static_cast<std::int64_t>(axes[i]);
    if (axis >= 0 ? ours[i].axis != axis : ours[i].frequency != 0)
      return fmt::format("{} {} is turned by axis {}, and the file has {}", what, i, ours[i].axis, axis);
    if (!(std::abs(ours[i].frequency - frequencies[i]) <= 1e-12 * std::abs(frequencies[i])))
      return fmt::format("{} {} has the frequency {}, and the file has {}", what, i, ours[i].frequency, frequencies[i]);
  }
  return {};
}

std::string differing_frequencies(const AxialCase& made, const Json& file, const Spectrum& spectrum) {
  const std::vector<Component> components = components_of(made, file, spectrum);
  if (file.contains("component_frequency"))
    return differing_list(components, flat(file.at("component_axis")), flat(file.at("component_frequency")),
                          "component");
  if (!file.contains("pair_frequency")) return {};
  // In the order of the pairs' first components.
  const PairIndex index = pair_index(made.rope.layout.pairs, made.shape.head_dim, spectrum.pairs());
  std::vector<std::int64_t> firsts;
  for (std::int64_t i = 0; i < spectrum.pairs(); ++i) firsts.push_back(index.in_first(i));
  std::sort(firsts.begin(), firsts.end());
  std::vector<Component> pairs;
  for (const std::int64_t first : firsts) pairs.push_back(components[static_cast<std::size_t>(first)]);
  // Where one spectrum spans several heads the file has a list for each.
  const std::vector<double> frequencies = flat(file.at("pair_frequency"));
  if (pairs.size() != frequencies.size())
    return fmt::format("{} pairs, and the file has {}", pairs.size(), frequencies.size());
  return differing_list(pairs, flat(file.at("pair_axis")), frequencies, "pair");
}

} // namespace

std::string differing_part(const AxialCase& made, const Json& file) {
  const Spectrum spectrum = make_spectrum(made.rope, static_cast<double>(made.positions.tokens()));
  if (std::string words = differing_positions(made, file); !words.empty()) return words;
  return differing_frequencies(made, file, spectrum);
}

void check_axial_rows(Engine& engine, const Json& file) {
  const AxialCase golden = axial_case(file);
  const Embedding embedding(ValidRope(golden.rope), static_cast<double>(golden.positions.tokens()));
  const Positions positions = golden.of_rows();
  const std::vector<double> expected = flat(file.at("out").at("float64"));
  std::vector<double> wide = golden.q;
  embedding.rotate(engine, golden.shape, positions, std::span<const double>(wide), std::span(wide));
  CHECK(greatest_difference(wide, expected) <= 1e-9);
  double greatest = 1;
  for (const double x : golden.q) greatest = std::max(greatest, std::abs(x));
  std::vector<float> narrow(golden.q.begin(), golden.q.end());
  embedding.rotate(engine, golden.shape, positions, std::span<const float>(narrow), std::span(narrow));
  CHECK(greatest_difference(narrow, expected) <=
        2e-6 * greatest * std::max(1.0, embedding.spectrum().attention_factor));
  CHECK(greatest_difference(narrow, flat(file.at("out").at("float32"))) <= float32_tolerance(golden.name));
}

} // namespace ropescope::test
