#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <optional>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/config/config_json.h"
#include "core/error.h"
#include "core/io/position_source.h"
#include "core/model/axial_classes.h"
#include "core/rope/angle_table.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/embedding.h"
#include "core/rope/token_grid.h"

using namespace ropescope;

namespace {

RopeConfig listed(std::vector<PositionAxis> list, PairSequence order = PairSequence::blocks,
                  FrequencyCount count = FrequencyCount::restart) {
  RopeConfig rope;
  rope.axes.rule = AxisRule::listed;
  rope.axes.list = std::move(list);
  rope.axes.order = order;
  rope.axes.count = count;
  rope.layout.rotary_dim = 0;
  for (const PositionAxis& axis : rope.axes.list) rope.layout.rotary_dim += axis.components;
  rope.layout.head_dim = rope.layout.rotary_dim;
  return rope;
}

RopeConfig video() {
  return listed({{.name = "t", .components = 44}, {.name = "h", .components = 42}, {.name = "w", .components = 42}});
}

RopeConfig of_class(const std::string& text) { return parse_model_config(text, "config.json").layers.front().config; }

std::string words_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

std::string refusal_of(const std::string& text) {
  return words_of([&] { of_class(text); });
}

} // namespace

TEST_CASE("a rule that has a name is a list of axes too: the same axis and the same frequency at every pair") {
  struct Case {
    AxisRule rule;
    RopeConfig list;
    std::vector<std::uint8_t> axis_of_list; // the named rule counts rows first, whichever lies first
  };
  const PositionAxis h{.name = "h", .components = 24}, w{.name = "w", .components = 24};
  const PositionAxis third{.name = "t", .components = 16};
  for (const Case& one :
       {Case{AxisRule::halves, listed({h, w}), {0, 1}}, Case{AxisRule::halves_xy, listed({w, h}), {1, 0}},
        Case{AxisRule::alternating, listed({h, w}, PairSequence::dealt), {0, 1}},
        Case{AxisRule::alternating_xy, listed({w, h}, PairSequence::dealt), {1, 0}},
        Case{AxisRule::even_odd, listed({h, w}, PairSequence::blocks, FrequencyCount::shared), {0, 1}},
        Case{AxisRule::thirds, listed({third, third, third}), {0, 1, 2}}}) {
    CAPTURE(static_cast<int>(one.rule));
    RopeConfig named = one.list;
    named.axes = {};
    named.axes.rule = one.rule;
    const auto axes = static_cast<std::int64_t>(one.list.axes.list.size());
    std::vector<std::uint8_t> expected;
    for (const std::uint8_t axis : pair_axes(one.list, axes)) expected.push_back(one.axis_of_list[axis]);
    CHECK(pair_axes(named, axes) == expected);
    CHECK(make_spectrum(named).inv_freq == make_spectrum(one.list).inv_freq);
  }
}

TEST_CASE("one axis's own base, scheme or held pair changes that axis and no other") {
  const RopeConfig plain = video();
  const std::vector<std::uint8_t> axes = pair_axes(plain, 3);
  const std::vector<double> before = make_spectrum(plain).inv_freq;
  const auto changed = [&](const std::function<void(PositionAxis&)>& change) {
    RopeConfig other = plain;
    change(other.axes.list[1]);
    const std::vector<double> after = make_spectrum(other).inv_freq;
    std::int64_t pairs = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (after[i] != before[i]) ++pairs;
      if (axes[i] != 1) CHECK(after[i] == before[i]);
    }
    return pairs;
  };
  CHECK(changed([](PositionAxis& axis) { axis.base = 256; }) == 20); // the fastest pair stays
  CHECK(changed([](PositionAxis& axis) {
          axis.rope_type = RopeType::ntk;
          axis.factor = 2;
        }) == 20);
  CHECK(changed([](PositionAxis& axis) {
          axis.rope_type = RopeType::linear;
          axis.factor = 2;
        }) == 21);
  CHECK(changed([](PositionAxis& axis) {
          axis.held_pair = 5;
          axis.held_wavelength = 90;
        }) == 1);
  RopeConfig held = plain;
  held.axes.list[0].held_pair = 5; // RIFLEx: one turn in 81/0.9 frames
  held.axes.list[0].held_wavelength = 90;
  CHECK(make_spectrum(held).inv_freq[5] == doctest::Approx(2 * std::numbers::pi / 90).epsilon(1e-15));
  CHECK(make_spectrum(held).unscaled == before);
}

TEST_CASE("positions keep their fractions, whole ones have none, and what cannot be is refused") {
  const double values[] = {0, -3.25, 7.5, 0.1, 2147483648.0, -0.5};
  const Positions positions = positions_of(2, values);
  for (std::int64_t i = 0; i < 6; ++i) CHECK(positions.value(i / 3, i % 3) == values[i]);
  const double whole[] = {-4, 0, 9};
  CHECK(positions_of(1, whole).whole());
  CHECK(positions_of(1, whole).ids == std::vector<std::int64_t>{-4, 0, 9});
  const double nan[] = {NAN}, far[] = {3e9};
  CHECK_THROWS_AS(positions_of(1, nan), Error);
  CHECK_THROWS_AS(positions_of(1, far), Error);
}

TEST_CASE("a fraction turns by the product of position and frequency, forwards and backwards, on both sides of 0") {
  const RopeConfig rope = video();
  const double values[] = {0.5, -7.75, 1e5 + 0.125, 3.3, -0.2, 12.5, 0, -1e-3, 1e6 + 0.5};
  const Positions positions = positions_of(3, values);
  const Embedding embedding{ValidRope(rope)};
  const std::vector<std::uint8_t> axes = pair_axes(rope, 3);
  std::vector<double> rows(3 * 128);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = std::sin(static_cast<double>(i));
  std::vector<double> turned = rows;
  CpuEngine engine;
  embedding.rotate(engine, {1, 3, 1, 128}, positions, std::span<const double>(turned), std::span(turned));
  for (std::int64_t token = 0; token < 3; ++token)
    for (std::size_t i = 0; i < 64; ++i) {
      const long double angle =
          static_cast<long double>(positions.value(axes[i], token)) * embedding.spectrum().inv_freq[i];
      const std::size_t at = static_cast<std::size_t>(token) * 128 + i;
      CHECK(std::abs(turned[at] - static_cast<double>(rows[at] * std::cos(angle) - rows[at + 64] * std::sin(angle))) <=
            1e-12);
    }
  embedding.inverse().rotate(engine, {1, 3, 1, 128}, positions, std::span<const double>(turned), std::span(turned));
  for (std::size_t i = 0; i < rows.size(); ++i) CHECK(std::abs(turned[i] - rows[i]) <= 1e-12);
}

TEST_CASE("positions of whole numbers are turned alike whether they are counted in turns or multiplied out") {
  RopeConfig rope = video();
  const double values[] = {5, -6, 70000, 3, -2, 12, 0, -1, 100000};
  const Positions positions = positions_of(3, values);
  std::vector<double> rows(3 * 128), by_turns, by_product;
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = std::cos(static_cast<double>(i));
  by_turns = by_product = rows;
  CpuEngine engine;
  Embedding(ValidRope(rope))
      .rotate(engine, {1, 3, 1, 128}, positions, std::span<const double>(rows), std::span(by_turns));
  rope.axes.scale = 0.5; // the frequencies are as many times higher
  rope.axes.gain = 2;
  CHECK(has_own_angles(rope));
  Embedding(ValidRope(rope))
      .rotate(engine, {1, 3, 1, 128}, positions, std::span<const double>(rows), std::span(by_product));
  for (std::size_t i = 0; i < rows.size(); ++i) CHECK(std::abs(by_turns[i] - by_product[i]) <= 1e-10);
}

TEST_CASE("float rows are turned alike whether axes lie in blocks or alternate, up to the order of their pairs") {
  const PositionAxis h{.name = "h", .components = 64}, w{.name = "w", .components = 64};
  RopeConfig blocks = listed({h, w}), dealt = listed({h, w}, PairSequence::dealt);
  blocks.layout.pairs = dealt.layout.pairs = {Pairing::interleaved, Pairing::interleaved};
  const double values[] = {1, -2, 300, 4, 5, -6000};
  const Positions positions = positions_of(2, values);
  std::vector<float> rows(3 * 128), moved(3 * 128);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = std::sin(static_cast<float>(i));
  const auto place = [](std::size_t i) { return i < 32 ? 2 * i : 2 * (i - 32) + 1; }; // of pair i of blocks
  const auto move = [&](const std::vector<float>& from, std::vector<float>& to) {
    for (std::size_t row = 0; row < 3; ++row)
      for (std::size_t i = 0; i < 64; ++i)
        for (std::size_t c = 0; c < 2; ++c) to[row * 128 + 2 * place(i) + c] = from[row * 128 + 2 * i + c];
  };
  move(rows, moved);
  CpuEngine engine;
  Embedding(ValidRope(blocks)).rotate(engine, {1, 3, 1, 128}, positions, std::span<const float>(rows), std::span(rows));
  Embedding(ValidRope(dealt))
      .rotate(engine, {1, 3, 1, 128}, positions, std::span<const float>(moved), std::span(moved));
  std::vector<float> expected(3 * 128);
  move(rows, expected);
  CHECK(moved == expected);
}

TEST_CASE("where one spectrum spans the heads, rows of single heads are turned as the joined ones") {
  const RopeConfig rope =
      of_class(R"({"_class_name": "LTXVideoTransformer3DModel", "attention_head_dim": 64, "num_attention_heads": 4})");
  CHECK(rope.layout.head_dim == 256);
  const Positions positions = placed_positions(rope, {.size = {2, 3, 2}});
  std::vector<double> joined(12 * 256);
  for (std::size_t i = 0; i < joined.size(); ++i) joined[i] = std::sin(static_cast<double>(i));
  std::vector<double> apart = joined;
  CpuEngine engine;
  const Embedding embedding{ValidRope(rope)};
  embedding.rotate(engine, {1, 12, 1, 256}, positions, std::span<const double>(joined), std::span(joined));
  embedding.rotate(engine, {1, 12, 4, 64}, positions, std::span<const double>(apart), std::span(apart));
  CHECK(joined == apart);
}

TEST_CASE("every class of diffusers is read from its name alone, and says what it takes from the class") {
  for (const AxialClass& row : axial_classes()) {
    CAPTURE(row.name);
    const std::string text = fmt::format(R"({{"_class_name": "{}"}})", row.name);
    if (row.split == AxisSplit::added) {
      CHECK(words_of([&] { of_class(text); }).find("pos_frequencies") != std::string::npos);
      continue;
    }
    const Model model = parse_model_config(text, "config.json");
    CHECK(model.model_type == row.name);
    CHECK(!model.from_class.empty());
    for (const LayerRope& layer : model.layers) {
      const Spectrum spectrum = make_spectrum(layer.config);
      CHECK(spectrum.pairs() == pair_count(layer.config));
      const std::int64_t axes = axis_count(layer.config);
      CHECK(pair_axes(layer.config, axes).size() == spectrum.inv_freq.size());
      if (model.layers.size() == 1) CHECK(axes == 1 + std::count(row.axes.begin(), row.axes.end(), ' '));
    }
  }
}

TEST_CASE("a key of a diffusers file that is wrong is refused by its name") {
  for (const auto& refused :
       {std::pair{R"({"_class_name": "FluxTransformer2DModel", "axes_dims_rope": [16, 56]})", "axes_dims_rope"},
        std::pair{R"({"_class_name": "FluxTransformer2DModel", "axes_dims_rope": [15, 57, 56]})", "even number"},
        std::pair{R"({"_class_name": "FluxTransformer2DModel", "axes_dims_rope": "16"})", "axes_dims_rope"},
        std::pair{R"({"_class_name": "Flux2Transformer2DModel", "rope_theta": -2})", "base"},
        std::pair{R"({"_class_name": "CosmosTransformer3DModel", "rope_scale": [1, 2]})", "rope_scale"},
        std::pair{R"({"_class_name": "WanTransformer3DModel", "attention_head_dim": "x"})", "attention_head_dim"}})
    CHECK_MESSAGE(refusal_of(refused.first).find(refused.second) != std::string::npos, refused.first);
}

TEST_CASE("a mixed convention is computed, said to be no rotation with by how much, and not undone") {
  for (const char* text : {R"({"_class_name": "ErnieImageTransformer2DModel"})", R"({"model_type": "vjepa2"})",
                           R"({"model_type": "hunyuan_vl_text", "hidden_size": 1024, "num_attention_heads": 8,
                               "rope_parameters": {"rope_type": "dynamic", "alpha": 1000, "rope_theta": 10000,
                                                   "mrope_section": [16, 16, 16, 16]}})"}) {
    CAPTURE(text);
    const Model model = parse_model_config(text, "config.json");
    const bool said = std::any_of(model.warnings.begin(), model.warnings.end(), [](const std::string& warning) {
      return warning.find("no rotation") != std::string::npos && warning.find("moves the score") != std::string::npos;
    });
    CHECK(said);
    CHECK(is_mixed(model.layers.front().config));
    const Embedding embedding{ValidRope(model.layers.front().config)};
    CHECK_THROWS_AS(embedding.inverse(), Error);
  }
  // Tencent's own file says xdrope, and its code turns pairs.
  CHECK(!is_mixed(of_class(R"({"model_type": "hunyuan_vl_text", "hidden_size": 1024, "num_attention_heads": 8,
      "rope_scaling": {"type": "xdrope", "alpha": 1000, "xdrope_section": [16, 16, 16, 16]}})")));
}

TEST_CASE("positions out of a grid: what does not fit is refused in one sentence that says what does") {
  const auto words = [](const RopeConfig& rope, const PositionSource& source, std::int64_t tokens) {
    return words_of([&] { source.read(rope, tokens, "q.npy"); });
  };
  const RopeConfig wan = of_class(R"({"_class_name": "WanTransformer3DModel"})");
  CHECK(words(wan, {.grid = "2x3x4"}, 24).empty());
  CHECK(words(wan, {.grid = "2x3x4"}, 25) == "the grid 2x3x4 makes 24 tokens, and q.npy has 25");
  CHECK(words(wan, {.grid = "2x3x4", .text = {3}}, 27).find("does not turn its text") != std::string::npos);
  CHECK(words(wan, {.grid = "2x3x4", .fps = 16}, 24).find("frames a second") != std::string::npos);
  CHECK(words(wan, {.grid = "2x3x4x5"}, 24).find("expected rows x columns") != std::string::npos);
  CHECK(words(wan, {}, 24).find("expected the grid") != std::string::npos);
  CHECK(words_of([&] { pair_axes(wan, 4); }) == "the positions have 4 axes, expected 3 as the model has");
  const RopeConfig flux = of_class(R"({"_class_name": "Flux2Transformer2DModel"})");
  CHECK(words(flux, {.grid = "3x4", .text = {2}, .images = {"2x2"}}, 18).empty());
  CHECK(words(flux, {.grid = "3x4", .text = {2, 3}}, 17).find("expected one") != std::string::npos);
}

TEST_CASE("frames with gaps are at their own numbers, and numbers that a grid cannot have are refused") {
  const RopeConfig packed = of_class(R"({"_class_name": "HunyuanVideoFramepackTransformer3DModel"})");
  PositionSource source;
  source.grid = "2x3";
  source.frames = {0, 20, 29};
  const Positions positions = source.whole_grid(packed);
  REQUIRE(positions.tokens() == 18);
  for (std::int64_t token = 0; token < 18; ++token) {
    CHECK(positions.at(0, token) == source.frames[static_cast<std::size_t>(token / 6)]);
    CHECK(positions.at(1, token) == token / 3 % 2);
    CHECK(positions.at(2, token) == token % 3);
  }
  source.grid = "3x2x3";
  CHECK(source.whole_grid(packed).ids == positions.ids);
  const auto refusal = [&](const RopeConfig& rope) { return words_of([&] { source.whole_grid(rope); }); };
  source.grid = "4x2x3";
  CHECK(refusal(packed) == "3 numbers of frames, expected 4, one for each frame of the grid");
  source.grid = "2x3";
  source.frames = {0, std::int64_t{1} << 40};
  CHECK(refusal(packed) == "frame 1099511627776 is beyond ±2^31");
  source.frames = {0, 5};
  CHECK(refusal(of_class(R"({"_class_name": "HunyuanDiT2DModel"})")).find("no frame among their positions") !=
        std::string::npos);
  CHECK(refusal(RopeConfig{}).find("one position each") != std::string::npos);
}

TEST_CASE("a tower whose code lays patches in blocks has them so by its file, and as a person says where one does") {
  const auto ids = [](const std::string& type, const std::string& beside, std::optional<std::int64_t> merge) {
    const RopeConfig rope = of_class(fmt::format(R"({{"model_type": "{}"{}}})", type, beside));
    PositionSource source;
    source.grid = "4x4";
    source.merge = merge;
    const Positions positions = source.read(rope, 16, "q.npy");
    return std::vector<std::int64_t>(positions.ids.begin(), positions.ids.begin() + 8); // rows of the first tokens
  };
  const std::vector<std::int64_t> blocks{0, 0, 1, 1, 0, 0, 1, 1}, rows{0, 0, 0, 0, 1, 1, 1, 1},
      four{0, 0, 0, 0, 1, 1, 1, 1};
  for (const std::string type : {"qwen3_vl_vision", "qwen2_5_vl_vision", "glm4v_vision", "qwen3_5_vision"}) {
    CAPTURE(type);
    CHECK(ids(type, "", {}) == blocks);
    CHECK(ids(type, R"(, "spatial_merge_size": 1)", {}) == rows);
    CHECK(ids(type, R"(, "spatial_merge_size": 4)", {}) == four);
    CHECK(ids(type, "", 1) == rows);
  }
  CHECK(ids("paddleocr_vl_vision", R"(, "spatial_merge_size": 2)", {}) == rows); // its code passes 1
}

TEST_CASE("sections that a class has and its file does not say are the class's, for whichever table knows it") {
  for (const char* type : {"paddleocr_vl_text", "qwen2_5_vl_text"}) {
    CAPTURE(type);
    const RopeConfig rope = of_class(fmt::format(R"({{"model_type": "{}", "head_dim": 128}})", type));
    CHECK(rope.axes.rule == AxisRule::sections);
    CHECK(rope.axes.mrope_section == std::vector<std::int64_t>{16, 24, 24});
  }
}

TEST_CASE("a class of diffusers that is not known is refused whatever keys its file has") {
  for (
      const char* text :
      {R"({"_class_name": "NewTransformer2DModel", "num_attention_heads": 24, "attention_head_dim": 128, "rope_theta": 2000})",
       R"({"_class_name": "NewControlNetModel", "dim": 3840, "n_heads": 30, "n_layers": 2, "norm_eps": 1e-5})",
       R"({"_class_name": "New", "_diffusers_version": "0.40", "rope_type": "split", "rope_theta": 10000})"})
    CHECK_THROWS_WITH_AS(of_class(text), doctest::Contains("is not known, and a file of diffusers"), Error);
}

TEST_CASE("a class that turns a part of its heads along one axis has that part as its file says") {
  const RopeConfig music = of_class(R"({"_class_name": "MiniMaxMusic3Transformer1DModel", "attention_head_dim": 64})");
  CHECK(music.layout.rotary_dim == 32);
  CHECK(make_spectrum(music).inv_freq[1] == doctest::Approx(std::pow(1e4, -1 / 16.0)));
  CHECK(of_class(R"({"_class_name": "MiniMaxMusic3Transformer1DModel", "rotary_dim": 48})").layout.rotary_dim == 48);
}

TEST_CASE("text and further images lie where each class's own pipeline puts them") {
  const auto axis = [](const RopeConfig& rope, const PositionSource& source, std::int64_t a) {
    const Positions all = source.whole_grid(rope);
    std::vector<double> values;
    for (std::int64_t token = 0; token < all.tokens(); ++token) values.push_back(all.value(a, token));
    return values;
  };
  using Values = std::vector<double>;
  const RopeConfig ovis = of_class(R"({"_class_name": "OvisImageTransformer2DModel"})");
  CHECK(axis(ovis, {.grid = "1x2", .text = {3}}, 0) == Values{0, 0, 0, 0, 0});
  CHECK(axis(ovis, {.grid = "1x2", .text = {3}}, 2) == Values{0, 1, 2, 0, 1});
  const RopeConfig joy = of_class(R"({"_class_name": "JoyImageEditPlusTransformer3DModel"})");
  CHECK(axis(joy, {.grid = "2x1x1", .images = {"1x1", "3x1x1", "1x1"}}, 0) == Values{0, 1, 2, 3, 4, 5, 6});
  CHECK(words_of([&] { PositionSource{.grid = "1x1", .text = {2}}.whole_grid(joy); }).find("does not turn its text") !=
        std::string::npos);
  const RopeConfig ltx = of_class(R"({"_class_name": "LTX2VideoTransformer3DModel", "vae_scale_factors": [4, 16, 16],
                                      "causal_offset": 0, "patch_size": 2})");
  // Latent 1 begins at frame 4·1 + 0 − 4 and ends 4 later; of 24 a second, in parts of 20 s.
  CHECK(axis(ltx, {.grid = "2x1x1"}, 0)[1] == doctest::Approx(2.0 / 24 / 20));
  CHECK(axis(ltx, {.grid = "2x1x1"}, 1)[0] == doctest::Approx(0.5 * 32 / 2048));
  const Model sound = parse_model_config(R"({"_class_name": "LTX2VideoTransformer3DModel", "audio_scale_factor": 8,
      "audio_sampling_rate": 48000, "audio_hop_length": 320})",
                                         "config.json");
  REQUIRE(sound.layers.size() == 2);
  // Latent 1 of hops of 320 samples, of which the first latent has 1 and others 8: from 1 to 9, 150 a second.
  CHECK(axis(sound.layers[1].config, {.grid = "2x1x1"}, 0)[1] == doctest::Approx(5.0 / 150 / 20));
  CHECK(words_of([] {
          of_class(R"({"_class_name": "LTX2VideoTransformer3DModel", "vae_scale_factors": [4, 16, 8]})");
        }).find("vae_scale_factors") != std::string::npos);
  CHECK(words_of([] {
          of_class(R"({"_class_name": "CogVideoXTransformer3DModel", "use_rotary_positional_embeddings": false})");
        }).find("no rotary embedding") != std::string::npos);
  RopeConfig kandinsky = of_class(R"({"_class_name": "Kandinsky5Transformer3DModel"})"), clip = kandinsky;
  PositionSource{.grid = "1x64x64"}.set_grid(kandinsky);
  PositionSource{.grid = "2x64x64"}.set_grid(clip);
  CHECK(kandinsky.axes.list[1].factor == 1);
  CHECK(clip.axes.list[1].factor == doctest::Approx(3.16));
  const RopeConfig muse = of_class(R"({"model_type": "muse_glimmer_vision"})");
  CHECK(words_of([&] { PositionSource{.grid = "2x2"}.whole_grid(muse); }).find("lays its patches in windows") !=
        std::string::npos);
}
