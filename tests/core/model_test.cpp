#include "core/model/model.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/config/config_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/io/warnings.h"
#include "core/model/class_defaults.h"
#include "core/model/gguf_architectures.h"
#include "core/model/model_types.h"
#include "core/open/model_file.h"
#include "core/rope/positions.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

Model read(const std::string& text) { return parse_model_config(text, "config.json"); }

/// The text of every source below a folder of this checkout.
std::string sources(const char* folder) {
  const auto root = std::filesystem::path(ROPESCOPE_TEST_SOURCES) / folder;
  REQUIRE(std::filesystem::is_directory(root));
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
    if (entry.is_regular_file()) {
      std::ifstream stream(entry.path());
      all.append(std::istreambuf_iterator<char>(stream), {});
    }
  return all;
}

/// How often a file is opened while a model is read from it, or refused. Twice without a close between counts once: the
/// system makes one event of neighbours that are alike.
int opened(const std::filesystem::path& path) {
  const int watch = inotify_init1(IN_NONBLOCK);
  REQUIRE(inotify_add_watch(watch, path.c_str(), IN_OPEN | IN_CLOSE) >= 0);
  try {
    read_model(path);
  } catch (const Error&) { // counts too
  }
  alignas(inotify_event) char events[4096]; // without a name each, as one file is watched
  const auto bytes = ::read(watch, events, sizeof events);
  close(watch);
  int count = 0;
  for (std::ptrdiff_t at = 0; at < bytes; at += static_cast<std::ptrdiff_t>(sizeof(inotify_event)))
    count += (reinterpret_cast<const inotify_event*>(events + at)->mask & IN_OPEN) != 0;
  return count;
}

} // namespace

TEST_CASE("no reader of files knows a model type or an architecture by its name: what one has of its own is a column") {
  std::string text;
  for (const char* room : {"core/io", "core/config", "core/gguf", "core/open"}) text += sources(room);
  CHECK(text.size() > 100'000);
  const auto names_it = [&](std::string_view name) {
    return text.find(fmt::format("\"{}\"", name)) != std::string::npos;
  };
  for (const ModelType& type : model_types()) CHECK_MESSAGE(!names_it(type.name), type.name);
  for (const GgufArchitecture& architecture : gguf_architectures())
    CHECK_MESSAGE(!names_it(architecture.name), architecture.name);
}

TEST_CASE("every row of the model types is found by its name, and reads a config of its kind") {
  CHECK(model_types().size() > 100);
  for (const ModelType& type : model_types()) {
    CAPTURE(type.name);
    CHECK(find_model_type(type.name) == &type);
    if (type.other_axes || type.learned_factors) continue; // refused, by the tests of what is
    const Model model = read(fmt::format(R"({{"model_type": "{}", "hidden_size": 4096, "num_attention_heads": 32,
        "rope_theta": 10000.0, "max_position_embeddings": 4096, "image_size": 224, "patch_size": 16,
        "position_embedding_type": "rotary", "use_mem_rope": true}})",
                                         type.name));
    CHECK(model.model_type == type.name);
    CHECK(model.layout_source == LayoutSource::model_type);
    CHECK(model.warnings.empty());
    const RopeConfig& rope = layer_rope(model, std::nullopt).config;
    CHECK(rope.layout.pairs == type.layout);
    CHECK(rope.arithmetic.rounding == type.rounding);
    CHECK(rope.attention.scales_softmax == type.scales_softmax);
    CHECK(rope.axes.first_patch == type.first_patch);
    if (!find_class_defaults(type.name))
      CHECK(rope.layout.head_dim == (type.default_head_dim > 0 ? type.default_head_dim : 128 * type.head_multiple));
    const bool two = type.local_base > 0,
               some_rest = type.nope_every > 0 || type.full_attention == FullAttention::rests;
    if (!find_class_defaults(type.name) || two || some_rest) CHECK(model.layers.size() == (two || some_rest ? 2 : 1));
  }
  CHECK(find_model_type("nobody's") == nullptr);
}

TEST_CASE("why a model's components are paired so is half a sentence for each source") {
  const auto reason = [](const std::string& type) {
    return layout_reason(read(R"({"head_dim": 64, "rope_theta": 1e4)" + type + "}"));
  };
  CHECK(reason(R"(, "model_type": "gptj")") == "as model_type \"gptj\" does");
  CHECK(reason(R"(, "model_type": "novel")") == "model_type \"novel\" is not known, and most models rotate halves");
  CHECK(reason("") == "the config names no model_type, and most models rotate halves");
  CHECK(layout_reason(Model{}) == "no model is named, and most models rotate halves");
}

TEST_CASE("the numbers of heads come with the model, those of every language model in its file, each once") {
  CHECK(read(R"({"head_dim": 64, "rope_theta": 1e4})").head_counts.empty());
  CHECK(
      read(R"({"head_dim": 64, "rope_theta": 1e4, "num_attention_heads": 32, "num_key_value_heads": 8})").head_counts ==
      std::vector<std::int64_t>{32, 8});
  CHECK(read(R"({"head_dim": 64, "rope_theta": 1e4, "n_head": 16, "num_key_value_heads": 16})").head_counts ==
        std::vector<std::int64_t>{16});
  CHECK(read(R"({"num_attention_heads": 12, "text_config": {"head_dim": 64, "rope_theta": 1e4,
                 "num_attention_heads": 28, "num_key_value_heads": 4}})")
            .head_counts == std::vector<std::int64_t>{12, 28, 4});
  CHECK(read(R"({"head_dim": 64, "rope_theta": 1e4, "num_attention_heads": "many", "n_head": -3,
                 "num_key_value_heads": 0})")
            .head_counts.empty());
}

TEST_CASE("an image's first patch stands where the model's code counts from") {
  const auto first = [](const char* type) {
    const Model model = read(fmt::format(R"({{"model_type": "{}", "head_dim": 64, "rope_theta": 1e4}})", type));
    const Positions positions = grid_positions(model.layers.front().config, 2, 3);
    return std::pair(positions.at(0, 0), positions.at(1, 5)); // its row, and the last one's column
  };
  CHECK(first("llama4_vision_model") == std::pair<std::int64_t, std::int64_t>{1, 3});
  CHECK(first("qwen2_vl_vision") == std::pair<std::int64_t, std::int64_t>{0, 2});
}

TEST_CASE("a model of several layer types names them where another is asked for") {
  const Model model = read(R"({"model_type": "cohere2", "head_dim": 64, "rope_theta": 1e4})");
  CHECK_THROWS_WITH_AS(layer_rope(model, "linear_attention"),
                       doctest::Contains("expected sliding_attention or full_attention"), Error);
}

TEST_CASE("a model's file is opened once, whichever kind it is, and refused where it is missing or too large") {
  const test::Scratch scratch;
  write_file(scratch.path / "config", R"({"head_dim": 64, "rope_theta": 500, "num_attention_heads": 8})");
  CHECK(opened(scratch.path / "config") == 1);
  CHECK(read_model(scratch.path / "config").layers[0].config.base == 500);
  write_file(scratch.path / "cut", "GGUF");
  CHECK(opened(scratch.path / "cut") == 1);
  CHECK_THROWS_WITH_AS(read_model(scratch.path / "none"), doctest::Contains("no such file"), Error);
  write_file(scratch.path / "large", std::string((4u << 20) + 1, ' '));
  CHECK_THROWS_WITH_AS(read_model(scratch.path / "large"), doctest::Contains("expected at most 4194304"), Error);
}

TEST_CASE("warnings are ten printable sentences of 400 bytes at most, however many a file gives cause for") {
  Warnings warnings;
  warnings.add("one\x1b[31m \xc2\x9b \xe2\x80\xae \xff");
  warnings.add(std::string(399, 'a') + "\xc3\xa9" + std::string(1'000'000, 'b'));
  for (int i = 0; i < 1000; ++i) warnings.add("more");
  const std::vector<std::string> sentences = warnings.take();
  REQUIRE(sentences.size() == 11);
  CHECK(sentences[0] == "one?[31m ? ? ?");
  CHECK(sentences[1] == std::string(399, 'a') + "…"); // no half character before the ellipsis
  CHECK(sentences.back() == "and more of the kind");
}
