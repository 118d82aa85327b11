#include "core/open/kinds.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "core/io/json_value-inl.h"
#include "core/text.h"

namespace ropescope {

namespace {

constexpr std::string_view give_config = "give the config.json of the model that it belongs to";
constexpr std::string_view give_any = "give the config.json of a model";

OtherKind of_model(std::string_view is, std::string_view then = give_config) {
  return {std::string(is), std::string(then), true};
}

OtherKind stranger(std::string_view is, std::string_view then = give_any) {
  return {std::string(is), std::string(then)};
}

std::string lower(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return std::tolower(c); });
  return small;
}

// By bytes.

struct Magic {
  std::string_view bytes;
  std::string_view is;
  bool of_model;
};

using namespace std::string_view_literals; // some have zero bytes in them

constexpr std::string_view zip = "is a zip archive, as PyTorch's weights are",
                           pickle = "is a Python pickle, as PyTorch's older weights are",
                           old_ggml = "is a ggml file of before August 2023, whose format GGUF replaced";
constexpr Magic magics[] = {
    {"PK\3\4"sv, zip, true},
    {"\x80\2"sv, pickle, true},
    {"\x80\3"sv, pickle, true},
    {"\x80\4"sv, pickle, true},
    {"\x80\5"sv, pickle, true},
    {"lmgg"sv, old_ggml, true},
    {"fmgg"sv, old_ggml, true},
    {"tjgg"sv, old_ggml, true},
    {"ggml"sv, old_ggml, true}, // of a big-endian machine
    {"ggmf"sv, old_ggml, true},
    {"ggjt"sv, old_ggml, true},
    {"algg"sv, "is a LoRA adapter in the ggml format of before August 2023, which GGUF replaced", true},
    {"ggla"sv, "is a LoRA adapter in the ggml format of before August 2023, which GGUF replaced", true},
    {"\x93NUMPY"sv, "holds an array (.npy)", false},
    {"\x89HDF\r\n"sv, "holds weights (HDF5)", true},
    {"\x89PNG"sv, "is a picture (PNG)", false},
    {"\xff\xd8\xff"sv, "is a picture (JPEG)", false},
    {"%PDF-"sv, "is a PDF document", false},
    {"\x1f\x8b"sv, "is compressed (gzip)", false},
    {"\x28\xb5\x2f\xfd"sv, "is compressed (zstd)", false},
    {"\xfd\x37zXZ"sv, "is compressed (xz)", false},
    {"BZh"sv, "is compressed (bzip2)", false},
    {"7z\xbc\xaf"sv, "is a 7z archive", false},
    {"\x7f\x45LF"sv, "is a program or a library (ELF)", false},
};

/// A header's length in 8 bytes, the least significant first, and then its JSON. 100 MB: the format's own limit.
bool is_safetensors(std::string_view bytes) {
  constexpr std::uint64_t longest = 100'000'000;
  if (bytes.size() < 10 || bytes[8] != '{') return false;
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  const std::size_t next = bytes.find_first_not_of(" \t\r\n", 9);
  if (next == std::string_view::npos || (bytes[next] != '"' && bytes[next] != '}')) return false;
  return length >= 2 && length <= longest;
}

/// By a byte order mark, or by the zeros that ASCII has in it.
bool is_utf16(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe"sv) || bytes.starts_with("\xfe\xff"sv)) return true;
  return bytes.starts_with("{\0"sv) || bytes.starts_with("\0{"sv) || bytes.starts_with("\0\0\0{"sv);
}

std::optional<OtherKind> by_bytes(std::string_view bytes) {
  for (const Magic& magic : magics)
    if (bytes.starts_with(magic.bytes)) return magic.of_model ? of_model(magic.is) : stranger(magic.is);
  if (is_safetensors(bytes)) return of_model("holds a model's weights (safetensors)");
  if (is_utf16(bytes)) return stranger("is UTF-16 or UTF-32 text", "save it as UTF-8");
  if (bytes.size() > 262 && bytes.substr(257).starts_with("ustar"))
    return stranger("is an archive (tar)", "unpack it, and give the config.json in it");
  return std::nullopt;
}

// By keys.

/// The keys of a JSON object itself, not of the objects in it, as far as its text goes: that may end anywhere.
class Keys : public nlohmann::json_sax<Json> {
public:
  bool null() override { return other(); }
  bool boolean(bool) override { return other(); }
  bool number_integer(number_integer_t) override { return number(); }
  bool number_unsigned(number_unsigned_t) override { return number(); }
  bool number_float(number_float_t, const string_t&) override { return number(); }
  bool string(string_t& text) override {
    if (depth_ == 1 && !values_.empty() && text.size() <= longest) values_.back().second = text;
    return other();
  }
  bool binary(binary_t&) override { return other(); }
  bool key(string_t& text) override {
    if (depth_ == 1) values_.emplace_back(text.substr(0, longest), "");
    return true;
  }
  bool start_object(std::size_t) override { return other() && ++depth_ > 0; }
  bool start_array(std::size_t) override { return other() && ++depth_ > 0; }
  bool end_object() override { return depth_-- > 0; }
  bool end_array() override { return depth_-- > 0; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  bool has(std::string_view key) const {
    return std::any_of(values_.begin(), values_.end(), [&](const auto& value) { return value.first == key; });
  }
  bool has_any(std::initializer_list<std::string_view> keys) const {
    return std::any_of(keys.begin(), keys.end(), [this](std::string_view key) { return has(key); });
  }
  /// The text that a key holds; empty where it is missing or holds another value.
  std::string text(std::string_view key) const {
    for (const auto& [name, value] : values_)
      if (name == key) return value;
    return {};
  }
  std::size_t size() const { return values_.size(); }
  bool all_numbers() const { return others_ <= 1; } ///< but for the object itself
  bool only(std::initializer_list<std::string_view> keys) const {
    return std::all_of(values_.begin(), values_.end(), [&](const auto& value) {
      return std::find(keys.begin(), keys.end(), value.first) != keys.end();
    });
  }

private:
  static constexpr std::size_t longest = 4096; // of a path that a key holds
  bool other() { return ++others_ > 0; }
  static bool number() { return true; }

  std::vector<std::pair<std::string, std::string>> values_;
  std::size_t depth_ = 0, others_ = 0;
};

/// Keys that give a model its size, its rotation or its parts: what has one of them is left to the reader of configs.
bool describes_model(const Keys& keys) {
  return keys.has_any({"hidden_size", "head_dim", "attention_head_dim", "num_attention_heads", "num_heads", "n_head",
                       "n_heads", "n_embd", "d_model", "dim", "num_hidden_layers", "n_layers", "n_layer"}) ||
         keys.has_any({"rope_theta", "rope_scaling", "rope_parameters", "rotary_dim", "rotary_pct", "rope_percentage",
                       "axes_dims_rope"}) ||
         keys.has_any({"text_config", "llm_config", "language_config", "thinker_config", "decoder_config", "vlm_config",
                       "vision_config", "attn_config"});
}

constexpr std::string_view tokenizer = "describes a tokenizer",
                           processor = "describes how images or sounds are prepared",
                           weights_index = "is an index: it lists which of the weights lies in which file",
                           generation = "holds settings for generating text",
                           pipeline = "is the index of a diffusers pipeline",
                           training = "records how a model was trained",
                           quantization = "says how weights are quantized",
                           sentence = "describes a sentence-transformers model around the one that rotates";

OtherKind adapter(const Keys& keys) {
  OtherKind kind = of_model("describes an adapter (LoRA)");
  kind.base = keys.text("base_model_name_or_path");
  if (kind.base.empty()) return kind;
  kind.is += fmt::format(" of {}, which does not lie here", in_quotes(kind.base));
  kind.then = "give the config.json of that model";
  return kind;
}

OtherKind pipeline_index() {
  OtherKind kind = of_model(pipeline, "give the config.json of the model in it that is meant");
  kind.pipeline = true;
  return kind;
}

/// By names that the published libraries give, exactly.
std::optional<OtherKind> by_json_name(const std::string& name, const Keys& keys) {
  static const std::map<std::string_view, std::string_view> known = {
      {"generation_config.json", generation},
      {"tokenizer_config.json", tokenizer},
      {"tokenizer.json", tokenizer},
      {"vocab.json", tokenizer},
      {"added_tokens.json", tokenizer},
      {"special_tokens_map.json", tokenizer},
      {"chat_template.json", tokenizer},
      {"preprocessor_config.json", processor},
      {"video_preprocessor_config.json", processor},
      {"processor_config.json", processor},
      {"scheduler_config.json", "describes the steps of a diffusion model"},
      {"quantize_config.json", quantization},
      {"quantization_config.json", quantization},
      {"quant_config.json", quantization},
      {"hf_quant_config.json", quantization},
      {"modules.json", sentence},
      {"config_sentence_transformers.json", sentence},
      {"sentence_bert_config.json", sentence},
      {"trainer_state.json", training},
      {"all_results.json", training},
      {"train_results.json", training},
      {"eval_results.json", training},
  };
  if (name == "adapter_config.json") return adapter(keys);
  if (name == "model_index.json") return pipeline_index();
  if (name.ends_with(".index.json")) return of_model(weights_index);
  const auto found = known.find(name);
  return found == known.end() ? std::nullopt : std::optional(of_model(found->second));
}

std::optional<OtherKind> by_keys(const Keys& keys) {
  const std::string class_name = keys.text("_class_name");
  if (keys.has("weight_map")) return of_model(weights_index);
  if (keys.has("peft_type") || (keys.has("base_model_name_or_path") && keys.has_any({"lora_alpha", "r"})))
    return adapter(keys);
  if (class_name.ends_with("Pipeline")) return pipeline_index();
  if (class_name.ends_with("Scheduler")) return of_model("describes the steps of a diffusion model");
  if (keys.has("ropescope")) return stranger("holds a scene, no model", "open it as a scene");
  if (keys.has("error") && keys.size() <= 4)
    return stranger(fmt::format("holds an error message of a server ({})", in_quotes(keys.text("error"))),
                    "fetch the file again");
  if (keys.has_any({"log_history", "train_batch_size", "zero_optimization"})) return of_model(training);
  if (keys.has_any({"added_tokens_decoder", "added_tokens", "tokenizer_class", "chat_template", "model_max_length",
                    "pre_tokenizer", "add_bos_token"}))
    return of_model(tokenizer);
  if (keys.has_any({"image_processor_type", "feature_extractor_type", "video_processor_type", "processor_class",
                    "image_mean", "do_resize", "do_normalize"}))
    return of_model(processor);
  if (keys.has_any({"do_sample", "max_new_tokens", "_from_model_config", "temperature", "top_p"}) ||
      (keys.has("transformers_version") && keys.has_any({"eos_token_id", "bos_token_id", "pad_token_id"})))
    return of_model(generation);
  if (keys.has("bits") && keys.has("group_size")) return of_model(quantization);
  if (keys.size() > 0 &&
      keys.only({"bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token",
                 "additional_special_tokens", "image_token", "boi_token", "eoi_token"}))
    return of_model(tokenizer);
  // No config has as many keys, or numbers alone.
  constexpr std::size_t many = 500;
  if (keys.size() >= many && keys.all_numbers()) return of_model(tokenizer);
  return std::nullopt;
}

Keys keys_of(std::string_view text) {
  Keys keys;
  Json::sax_parse(text, &keys);
  return keys;
}

std::optional<OtherKind> by_json(const std::string& name, std::string_view text) {
  const Keys keys = keys_of(text);
  if (describes_model(keys)) return std::nullopt;
  if (auto kind = by_json_name(name, keys)) return kind;
  // A config may name a tokenizer's class too, or begin with its tokens.
  if (keys.has_any({"model_type", "architectures"})) return std::nullopt;
  return by_keys(keys);
}

// By words.

/// The first line that is neither empty nor a comment, without the blanks around it.
std::string_view first_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (!line.empty() && line.front() != '#') return line;
  }
  return {};
}

/// "key:" or "key: value", or a list of them.
bool is_yaml(std::string_view line) {
  if (line.starts_with("---") || line.starts_with("%YAML")) return true;
  if (line.starts_with("- ")) line.remove_prefix(2);
  const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./");
  if (end == 0 || end == std::string_view::npos || line[end] != ':') return false;
  return end + 1 == line.size() || line[end + 1] == ' ' || line[end + 1] == '\t';
}

bool is_python(std::string_view text, std::string_view line) {
  if (text.starts_with("#!") && text.substr(0, text.find('\n')).find("python") != std::string_view::npos) return true;
  if (line.starts_with("\"\"\"") || line.starts_with("import ") || line.starts_with("def ")) return true;
  return (line.starts_with("from ") && line.find(" import ") != std::string_view::npos) ||
         (line.starts_with("class ") && line.ends_with(':'));
}

OtherKind modelfile(std::string_view line) {
  std::string_view base = line.substr(4);
  base.remove_prefix(std::min(base.find_first_not_of(" \t"), base.size()));
  if (base.size() > 1 && base.front() == '"' && base.back() == '"') base = base.substr(1, base.size() - 2);
  OtherKind kind = of_model(fmt::format("is an Ollama Modelfile of {}, which is no file here", in_quotes(base)));
  kind.then = fmt::format("give the GGUF file (`ollama show --modelfile {}` says where it lies)", printable(base));
  kind.base = base.substr(0, 4096);
  kind.base_is_closer = true;
  return kind;
}

std::optional<OtherKind> by_words(const std::string& name, std::string_view text) {
  const std::string small = lower(text.substr(0, 4096));
  const std::string_view line = first_line(text);
  const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
  if (text.starts_with("version https://git-lfs.github.com/spec/"))
    return of_model("is a Git LFS pointer: the file itself was not fetched", "fetch it with `git lfs pull`");
  if (text.front() == '<') {
    if (small.find("<html") != std::string::npos || small.starts_with("<!doctype html"))
      return stranger("is a web page (HTML), as \"save\" makes of a page that shows a file",
                      "download the file itself (\"raw\")");
    return stranger("is XML");
  }
  if (line.starts_with("FROM ") || (name == "modelfile" && lower(line).starts_with("from "))) return modelfile(line);
  if (ends(".md")) return of_model("is a text (Markdown)");
  if (ends(".py") || is_python(text, line)) return of_model("is Python code");
  if (ends(".toml")) return of_model("is TOML, which is not read");
  if (small.starts_with("#version:") || name == "merges.txt" || name == "vocab.txt") return of_model(tokenizer);
  if (ends(".yaml") || ends(".yml") || is_yaml(line))
    return of_model("is YAML, which is not read",
                    "give the config.json of the model, or write its numbers as JSON with the keys of a config.json");
  return std::nullopt;
}

/// Weights whose bytes say nothing, and what is called GGUF and is none.
std::optional<OtherKind> by_ending(const std::string& name) {
  if (name == "tokenizer.model" || name.ends_with(".spm") || name.ends_with(".tiktoken")) return of_model(tokenizer);
  for (const std::string_view ending :
       {".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".npz"})
    if (name.ends_with(ending)) return of_model(fmt::format("is a file of weights by its name ({})", ending));
  if (name.ends_with(".gguf"))
    return stranger("is no GGUF file, though it is called so: it does not begin with \"GGUF\"", "fetch it again");
  return std::nullopt;
}

} // namespace

std::optional<OtherKind> other_kind(const std::filesystem::path& path, std::string_view beginning,
                                    std::uintmax_t size) {
  const std::string name = lower(path.filename().string());
  if (size == 0) return stranger("is empty");
  if (auto kind = by_bytes(beginning)) return kind;
  std::string_view text = beginning;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3); // a mark of UTF-8, which says nothing more
  const std::size_t begin = text.find_first_not_of(" \t\r\n\v\f");
  if (begin == std::string_view::npos)
    return beginning.size() < size ? std::nullopt : std::optional(stranger("holds nothing but blanks"));
  text.remove_prefix(begin);
  if (text.front() == '{') {
    if (auto kind = by_json(name, text)) return kind;
    // Half of a download of something else: what is called GGUF is told that it is none, and not where its JSON ends.
    return name.ends_with(".gguf") && !describes_model(keys_of(text)) ? by_ending(name) : std::nullopt;
  }
  const bool binary = text.find('\0') != std::string_view::npos;
  if (!binary)
    if (auto kind = by_words(name, text)) return kind;
  if (auto kind = by_ending(name)) return kind;
  if (text.front() == '[') return by_json_name(name, {}); // a list, of which the reader of configs says so
  if (binary) return stranger("is binary, and of no kind that is known here");
  return stranger(fmt::format("is not JSON: it begins with {}", in_quotes(text.substr(0, text.find('\n')))));
}

} // namespace ropescope
