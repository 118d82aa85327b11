#include "tests/golden.h"

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/transformer_engine.h"
#include "tests/instruction_sets.h"

namespace ropescope::test {

namespace {

constexpr const char* folders[] = {"freqs", "apply", "stateful", "te", "ggml", "yarn_repo", "xpos", "axial"};

std::filesystem::path golden_root() {
  const char* asked = std::getenv("ROPESCOPE_GOLDEN");
  return asked ? asked : ROPESCOPE_TEST_GOLDEN;
}

} // namespace

void for_each_golden(const std::string& folder, const std::function<void(const Json&)>& check) {
  const std::filesystem::path root = golden_root(), path = root / folder;
  const bool any = std::any_of(std::begin(folders), std::end(folders),
                               [&](const char* name) { return std::filesystem::is_directory(root / name); });
  REQUIRE_MESSAGE(any, "no golden folder (freqs, apply, …) in " << root);
  if (std::getenv("ROPESCOPE_GOLDEN") && !std::filesystem::is_directory(path)) {
    MESSAGE("no folder " << path << ": nothing to compare");
    return;
  }
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".md") continue; // what is said of the numbers
    ++count;
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    try {
      std::ifstream stream(entry.path());
      check(Json::parse(stream));
    } catch (const std::exception& error) {
      FAIL_CHECK(name << ": " << std::string(error.what()));
    }
  }
  CHECK_MESSAGE(count > 0, "no golden file in " << path);
}

void for_each_golden_everywhere(const std::string& folder, const std::function<void(const Json&)>& check) {
  on_every_instruction_set([&] { for_each_golden(folder, check); });
}

std::vector<double> flat(const Json& lists) {
  if (lists.is_number()) return {lists.get<double>()};
  if (!lists.is_array()) throw Error("a list holds something that is no number");
  std::vector<double> numbers;
  for (const Json& part : lists) {
    const std::vector<double> inner = flat(part);
    numbers.insert(numbers.end(), inner.begin(), inner.end());
  }
  return numbers;
}

std::vector<float> flat_floats(const Json& lists) {
  const std::vector<double> numbers = flat(lists);
  return {numbers.begin(), numbers.end()};
}

namespace {

Positions two_axes(const Json& ids, const char* first, const char* second) {
  Positions positions{2, ids.at(first).get<std::vector<std::int64_t>>()};
  const auto others = ids.at(second).get<std::vector<std::int64_t>>();
  positions.ids.insert(positions.ids.end(), others.begin(), others.end());
  return positions;
}

Positions named_axes(const Json& ids, std::initializer_list<const char*> axes) {
  Positions positions{static_cast<std::int64_t>(axes.size()), {}};
  for (const char* axis : axes)
    for (const Json& id : ids.at(axis)) positions.ids.push_back(id);
  return positions;
}

Positions apply_positions(const Json& file, const RopeConfig& rope) {
  const Json& ids = file.at("position_ids");
  const std::string kind = file.at("rotation").at("positions");
  if (kind == "tokens") return {1, ids.get<std::vector<std::int64_t>>()};
  if (kind == "mrope" || kind == "mrope_interleaved") return named_axes(ids, {"t", "h", "w"});
  if (kind == "vision_hw") return two_axes(ids, "h", "w");
  if (kind == "pixtral_hw") {
    const Positions positions = two_axes(ids, "h", "w");
    const Json& config = file.at("config");
    const std::int64_t side = config.at("image_size").get<std::int64_t>() / config.at("patch_size").get<std::int64_t>();
    for (std::int64_t token = 0; token < positions.tokens(); ++token)
      CHECK(ids.at("flat").at(static_cast<std::size_t>(token)) ==
            positions.at(0, token) * side + positions.at(1, token));
    return positions;
  }
  if (kind == "gemma4_axes") return two_axes(ids, "dim1", "dim0"); // dim0 is the column, the first half's
  if (kind == "dinov3_grid")
    return grid_positions(rope, rope.axes.grid_height, rope.axes.grid_width, 1,
                          file.at("rotation").value("prefix_tokens", std::int64_t{0}));
  throw Error(fmt::format("positions \"{}\" are not known", kind));
}

void finish(RotationCase& result) {
  result.seq_len = std::max(result.seq_len, static_cast<double>(sequence_length(result.positions)));
  result.axes = pair_axes(result.rope, result.positions.axes);
  result.spectrum = make_spectrum(result.rope, result.seq_len);
  for (const double x : result.q) result.greatest = std::max(result.greatest, std::abs(x));
  if (static_cast<std::int64_t>(result.q.size()) != result.shape.size())
    throw Error(fmt::format("{} numbers, expected {}", result.q.size(), result.shape.size()));
  validate(result.rotation(), result.shape, result.spectrum.rotary_dim);
}

} // namespace

RotationCase apply_case(const Json& file) {
  RotationCase result;
  const Json& how = file.at("rotation");
  const Model model = parse_model_config(file.at("config").dump(), file.at("name").get<std::string>());
  const std::optional<std::string> layer_type =
      how.at("layer_type").is_null() ? std::nullopt : std::optional(how.at("layer_type").get<std::string>());
  result.rope = layer_rope(model, layer_type).config;
  result.model_type = model.model_type;
  result.positions = apply_positions(file, result.rope);
  result.q = flat(file.at("q"));
  result.shape = {1, result.positions.tokens(), 1, static_cast<std::int64_t>(file.at("q").at(0).size())};
  finish(result);
  // The layout found by model_type is the one the file states.
  const PairLayout& layout = result.rope.layout.pairs;
  CHECK(pairing_name(layout.pairing) == how.at("pairing").get<std::string>());
  CHECK((layout.output == layout.pairing) == (how.at("output") == "as_input" || how.at("output") == how.at("pairing")));
  CHECK(layout.direction == how.at("direction").get<int>());
  CHECK(result.spectrum.rotary_dim == how.at("rotary_dim").get<std::int64_t>());
  CHECK(pair_index(layout, result.shape.head_dim, result.spectrum.pairs()).offset ==
        how.at("rotary_offset").get<std::int64_t>());
  return result;
}

RotationCase te_case(const Json& file) {
  const Json& init = file.at("init");
  const auto optional = [&](const char* key) {
    return init.contains(key) && !init.at(key).is_null() ? std::optional(init.at(key).get<double>()) : std::nullopt;
  };
  TransformerEngineRope rope;
  rope.dim = init.at("dim");
  for (const auto& [key, value] : init.items())
    if (key == "rotary_percent")
      rope.rotary_percent = value;
    else if (key == "rotary_base")
      rope.rotary_base = value;
    else if (key == "interleaved")
      rope.interleaved = value;
    else if (key != "dim" && key != "seq_len_interpolation_factor" && key != "pretrained_max_position_embeddings")
      throw Error(fmt::format("init has \"{}\", which is not known", key));
  rope.seq_len_interpolation_factor = optional("seq_len_interpolation_factor");
  rope.pretrained_max_position_embeddings = optional("pretrained_max_position_embeddings");

  const std::string format = file.at("tensor_format");
  TransformerEngineCall call;
  call.shape = file.at("shape").get<std::vector<std::int64_t>>();
  call.tensor_format = format;
  call.offset = file.at("offset");
  for (const auto& [key, value] : file.at("apply_kwargs").items())
    if (key == "start_positions")
      call.start_positions = value.get<std::vector<std::int64_t>>();
    else if (key == "cu_seqlens")
      call.cu_seqlens = value.get<std::vector<std::int64_t>>();
    else if (key == "cp_size")
      call.cp_size = value;
    else if (key == "cp_rank")
      call.cp_rank = value;
    else if (key != "interleaved")
      throw Error(fmt::format("apply_kwargs has \"{}\", which is not known", key));
    else
      rope.interleaved = value;

  RotationCase result;
  result.rope = config_of(rope, file.at("max_seq_len").get<double>());
  result.positions = positions_of(call);
  result.q = flat(file.at("x"));
  std::int64_t size = 1;
  for (const std::int64_t extent : call.shape) size *= extent;
  if (size != static_cast<std::int64_t>(result.q.size())) throw Error("shape and x disagree");
  const std::size_t heads_axis = call.shape.size() - 2;
  result.shape = {1, result.positions.tokens(), call.shape[heads_axis], call.shape.back()};
  finish(result);
  return result;
}

GgmlRope ggml_rope(const Json& file) {
  GgmlRope rope;
  const int mode = file.at("mode");
  if (mode != 0 && mode != 2 && mode != 8 && mode != 24 && mode != 40)
    throw Error(fmt::format("mode {} is not known", mode));
  rope.mode = static_cast<GgmlMode>(mode);
  rope.head_dim = file.at("ne0");
  rope.n_dims = file.at("n_dims");
  rope.n_ctx_orig = file.at("n_ctx_orig");
  rope.freq_base = file.at("freq_base");
  rope.freq_scale = file.at("freq_scale");
  rope.ext_factor = file.at("ext_factor");
  rope.attn_factor = file.at("attn_factor");
  rope.beta_fast = file.at("beta_fast");
  rope.beta_slow = file.at("beta_slow");
  rope.sections = file.at("sections").get<std::array<std::int64_t, 4>>();
  if (!file.at("freq_factors").is_null()) rope.freq_factors = flat_floats(file.at("freq_factors"));
  rope.offset = file.value("n_offs", file.value("offset", std::int64_t{0}));
  rope.backward = file.at("backward");
  return rope;
}

RotationCase ggml_case(const Json& file) {
  RotationCase result;
  result.rope = config_of(ggml_rope(file));
  const Json& positions = file.at("positions");
  result.positions = positions.is_array() ? Positions{1, positions.get<std::vector<std::int64_t>>()}
                                          : named_axes(positions, {"t", "h", "w", "e"});
  if (positions.is_object() && axis_count(result.rope) == 2) // VISION: y, x, y, x
    result.positions = named_axes(positions, {"t", "h"});
  result.q = flat(file.at("x"));
  result.shape = {1, result.positions.tokens(), file.at("n_head"), file.at("ne0")};
  finish(result);
  return result;
}

std::vector<float> turned(Engine& engine, const RotationCase& golden, const Recipe& recipe, NumberFormat row) {
  Rotation rotation = golden.rotation();
  std::vector<float> rows;
  for (const double x : golden.q) rows.push_back(rounded(row, static_cast<float>(x)));
  rotation.attention_factor = model_attention_factor(golden.rope, golden.seq_len);
  const auto table = recipe_table(recipe, golden.rope, golden.seq_len, rotation, row);
  rotation.table = table;
  if (recipe.each_step) rotation.step = row;
  rotation.fused = recipe.fused;
  engine.rotate(rotation, golden.shape, std::span<const float>(rows), rows);
  for (float& x : rows) x = rounded(row, x);
  return rows;
}

double greatest_relative_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double greatest = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    greatest = std::max(greatest, std::abs(a[i] - b[i]) / (b[i] == 0 ? 1 : std::abs(b[i])));
  return greatest;
}

std::size_t differing(const std::vector<float>& a, const std::vector<float>& b) {
  std::size_t count = a.size() == b.size() ? 0 : a.size() + b.size();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) count += a[i] == b[i] ? 0 : 1;
  return count;
}

} // namespace ropescope::test
