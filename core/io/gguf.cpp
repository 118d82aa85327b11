#include "core/io/gguf.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/io/gguf_architectures.h"
#include "core/io/gguf_file.h"
#include "core/text.h"

namespace ropescope {

namespace {

/// Without control characters, which would reach a terminal, and in UTF-8, as whatever is printed as JSON must be.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 32 || c == 127; }, '?');
  try {
    static_cast<void>(nlohmann::json(text).dump());
  } catch (const nlohmann::json::type_error&) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c >= 128; }, '?');
  }
  return text;
}

/// YaRN's magnitude: src/llama-context.cpp, get_mscale.
double magnitude(double factor, double mscale) { return factor <= 1 ? 1 : 0.1 * mscale * std::log(factor) + 1; }

constexpr std::int64_t greatest_dimension = 65536, greatest_length = std::int64_t{1} << 53;

class Reader {
public:
  Reader(GgufFile& file, ModelConfig& model) : file_(file), model_(model) {}

  void read() {
    read_architecture();
    if (const auto name = file_.text("general.name"); name && !name->empty()) model_.name = printable(*name);
    if (const auto parts = file_.integer("split.count"); parts && *parts > 1)
      warn(fmt::format("the model is split into {} files, and the others' tensors are not read", *parts));
    const RopeConfig rope = common();
    if (known_ && known_->name == "deepseek4")
      add_compressed(rope);
    else
      add_layers(rope);
    warn_of_the_rest();
    for (const LayerRope& layer : model_.layers) check(layer.config);
  }

private:
  void read_architecture() {
    const auto name = file_.text("general.architecture");
    if (!name) file_.refuse("no general.architecture in it, expected a model's metadata");
    const auto is_letter = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; };
    if (name->empty() || name->size() > 64 || !std::all_of(name->begin(), name->end(), is_letter))
      file_.refuse(fmt::format("general.architecture is {}, expected letters and digits", in_quotes(printable(*name))));
    architecture_ = *name;
    known_ = find_gguf_architecture(architecture_);
    if (!known_)
      warn(fmt::format("architecture \"{}\" is not known, and most models rotate halves", architecture_));
    else if (known_->rope == GgufRope::none)
      file_.refuse(fmt::format("architecture \"{}\" has no rotary embedding in llama.cpp", architecture_));
    // Granite's models have this key as a switch.
    if (is({"granite", "granitemoe", "granitehybrid", "graniteswitch"}) &&
        !flag("rope.scaling.finetuned").value_or(true))
      file_.refuse(fmt::format("{} is false, and then architecture \"{}\" has no rotary embedding",
                               key("rope.scaling.finetuned"), architecture_));
  }

  bool is(std::initializer_list<std::string_view> names) const {
    return std::find(names.begin(), names.end(), architecture_) != names.end();
  }

  std::string key(std::string_view name) {
    asked_.push_back(fmt::format("{}.{}", architecture_, name));
    return asked_.back();
  }

  std::optional<double> number(std::string_view name) { return file_.number(key(name)); }
  std::optional<bool> flag(std::string_view name) { return file_.flag(key(name)); }

  std::optional<std::int64_t> integer(std::string_view name, std::int64_t greatest = greatest_length) {
    const auto value = file_.integer(key(name));
    if (value && (*value < 0 || *value > greatest)) refuse_integer(asked_.back(), *value, greatest);
    return value;
  }

  std::optional<std::int64_t> dimension(std::string_view name) { return integer(name, greatest_dimension); }

  [[noreturn]] void refuse_integer(const std::string& name, std::int64_t value, std::int64_t greatest) {
    file_.refuse(fmt::format("{} is {}, expected 0 to {}", name, value, greatest));
  }

  /// The first that is not 0: lists have one entry for each layer, and some layers no attention.
  std::optional<std::int64_t> any_integer(std::string_view name) {
    const auto list = file_.integers(key(name));
    if (!list) return std::nullopt;
    for (const std::int64_t value : *list) {
      if (value < 0 || value > greatest_length) refuse_integer(asked_.back(), value, greatest_length);
      if (value != 0) return value;
    }
    return 0;
  }

  RopeConfig common() {
    RopeConfig rope;
    rope.model_type = known_ && !known_->model_type.empty() ? std::string(known_->model_type) : architecture_;
    rope.arithmetic.rounding = Rounding::once; // ggml_rope computes in float32 whatever its rows are
    rope.base = number("rope.freq_base").value_or(10000);
    rope.scaling.max_position_embeddings = static_cast<double>(integer("context_length").value_or(0));
    if (const auto original = integer("rope.scaling.original_context_length"); original && *original != 0)
      rope.scaling.original_max_position_embeddings = static_cast<double>(*original);
    set_dimensions(rope);
    set_layout(rope);
    set_scaling(rope);
    set_factors(rope);
    set_query_scale(rope);
    return rope;
  }

  void set_dimensions(RopeConfig& rope) {
    const auto length = dimension("attention.key_length"), width = integer("embedding_length");
    const auto heads = any_integer("attention.head_count");
    if (!length && !(width && heads))
      file_.refuse(fmt::format("no {0}.attention.key_length in it, and no {0}.embedding_length with "
                               "{0}.attention.head_count to divide",
                               architecture_));
    if (!length && *heads < 1) file_.refuse(fmt::format("{} is {}, expected at least 1", asked_.back(), *heads));
    rope.layout.head_dim = length ? *length : *width / *heads;
    rope.layout.rotary_dim = dimension("rope.dimension_count").value_or(rope.layout.head_dim);
    whole_rotary_dim_ = rope.layout.rotary_dim;
    if (is({"step35"})) rope.layout.rotary_dim /= 2; // all of them turn in its layers with a window
    if (known_ && known_->decoupled) {
      rope.layout.head_dim = dimension("attention.key_length_mla").value_or(rope.layout.head_dim);
      rope.layout.nope_dim = rope.layout.head_dim - rope.layout.rotary_dim;
      rope.layout.head_dim = rope.layout.rotary_dim;
    }
    if (rope.layout.rotary_dim > rope.layout.head_dim || rope.layout.nope_dim < 0)
      file_.refuse(fmt::format("{} is {}, expected at most the head's {}", key("rope.dimension_count"),
                               rope.layout.rotary_dim, rope.layout.head_dim + rope.layout.nope_dim));
  }

  void set_layout(RopeConfig& rope) {
    rope.layout_reason =
        known_ ? fmt::format("as llama.cpp turns architecture \"{}\"", architecture_)
               : fmt::format("architecture \"{}\" is not known, and most models rotate halves", architecture_);
    const GgufRope mode = known_ ? known_->rope : GgufRope::neox;
    if (mode == GgufRope::normal || mode == GgufRope::normal_or_mrope)
      rope.layout.pairs.pairing = rope.layout.pairs.output = Pairing::interleaved;
    if (mode == GgufRope::normal || (mode == GgufRope::neox && known_)) return;
    set_sections(rope, mode);
  }

  void set_sections(RopeConfig& rope, GgufRope mode) {
    std::vector<std::int64_t> sections =
        file_.integers(key("rope.dimension_sections")).value_or(std::vector<std::int64_t>{});
    const std::string name = asked_.back();
    while (!sections.empty() && sections.back() == 0) sections.pop_back();
    if (sections.size() > 4 ||
        std::any_of(sections.begin(), sections.end(), [](std::int64_t s) { return s < 0 || s > greatest_dimension; }))
      file_.refuse(fmt::format(
          "{} is [{}], expected at most four numbers of pairs", name,
          fmt::join(sections.begin(), sections.begin() + std::min<std::ptrdiff_t>(5, std::ssize(sections)), ", ")));
    const bool always = mode == GgufRope::mrope || mode == GgufRope::imrope;
    if (always && sections.empty())
      file_.refuse(fmt::format("no {} in it, which architecture \"{}\" needs", name, architecture_));
    if (!always && !(sections.size() > 1 && sections[0] > 0 && sections[1] > 0)) return;
    rope.layout.pairs = {};
    rope.axes.rule = mode == GgufRope::imrope ? AxisRule::sections_interleaved : AxisRule::sections;
    rope.axes.mrope_section = std::move(sections);
    if (mode == GgufRope::imrope) warn_of_fourth_axis(rope);
  }

  /// ggml's IMROPE turns by the fourth position what its sections leave over: ggml-cpu/ops.cpp, ggml_mrope_cache_init.
  void warn_of_fourth_axis(const RopeConfig& rope) {
    std::int64_t left_over = 0, sections[3] = {};
    std::copy_n(rope.axes.mrope_section.begin(), std::min<std::size_t>(3, rope.axes.mrope_section.size()), sections);
    for (std::int64_t pair = 0; pair < std::min<std::int64_t>(pair_count(rope), 65536); ++pair)
      left_over += pair >= 3 * std::min<std::int64_t>(sections[pair % 3], 65536);
    if (left_over > 0)
      warn(fmt::format(
          "{} pairs beyond rope.dimension_sections turn by t here, as in Hugging Face; llama.cpp turns them "
          "by a fourth position, which is 0 in text",
          left_over));
  }

  double positive(std::string_view name, double otherwise) {
    const double value = number(name).value_or(otherwise);
    if (!(value > 0) || !std::isfinite(value))
      file_.refuse(fmt::format("{} is {}, expected a positive number", asked_.back(), value));
    return value;
  }

  /// How many times longer the context becomes.
  double factor() {
    auto given = number("rope.scaling.factor");
    if (!given) given = number("rope.scale_linear"); // the older name
    if (!given || *given == 0) return 1;
    if (!(*given > 0) || !std::isfinite(*given))
      file_.refuse(fmt::format("{} is {}, expected a positive number", asked_.back(), *given));
    return *given;
  }

  void set_scaling(RopeConfig& rope) {
    constexpr std::array<std::string_view, 4> types{"none", "linear", "yarn", "longrope"};
    type_ = file_.text(key("rope.scaling.type")).value_or("linear");
    if (std::find(types.begin(), types.end(), type_) == types.end())
      file_.refuse(fmt::format("{} is {}, expected one of {}", asked_.back(), in_quotes(printable(type_)),
                               fmt::join(types, ", ")));
    factor_ = factor();
    attention_ = positive("rope.scaling.attn_factor", 1);
    key("rope.scaling.finetuned"); // Granite's switch, and nothing elsewhere
    if (type_ == "none" && factor_ != 1) {
      warn(
          fmt::format("{} is {:g} and has no effect with rope.scaling.type none", key("rope.scaling.factor"), factor_));
      factor_ = 1;
    }
    if (type_ == "yarn") return set_yarn(rope);
    if (factor_ != 1) {
      rope.scaling.rope_type = RopeType::linear;
      rope.scaling.factor = factor_;
    }
    if (is({"hunyuan_vl", "hunyuan-dense"}))
      if (const double alpha = number("rope.scaling.alpha").value_or(0); alpha > 0) {
        rope.scaling.rope_type = RopeType::ntk;
        rope.scaling.factor.reset();
        rope.scaling.alpha = alpha;
      }
  }

  void set_yarn(RopeConfig& rope) {
    rope.scaling.rope_type = RopeType::yarn;
    rope.scaling.factor = factor_;
    rope.scaling.extrapolation_factor = number("rope.scaling.yarn_ext_factor").value_or(1);
    if (rope.scaling.extrapolation_factor < 0) rope.scaling.extrapolation_factor = 1; // not set
    rope.scaling.beta_fast = turns("rope.scaling.yarn_beta_fast", is({"grok"}) ? 8 : 32);
    rope.scaling.beta_slow = turns("rope.scaling.yarn_beta_slow", 1);
    double derived = magnitude(factor_, 1);
    if (auto log = number("rope.scaling.yarn_log_multiplier"); log && *log != 0) {
      if (is({"deepseek2", "deepseek32", "mistral4"})) *log /= 0.1; // its converter multiplied
      const double mscale = is({"deepseek2"}) ? *log : 1;           // llama.cpp knows of mscale_all_dim alone
      rope.scaling.mscale = mscale;
      rope.scaling.mscale_all_dim = *log;
      derived = magnitude(factor_, mscale) / magnitude(factor_, *log);
    }
    rope.attention.scales_softmax = is({"deepseek2", "deepseek32", "glm-dsa", "mistral4"});
    const auto stated = number("rope.scaling.yarn_attn_factor");
    if (rope.scaling.extrapolation_factor == 0)
      derived = stated.value_or(1);
    else if (stated && std::abs(*stated - derived) > 1e-4)
      warn(fmt::format("{} is {:g} and has no effect: llama.cpp derives {:g}", asked_.back(), *stated, derived));
    rope.attention.attention_factor = derived * attention_;
  }

  double turns(std::string_view name, double otherwise) {
    const auto stated = number(name);
    if (stated && *stated != otherwise && !is({"grok", "mistral3"}))
      warn(fmt::format("{} is {:g}, and llama.cpp goes by {:g} for this architecture", asked_.back(), *stated,
                       otherwise));
    return stated.value_or(otherwise);
  }

  /// The tensor, by its name of today or as the first layer's.
  std::optional<std::vector<double>> tensor(const char* name, const RopeConfig& rope) {
    for (const char* before : {"", "blk.0."}) {
      const std::string full = fmt::format("{}{}.weight", before, name);
      auto factors = file_.tensor(full);
      if (!factors) continue;
      const auto pairs = static_cast<std::size_t>(std::max<std::int64_t>(0, pair_count(rope)));
      if (factors->size() < pairs)
        file_.refuse(fmt::format("tensor \"{}\": {} numbers, expected one for each of the {} pairs", full,
                                 factors->size(), pairs));
      factors->resize(pairs);
      for (const double factor : *factors)
        if (!(factor > 0) || !std::isfinite(factor))
          file_.refuse(fmt::format("tensor \"{}\" holds {}, expected positive numbers", full, factor));
      return factors;
    }
    return std::nullopt;
  }

  void set_factors(RopeConfig& rope) {
    const auto freqs = tensor("rope_freqs", rope);
    auto longer = tensor("rope_factors_long", rope), shorter = tensor("rope_factors_short", rope);
    if (freqs && (longer || shorter)) warn("rope_factors_long and rope_factors_short have no effect beside rope_freqs");
    if (freqs)
      rope.scaling.freq_factors = *freqs;
    else if (longer || shorter)
      set_longrope(rope, std::move(longer), std::move(shorter));
    else if (type_ == "longrope")
      warn("rope.scaling.type is longrope, and the file has no rope_factors_long or rope_factors_short");
    if (attention_ != 1 && !rope.attention.attention_factor)
      warn(fmt::format("{} is {:g} and has no effect here", key("rope.scaling.attn_factor"), attention_));
  }

  void set_longrope(RopeConfig& rope, std::optional<std::vector<double>> longer,
                    std::optional<std::vector<double>> shorter) {
    if (!longer || !shorter)
      warn(fmt::format("the file has no {}: nothing is divided there",
                       longer ? "rope_factors_short" : "rope_factors_long"));
    if (type_ == "yarn") warn("rope.scaling.type yarn has no effect beside rope_factors_long");
    const std::vector<double> ones(static_cast<std::size_t>(pair_count(rope)), 1);
    rope.scaling.long_factor = longer.value_or(ones);
    rope.scaling.short_factor = shorter.value_or(ones);
    for (std::vector<double>* factors : {&rope.scaling.long_factor, &rope.scaling.short_factor})
      for (double& factor : *factors) factor *= factor_; // ggml scales what it has divided
    rope.scaling.rope_type = RopeType::longrope;
    rope.scaling.factor.reset();
    rope.attention.attention_factor = attention_;
  }

  void set_query_scale(RopeConfig& rope) {
    if (!is({"mistral3", "mistral4", "deepseek2"})) return;
    const double scale = number("attention.temperature_scale").value_or(0);
    if (scale == 0) return;
    if (!std::isfinite(scale)) file_.refuse(fmt::format("{} is {}, expected a finite number", asked_.back(), scale));
    rope.attention.query_scale = QueryScale::ministral3;
    rope.attention.query_scale_coefficient = scale;
    rope.attention.query_scale_floor = trained_length(rope);
    if (const auto floor = integer("attention.temperature_length"); floor && !is({"mistral3"}))
      rope.attention.query_scale_floor = static_cast<double>(*floor);
  }

  /// The same dimensions, and nothing scaled.
  static RopeConfig plain(RopeConfig rope) {
    rope.scaling.rope_type = RopeType::standard;
    rope.scaling.factor = rope.attention.attention_factor = rope.scaling.alpha = rope.scaling.mscale =
        rope.scaling.mscale_all_dim = std::nullopt;
    rope.scaling.freq_factors.clear();
    rope.scaling.long_factor.clear();
    rope.scaling.short_factor.clear();
    rope.scaling.extrapolation_factor = 1;
    rope.scaling.beta_fast = 32;
    rope.scaling.beta_slow = 1;
    return rope;
  }

  static RopeConfig without_rope(RopeConfig rope) {
    rope.rotates = false;
    return rope;
  }

  /// Of the layers with a sliding window; nothing where they turn as the others do.
  std::optional<RopeConfig> local(const RopeConfig& rope) {
    const auto base = number("rope.freq_base_swa");
    const auto part = dimension("rope.dimension_count_swa"), length = dimension("attention.key_length_swa");
    const bool window = any_integer("attention.sliding_window").value_or(0) > 0 || base || part;
    const GgufLocal kind = known_ ? known_->local : GgufLocal::none;
    if (!window || (kind == GgufLocal::none && !base && !part)) return std::nullopt;
    const bool is_plain = kind == GgufLocal::own || kind == GgufLocal::unscaled;
    RopeConfig result = is_plain ? plain(rope) : rope;
    result.base = base.value_or(kind == GgufLocal::own ? 10000 : rope.base);
    if (!known_ || !known_->decoupled) {
      result.layout.head_dim = length.value_or(rope.layout.head_dim);
      result.layout.rotary_dim = part.value_or(std::min(whole_rotary_dim_, result.layout.head_dim));
    }
    if (result.layout.rotary_dim > result.layout.head_dim)
      file_.refuse(fmt::format("{} is {}, expected at most the head's {}", key("rope.dimension_count_swa"),
                               result.layout.rotary_dim, result.layout.head_dim));
    if (pair_count(result) != pair_count(rope)) result = without_factors(std::move(result));
    return result;
  }

  /// Another number of pairs has no use for the factors of these.
  static RopeConfig without_factors(RopeConfig rope) {
    rope.scaling.freq_factors.clear();
    return rope.scaling.rope_type == RopeType::longrope ? plain(std::move(rope)) : rope;
  }

  void add_layers(const RopeConfig& rope) {
    const auto sliding = local(rope);
    const auto pattern = file_.integers(key("attention.sliding_window_pattern")).value_or(std::vector<std::int64_t>{});
    const auto count = pattern.size() > 1 ? static_cast<std::int64_t>(pattern.size()) : 0;
    const std::int64_t windows = count > 0 ? count - std::count(pattern.begin(), pattern.end(), 0) : 0;
    if (sliding && known_ && known_->local == GgufLocal::alone)
      model_.layers = {{"sliding_attention", *sliding, windows},
                       {"full_attention", without_rope(rope), count - windows}};
    else if (sliding && *sliding != rope)
      model_.layers = {{"full_attention", rope, count - windows}, {"sliding_attention", *sliding, windows}};
    else
      add_by_depth(rope);
  }

  /// One kind of layers, of which some do not turn.
  void add_by_depth(const RopeConfig& rope) {
    std::int64_t layers = std::max<std::int64_t>(0, integer("block_count").value_or(0)), resting = 0;
    bool some_rest = known_ && known_->nope_every > 0;
    if (is({"llama4"}) && any_integer("attention.sliding_window") == 0) some_rest = false;
    if (some_rest) resting = layers / known_->nope_every;
    if (const auto flags = file_.integers(key("attention.rope_pattern"))) {
      layers = static_cast<std::int64_t>(flags->size());
      resting = std::count(flags->begin(), flags->end(), 0);
      some_rest = resting > 0;
    }
    if (!some_rest) {
      model_.layers = {{"", rope, 0}};
      return;
    }
    if (layers > 0 && resting == layers)
      file_.refuse(fmt::format("{} leaves no layer with a rotary embedding", key("attention.rope_pattern")));
    RopeConfig rest = without_rope(rope);
    if (is({"llama4"})) {
      rest.attention.query_scale = QueryScale::llama4;
      rest.attention.query_scale_floor = 8192;
      rest.attention.query_scale_coefficient = 0.1;
    }
    model_.layers = {{"rope", rope, layers - resting}, {"no_rope", rest, resting}};
  }

  /// DeepSeek-V4 scales its compressed layers alone, and by the frequencies alone: src/models/deepseek4.cpp.
  void add_compressed(RopeConfig rope) {
    rope.layout.pairs.trailing = true;
    RopeConfig main = plain(rope);
    rope.base = number("attention.compress_rope_freq_base").value_or(rope.base);
    if (rope.scaling.rope_type == RopeType::yarn) rope.attention.attention_factor = 1;
    model_.layers = {{"main", std::move(main), 0}, {"compress", std::move(rope), 0}};
  }

  void warn_of_the_rest() {
    std::sort(asked_.begin(), asked_.end());
    for (const std::string& name : file_.keys_with("rope"))
      if (!std::binary_search(asked_.begin(), asked_.end(), name))
        warn(fmt::format("{} is not understood and has no effect here", name));
    for (const std::string& name : file_.tensors_with("rope"))
      if (!is_read(name)) warn(fmt::format("tensor {} is not understood and has no effect here", name));
  }

  /// Of the names that tensor() knows; those of further layers repeat the first's.
  static bool is_read(std::string_view name) {
    for (const std::string_view end : {"rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"})
      if (name.ends_with(end) && (name.size() == end.size() || name.starts_with("blk."))) return true;
    return false;
  }

  /// Ten sentences at most, as of a config.json.
  void warn(const std::string& sentence) {
    constexpr std::size_t most = 10, longest = 400;
    if (model_.warnings.size() < most)
      model_.warnings.push_back(printable(sentence.substr(0, longest)));
    else if (model_.warnings.size() == most)
      model_.warnings.push_back("and more of the kind");
  }

  void check(const RopeConfig& rope) {
    try {
      validate(rope);
    } catch (const Error& error) {
      file_.refuse(error.what());
    }
  }

  GgufFile& file_;
  ModelConfig& model_;
  std::string architecture_, type_; ///< type_: rope.scaling.type
  const GgufArchitecture* known_ = nullptr;
  std::vector<std::string> asked_; ///< keys that were looked up, whether the file has them or not
  std::int64_t whole_rotary_dim_ = 0;
  double factor_ = 1, attention_ = 1; ///< rope.scaling.factor, rope.scaling.attn_factor
};

} // namespace

bool is_gguf(const std::filesystem::path& path) {
  InputFile file(path);
  std::array<char, 4> magic{};
  if (file.size() >= magic.size()) file.read(0, magic);
  return std::string_view(magic.data(), magic.size()) == "GGUF";
}

ModelConfig read_gguf(const std::filesystem::path& path) {
  ModelConfig model;
  model.name = path.string();
  GgufFile file(path);
  Reader(file, model).read();
  return model;
}

} // namespace ropescope
