#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/model/model_types.h"
#include "core/rope/call_sequence.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/xpos.h"
#include "tests/golden.h"

using namespace ropescope;
using test::flat;
using test::flat_floats;
using test::Json;

namespace {

/// Hugging Face's float32 frequencies: what we compute exactly is within this of them.
constexpr double float32_noise = 1.5e-6;

std::vector<double> as_doubles(const std::vector<float>& numbers) { return {numbers.begin(), numbers.end()}; }

std::optional<double> optional_number(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

} // namespace

TEST_CASE("golden freqs: frequencies and attention factors of every file are exact, and PyTorch's within its noise") {
  test::for_each_golden("freqs", [](const Json& file) {
    const Model model = parse_model_config(file.at("config").dump(), "config");
    const auto& layer = file.at("layer_type");
    const RopeConfig rope =
        layer_rope(model, layer.is_null() ? std::nullopt : std::optional(layer.get<std::string>())).config;
    const std::optional<double> seq_len = optional_number(file.at("seq_len"));
    const Spectrum spectrum = make_spectrum(rope, seq_len);
    const std::vector<double> exact = flat(file.at("inv_freq_exact")), computed = flat(file.at("inv_freq"));
    CHECK(test::greatest_relative_difference(spectrum.inv_freq, exact) <= 1e-13);
    CHECK(test::greatest_relative_difference(as_doubles(model_inv_freq(rope, seq_len)), computed) <= float32_noise);
    // Where a scheme blends two frequencies float32 cancels.
    CHECK(test::greatest_relative_difference(computed, exact) <= 1e-5);
    const double attention = file.at("attention_factor_exact");
    CHECK(std::abs(spectrum.attention_factor - attention) <= 1e-15 * attention);
    CHECK(std::abs(model_attention_factor(rope, seq_len) - file.at("attention_factor").get<double>()) <=
          1e-15 * attention);
    CHECK(rope_type_name(rope.scaling.rope_type) == file.at("rope_type").get<std::string>());
    CHECK(spectrum.rotary_dim == file.at("rotary_dim").get<std::int64_t>());
  });
}

TEST_CASE("golden stateful: a sequence of calls has the frequencies that Hugging Face's module has") {
  test::for_each_golden("stateful", [](const Json& file) {
    Json config = file.at("config");
    if (file.at("source").get<std::string>().find("hunyuan") != std::string::npos && !config.contains("model_type"))
      config["model_type"] = "hunyuan_v1_dense";
    const RopeConfig rope = layer_rope(parse_model_config(config.dump(), "config"), std::nullopt).config;
    CallSequence calls(rope);
    for (const Json& step : file.at("steps")) {
      CAPTURE(step.at("max_position").get<double>());
      CHECK(step.at("seq_len") == step.at("max_position").get<double>() + 1);
      const std::optional<double> in_force = calls.call(step.at("max_position").get<double>() + 1);
      const std::vector<double> expected = flat(step.at("inv_freq"));
      CHECK(test::greatest_relative_difference(make_spectrum(rope, in_force).inv_freq, expected) <= float32_noise);
      CHECK(test::differing(model_inv_freq(rope, in_force), flat_floats(step.at("inv_freq"))) == 0); // to the bit
      CHECK(std::abs(model_attention_factor(rope, in_force) - step.at("attention_scaling").get<double>()) <= 1e-12);
      CHECK(calls.max_seq_len_cached() == step.at("max_seq_len_cached_after").get<double>());
    }
  });
}

namespace {

/// The classes of jquesnelle/yarn, scaled_rope/, and what they are called here.
RopeConfig yarn_repo_config(const Json& file) {
  const std::string name = file.at("class");
  RopeConfig rope;
  if (name == "LlamaNTKScaledRotaryEmbedding")
    rope.scaling.rope_type = RopeType::ntk;
  else if (name == "LlamaPartNTKScaledRotaryEmbedding")
    rope.scaling.rope_type = RopeType::ntk_by_parts;
  else if (name == "LlamaYaRNScaledRotaryEmbedding")
    rope.scaling.rope_type = RopeType::yarn;
  else if (name == "LlamaDynamicScaledRotaryEmbedding")
    rope.scaling.rope_type = RopeType::dynamic;
  else if (name == "LlamaDynamicPartNTKScaledRotaryEmbedding")
    rope.scaling.rope_type = RopeType::dynamic_ntk_by_parts;
  else if (name == "LlamaDynamicYaRNScaledRotaryEmbedding")
    rope.scaling.rope_type = RopeType::dynamic_yarn;
  else
    throw Error(fmt::format("class {} is not known", name));
  for (const auto& [key, value] : file.at("init").items()) {
    if (key == "dim")
      rope.layout.head_dim = rope.layout.rotary_dim = value;
    else if (key == "base")
      rope.base = value;
    else if (key == "scale" || key == "ntk")
      rope.scaling.factor = value.get<double>();
    else
      set_parameter(rope, key, value.dump());
  }
  return rope;
}

} // namespace

TEST_CASE("golden yarn_repo: the YaRN authors' classes yield the same frequencies and magnitudes") {
  test::for_each_golden("yarn_repo", [](const Json& file) {
    const RopeConfig rope = yarn_repo_config(file);
    const std::optional<double> seq_len = optional_number(file.at("seq_len"));
    const Spectrum spectrum = make_spectrum(rope, seq_len);
    const std::vector<double> expected = flat(file.at("inv_freq"));
    CHECK(test::greatest_relative_difference(spectrum.inv_freq, expected) <= float32_noise);
    CHECK(test::greatest_relative_difference(as_doubles(model_inv_freq(rope, seq_len)), expected) <= float32_noise);
    CHECK(std::abs(spectrum.attention_factor - file.at("mscale").get<double>()) <= 1e-12);
  });
}

TEST_CASE("golden apply: the CPU rotates every file's rows, float64 within 1e-9 and float32 within 2e-6") {
  test::for_each_golden_everywhere("apply", [](const Json& file) {
    const test::RotationCase golden = test::apply_case(file);
    const std::vector<double> expected = flat(file.at("out").at("float64"));
    CpuEngine engine;
    std::vector<double> wide = golden.q;
    engine.rotate(golden.rotation(), golden.shape, std::span<const double>(golden.q), wide);
    CHECK(test::greatest_difference(wide, expected) <= 1e-9);
    std::vector<float> narrow(golden.q.begin(), golden.q.end());
    engine.rotate(golden.rotation(), golden.shape, std::span<const float>(narrow), narrow);
    CHECK(test::greatest_difference(narrow, expected) <= 2e-6 * golden.greatest);
  });
}

namespace {

/// The tables a file prints, [tokens][n or 2n], against ours, [token][pair]: printed once per pair, or for both of its
/// components in either order. Returns the greatest difference in the order that fits best.
double table_difference(const std::vector<double>& printed, const std::vector<CosSin<double>>& ours, bool of_cos,
                        const test::RotationCase& golden, std::size_t prefix) {
  const auto pairs = static_cast<std::size_t>(golden.spectrum.pairs());
  const std::size_t tokens = ours.size() / pairs;
  if (printed.size() == 0 || printed.size() % pairs != 0) return std::numeric_limits<double>::infinity();
  const std::size_t width = printed.size() == 2 * pairs * (tokens - prefix) ? 2 * pairs : pairs;
  const std::size_t rows = printed.size() / width;
  if (rows > tokens) return std::numeric_limits<double>::infinity();
  const std::size_t skipped = tokens - rows; // a prefix has no row
  double best = std::numeric_limits<double>::infinity();
  for (const Pairing pairing : {Pairing::half, Pairing::interleaved}) {
    PairLayout layout = golden.rope.layout.pairs;
    layout.pairing = layout.output = pairing;
    layout.trailing = false;
    const PairIndex index = pair_index(layout, 2 * static_cast<std::int64_t>(pairs), static_cast<std::int64_t>(pairs));
    double greatest = 0;
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t i = 0; i < pairs; ++i) {
        const CosSin<double>& at = ours[(row + skipped) * pairs + i];
        const double value = of_cos ? at.cos : at.sin * golden.rope.layout.pairs.direction;
        const auto pair = static_cast<std::int64_t>(i);
        const auto first = width == pairs ? i : static_cast<std::size_t>(index.in_first(pair)),
                   second = width == pairs ? i : static_cast<std::size_t>(index.in_second(pair));
        for (const std::size_t component : {first, second})
          greatest = std::max(greatest, std::abs(printed[row * width + component] - value));
      }
    best = std::min(best, greatest);
  }
  return best;
}

std::vector<CosSin<double>> table_of(const test::RotationCase& golden, const char* recipe, NumberFormat row) {
  Rotation rotation = golden.rotation();
  rotation.attention_factor = model_attention_factor(golden.rope, golden.seq_len);
  return recipe_table(*find_recipe(recipe), golden.rope, golden.seq_len, rotation, row);
}

} // namespace

TEST_CASE("golden apply: the tables of cos and sin are the model code's, in each format") {
  test::for_each_golden("apply", [](const Json& file) {
    if (!file.contains("cos_float32")) return;
    const test::RotationCase golden = test::apply_case(file);
    const double gain = std::max(1.0, golden.spectrum.attention_factor);
    const bool once = recipe_of(golden.rope).name == "once" || recipe_of(golden.rope).name == "complex_once";
    const auto prefix = file.at("rotation").value("prefix_tokens", std::size_t{0});
    for (const bool of_cos : {true, false}) {
      CAPTURE(of_cos);
      const auto printed = [&](const char* format) {
        return flat(file.at(fmt::format("{}_{}", of_cos ? "cos" : "sin", format)));
      };
      CHECK(table_difference(printed("float64"), table_of(golden, "exact", NumberFormat::float32), of_cos, golden,
                             prefix) <= 1e-9);
      CHECK(table_difference(printed("float32"), table_of(golden, "once", NumberFormat::float32), of_cos, golden,
                             prefix) <= 2.5e-7 * gain); // 2 ulp
      const double sixteen =
          table_difference(printed("bfloat16"), table_of(golden, once ? "once" : "each_step", NumberFormat::bfloat16),
                           of_cos, golden, prefix);
      CHECK(sixteen <= (once ? 4e-3 : 0.0) * gain);
    }
  });
}

TEST_CASE("golden apply: a model's own arithmetic gives its bits in bfloat16 and float16, and its float32 to 2 ulp") {
  std::string report;
  int exact = 0, files = 0;
  test::for_each_golden_everywhere("apply", [&](const Json& file) {
    const test::RotationCase golden = test::apply_case(file);
    const std::string name = file.at("name");
    const Json& rounding = file.at("rotation").at("rounding");
    const bool documented = rounding.is_string(), known = find_model_type(golden.model_type) != nullptr;
    const Recipe* recipe = documented ? find_recipe(rounding.get<std::string>()) : &recipe_of(golden.rope);
    if (!recipe) throw Error(fmt::format("rounding {} is not known", rounding.dump()));
    CHECK_MESSAGE(recipe->name == recipe_of(golden.rope).name, "model_type " << golden.model_type);
    CpuEngine engine;
    const double gain = std::max(1.0, golden.spectrum.attention_factor) * golden.greatest;
    CHECK(test::greatest_difference(test::turned(engine, golden, *recipe, NumberFormat::float32),
                                    flat(file.at("out").at("float32"))) <= 5e-7 * gain);
    ++files;
    std::size_t wrong = 0;
    for (const auto& [format, key, ulp] : {std::tuple{NumberFormat::bfloat16, "bfloat16", 0x1p-7},
                                           std::tuple{NumberFormat::float16, "float16", 0x1p-10}}) {
      const std::string in_format = key; // clang captures no structured binding
      CAPTURE(in_format);
      const std::vector<float> rows = test::turned(engine, golden, *recipe, format);
      const std::size_t differ = test::differing(rows, flat_floats(file.at("out").at(key)));
      if (documented || known) CHECK(differ == 0);
      CHECK(test::greatest_difference(rows, flat(file.at("out").at(key))) <= 2 * ulp * gain);
      wrong += differ;
    }
    if (wrong == 0)
      ++exact;
    else
      report +=
          fmt::format("\n  {}: {} entries differ; its recipe is not documented, tried {}", name, wrong, recipe->name);
  });
  MESSAGE("bit for bit in bfloat16 and float16, on every instruction set: " << exact << " of " << files << " files"
                                                                            << report);
}

TEST_CASE("golden te: TransformerEngine's calls give its float32 rows, and its bfloat16 rows to the bit") {
  test::for_each_golden_everywhere("te", [](const Json& file) {
    const test::RotationCase golden = test::te_case(file);
    const Recipe& recipe = *find_recipe("transformer_engine");
    CpuEngine engine;
    // The module's buffer has the frequencies before any interpolation.
    CHECK(test::greatest_relative_difference(golden.spectrum.unscaled, flat(file.at("inv_freq"))) <= float32_noise);
    CHECK(test::greatest_difference(test::turned(engine, golden, recipe, NumberFormat::float32),
                                    flat(file.at("out").at("float32"))) <= 5e-7 * golden.greatest);
    CHECK(test::differing(test::turned(engine, golden, recipe, NumberFormat::bfloat16),
                          flat_floats(file.at("out").at("bfloat16"))) == 0);
    std::vector<double> exact(golden.q.size());
    engine.rotate(golden.rotation(), golden.shape, std::span<const double>(golden.q), exact);
    const double noise = 2e-7 * std::max(10.0, golden.seq_len); // position × float32's rounding of the angle
    CHECK(test::greatest_difference(exact, flat(file.at("out").at("float32"))) <= noise * golden.greatest);
  });
}

namespace {

/// The rows by ggml's own table.
std::vector<float> turned_by_ggml(Engine& engine, const test::RotationCase& golden, const Json& file) {
  std::vector<CosSin<double>> table;
  for (const auto& [c, s] : ggml_table(test::ggml_rope(file), golden.positions, AngleRule::recurrence))
    table.push_back({static_cast<double>(c), static_cast<double>(s) * golden.rope.layout.pairs.direction});
  Rotation rotation = golden.rotation();
  rotation.table = table;
  rotation.fused = find_recipe("ggml_recurrence")->fused;
  std::vector<float> rows(golden.q.begin(), golden.q.end());
  engine.rotate(rotation, golden.shape, std::span<const float>(rows), rows);
  return rows;
}

} // namespace

TEST_CASE("golden ggml: its five modes give its float32 rows to the bit by its recurrence, and the exact ones within "
          "its drift") {
  std::size_t same = 0, all = 0;
  test::for_each_golden_everywhere("ggml", [&](const Json& file) {
    const test::RotationCase golden = test::ggml_case(file);
    const std::vector<double> expected = flat(file.at("out"));
    const double gain = golden.greatest * std::max(1.0, golden.spectrum.attention_factor);
    CpuEngine engine;
    const std::vector<float> rows = turned_by_ggml(engine, golden, file);
    CHECK(test::greatest_difference(rows, expected) <= 1e-6 * gain);
    if (golden.rope.axes.rule != AxisRule::ggml_sections && golden.rope.axes.rule != AxisRule::ggml_interleaved)
      CHECK(test::greatest_difference(test::turned(engine, golden, *find_recipe("ggml"), NumberFormat::float32),
                                      expected) <= 1e-6 * gain);
    const std::vector<float> wanted = flat_floats(file.at("out"));
    same += wanted.size() - std::min(wanted.size(), test::differing(rows, wanted));
    all += wanted.size();
    std::vector<double> exact(golden.q.size());
    engine.rotate(golden.rotation(), golden.shape, std::span<const double>(golden.q), exact);
    const auto row = static_cast<std::size_t>(golden.shape.inner * golden.shape.head_dim);
    for (std::int64_t token = 0; token < golden.positions.tokens(); ++token) {
      double furthest = 1;
      for (std::int64_t axis = 0; axis < golden.positions.axes; ++axis)
        furthest = std::max(furthest, std::abs(static_cast<double>(golden.positions.at(axis, token))));
      for (std::size_t i = 0; i < row; ++i) {
        const std::size_t at = static_cast<std::size_t>(token) * row + i;
        if (!(std::abs(exact[at] - expected[at]) <= (1e-6 + 1e-6 * furthest) * gain)) {
          CHECK_MESSAGE(false, "token " << token << ", entry " << i << ": " << exact[at] << " and " << expected[at]);
          return;
        }
      }
    }
  });
  MESSAGE("ggml: " << same << " of " << all << " float32 numbers are the same to the bit, on every instruction set");
}

TEST_CASE("golden xpos: queries grow and keys shrink as torchscale's do") {
  test::for_each_golden("xpos", [](const Json& file) {
    RopeConfig rope;
    rope.layout.head_dim = rope.layout.rotary_dim = file.at("head_dim");
    rope.attention.xpos_scale_base = file.at("scale_base").get<double>();
    const auto pairing = pairing_from_name(file.at("layout").get<std::string>());
    if (!pairing) throw Error("layout is not known");
    rope.layout.pairs.pairing = rope.layout.pairs.output = *pairing;
    const Spectrum spectrum = make_spectrum(rope);
    for (const auto& [role, in, out] : {std::tuple{Role::query, "q", "q_out"}, std::tuple{Role::key, "k", "k_out"}}) {
      const std::string rows_of = in;
      CAPTURE(rows_of);
      std::vector<double> rows = flat(file.at(in));
      const auto tokens = static_cast<std::int64_t>(rows.size()) / rope.layout.head_dim;
      const std::int64_t offset = file.at("offset");
      const Positions positions = consecutive_positions(tokens, offset);
      Rotation rotation{spectrum.turns, 1, rope.layout.pairs, {}, positions};
      auto table = recipe_table(*find_recipe("exact"), rope, std::nullopt, rotation, NumberFormat::float32);
      apply_xpos(rope, positions, role, static_cast<double>(tokens + offset), table);
      rotation.table = table;
      CpuEngine().rotate(rotation, {1, tokens, 1, rope.layout.head_dim}, std::span<const double>(rows), rows);
      const std::vector<double> expected = flat(file.at(out));
      double greatest = 1;
      for (const double x : expected) greatest = std::max(greatest, std::abs(x));
      const double noise = 2e-7 * std::max<double>(10, static_cast<double>(tokens + offset)) * greatest;
      CHECK(test::greatest_difference(rows, expected) <= noise);
    }
  });
}
