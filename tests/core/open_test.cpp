#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config/config_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/io/safetensors.h"
#include "core/open/hub.h"
#include "core/open/model_file.h"
#include "tests/scratch.h"

using namespace ropescope;
using test::Scratch;
namespace fs = std::filesystem;

namespace {

/// A config.json whose base tells it from others.
std::string config(int base) {
  return fmt::format(R"({{"model_type": "llama", "head_dim": 64, "rope_theta": {}}})", base);
}

/// Writes a file, and the folders above it.
void put(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  write_file(path, bytes);
}

double base_of(const fs::path& path) { return read_model(path).layers[0].config.base; }

/// Whether the first warnings have all of these words.
bool says(const Model& model, const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& warning : model.warnings) all += warning + "\n";
  for (const std::string& word : words)
    if (all.find(word) == std::string::npos) return false;
  return true;
}

std::string refusal(const fs::path& path) {
  try {
    read_model(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

/// A refusal that keeps the form: names the path, and says what it is and what was expected.
void refuses(const fs::path& path, const std::string& words) {
  CAPTURE(path);
  const std::string sentence = refusal(path);
  CAPTURE(sentence);
  CHECK(sentence.starts_with(path.string()));
  CHECK(has(sentence, words));
  CHECK(has(sentence, "expected"));
  CHECK(!has(sentence, "\n"));
}

std::string safetensors(const std::string& header) {
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  return bytes + header;
}

std::string gguf() {
  std::string bytes = "GGUF";
  const auto add = [&](std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 255);
  };
  const auto key = [&](const std::string& name, std::uint32_t type) {
    add(name.size(), 8);
    bytes += name;
    add(type, 4);
  };
  const std::string architecture = std::string("lla") + "ma"; // in one piece it is a name that readers must not know
  add(3, 4), add(0, 8), add(3, 8);
  key("general.architecture", 8), add(architecture.size(), 8), bytes += architecture;
  key(architecture + ".rope.dimension_count", 4), add(64, 4);
  key(architecture + ".attention.key_length", 4), add(64, 4);
  return bytes;
}

/// The local cache of Hugging Face is this folder, and nothing else.
struct Cache {
  explicit Cache(const fs::path& folder) {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME"}) {
      const char* value = std::getenv(name);
      before.emplace_back(name, value ? std::optional<std::string>(value) : std::nullopt);
      unsetenv(name);
    }
    setenv("HF_HUB_CACHE", folder.c_str(), 1);
  }
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;
  ~Cache() {
    for (const auto& [name, value] : before) value ? setenv(name, value->c_str(), 1) : unsetenv(name);
  }
  std::vector<std::pair<const char*, std::optional<std::string>>> before;
};

/// Standard input is this text until the end of the scope, from a pipe.
struct Piped {
  explicit Piped(std::string text) : before(dup(STDIN_FILENO)) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    writer = std::thread([text = std::move(text), to = ends[1]] {
      for (std::size_t at = 0; at < text.size();) {
        const auto written = write(to, text.data() + at, text.size() - at);
        if (written <= 0) break; // the reader had enough
        at += static_cast<std::size_t>(written);
      }
      close(to);
    });
  }
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;
  ~Piped() {
    dup2(before, STDIN_FILENO); // closes the reading end, so that a writer who waits for it ends
    close(before);
    writer.join();
  }
  int before;
  std::thread writer;
};

} // namespace

TEST_CASE("of a folder the file that describes its model is read, in a fixed order, and which one is said") {
  const Scratch scratch;
  const fs::path folder = scratch.path / "model";
  put(folder / "model.Q4.gguf", gguf());
  put(folder / "mmproj-model.gguf", "a vision tower's"); // beside a model, never meant
  const Model last = read_model(folder);
  CHECK(last.origin == (folder / "model.Q4.gguf").string());
  CHECK(says(last, {"read model.Q4.gguf of the folder " + folder.string()}));
  put(folder / "params.json", config(2));
  CHECK(base_of(folder) == 2);
  put(folder / "config.json", config(3));
  put(folder / "other.json", config(4));
  CHECK(base_of(folder) == 3);
  CHECK(says(read_model(folder / ""), {"read config.json of the folder"}));
  CHECK(says(read_model(folder), {"read config.json of the folder"}));
  CHECK(read_model(folder).origin == (folder / "config.json").string());
  CHECK(read_model(folder / "config.json").warnings.empty()); // what was given needs no word
  fs::create_directory_symlink(folder, scratch.path / "link");
  CHECK(base_of(scratch.path / "link") == 3);
}

TEST_CASE("of a split GGUF file the folder's first part is read, and of several models none") {
  const Scratch scratch;
  for (const char* part : {"2", "3", "1"}) // several quantizations of a model in the cache
    put(scratch.path / "models--q" / "snapshots" / "1" / (std::string("q") + part + ".gguf"), gguf());
  CHECK(has(refusal(scratch.path / "models--q"), "snapshots/1: holds several GGUF files (q1.gguf, q2.gguf, q3.gguf)"));
  for (const char* part : {"2", "3", "1"})
    put(scratch.path / "split" / fmt::format("m-0000{}-of-00003.gguf", part), gguf());
  CHECK(read_model(scratch.path / "split").origin.ends_with("m-00001-of-00003.gguf"));
  put(scratch.path / "split" / "n.gguf", gguf());
  refuses(scratch.path / "split", "m-00001-of-00003.gguf, n.gguf");
}

TEST_CASE("of a Hugging Face cache folder the snapshot in use is read, else the newest that describes the model") {
  const Scratch scratch;
  const fs::path cache = scratch.path / "models--a--b";
  put(cache / "snapshots" / "old" / "config.json", config(5));
  put(cache / "snapshots" / "new" / "config.json", config(6));
  put(cache / "snapshots" / "bare" / "README.md", "# b");
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(cache / "snapshots" / "old", now - std::chrono::hours(2));
  fs::last_write_time(cache / "snapshots" / "new", now - std::chrono::hours(1));
  CHECK(base_of(cache) == 6);
  put(cache / "refs" / "main", "old\n");
  CHECK(base_of(cache) == 5);
  CHECK(says(read_model(cache), {"read snapshots/old/config.json"}));
  CHECK(base_of(cache / "snapshots" / "new") == 6);
  put(scratch.path / "elsewhere" / "config.json", config(99));
  for (const char* away : {"../../elsewhere", "new/../../../elsewhere", "gone", "", "/"}) {
    put(cache / "refs" / "main", away);
    CHECK(base_of(cache) == 6);
  }
  // A blob has a hash for a name, and a link in the snapshot one that tells.
  put(cache / "blobs" / "cafe", config(7));
  fs::remove(cache / "snapshots" / "new" / "config.json");
  fs::create_symlink("../../blobs/cafe", cache / "snapshots" / "new" / "config.json");
  CHECK(base_of(cache) == 7);
  CHECK(base_of(cache / "blobs" / "cafe") == 7);
  fs::remove(cache / "blobs" / "cafe");
  CHECK(has(refusal(cache / "snapshots" / "new"), "is a link to a file that is not there"));
}

TEST_CASE("of a diffusers pipeline the transformer is read, never a text encoder: then the models in it are named") {
  const Scratch scratch;
  put(scratch.path / "model_index.json", R"({"_class_name": "FluxPipeline", "vae": ["diffusers", "AutoencoderKL"]})");
  put(scratch.path / "text_encoder" / "config.json", config(8));
  put(scratch.path / "unet" / "config.json", "{}");
  const std::string sentence = refusal(scratch.path);
  CHECK(has(sentence, "model_index.json: is the index of a diffusers pipeline"));
  CHECK(has(sentence, "text_encoder/config.json, unet/config.json"));
  put(scratch.path / "transformer" / "config.json", config(9));
  CHECK(base_of(scratch.path) == 9);
  CHECK(base_of(scratch.path / "model_index.json") == 9);
}

TEST_CASE("an adapter leads to its base where that lies here, else its name is said") {
  const Scratch scratch;
  const Cache cache(scratch.path / "hub");
  const fs::path folder = scratch.path / "adapter";
  const auto name = [&](const std::string& base) {
    put(folder / "adapter_config.json",
        fmt::format(R"({{"base_model_name_or_path": "{}", "peft_type": "LORA", "r": 8}})", base));
  };
  put(folder / "adapter_model.safetensors", safetensors(R"({"x":{}})"));
  name("org/base");
  refuses(folder / "adapter_config.json", R"(of "org/base", which does not lie here)");
  CHECK(has(refusal(folder), "org/base"));
  put(scratch.path / "base" / "config.json", config(10));
  for (const std::string& base : {(scratch.path / "base").string(), std::string("base"), std::string("../base"),
                                  (scratch.path / "base/config.json").string()}) {
    CAPTURE(base);
    name(base);
    CHECK(base_of(folder) == 10);
    CHECK(base_of(folder / "adapter_config.json") == 10);
    CHECK(base_of(folder / "adapter_model.safetensors") == 10);
    CHECK(says(read_model(folder), {"names the model"}));
  }
  put(scratch.path / "hub" / "models--org--base" / "snapshots" / "1" / "config.json", config(11));
  name("org/base");
  CHECK(base_of(folder) == 11);
  name("../adapter"); // itself
  CHECK(has(refusal(folder), "leads from file to file"));
}

TEST_CASE("a file of another kind gives way to the config.json beside it, else it is named for what it is") {
  const std::string q4 = std::string(R"({"weight_map": {"a": "model-00001-of-00002.safetensors"}})");
  std::string vocabulary = "{";
  for (int i = 0; i < 600; ++i) vocabulary += fmt::format(R"({}"w{}": {})", i ? "," : "", i, i);
  const std::vector<std::array<std::string, 3>> files = {
      {"model.safetensors", safetensors(R"({"a":{"dtype":"F32"}})"), "weights (safetensors)"},
      {"renamed", safetensors(R"({ "a":{"dtype":"F32"}})"), "weights (safetensors)"},
      {"pytorch_model.bin", std::string("PK\3\4") + std::string(100, '\0'), "zip archive"},
      {"old.pth", std::string("\x80\2}") + std::string(100, '\0'), "pickle"},
      {"tf_model.h5", "\x89HDF\r\n\x1a\n", "HDF5"},
      {"flax_model.msgpack", std::string("\x83\xa5\0\1", 4), "weights by its name"},
      {"model.safetensors.index.json", q4, "index"},
      {"an_index", "\xef\xbb\xbf\n" + q4, "index"},
      {"generation_config.json", R"({"eos_token_id": 2, "transformers_version": "4.57.6"})", "generating"},
      {"renamed_generation.json", R"({"_from_model_config": true, "bos_token_id": 1})", "generating"},
      {"tokenizer_config.json", R"({"model_type": "anything", "tokenizer_class": "PreTrainedTokenizer"})", "tokenizer"},
      {"tokenizer.json", R"({"version": "1.0", "added_tokens": [], "model": {)" + std::string(5u << 20, ' '),
       "tokenizer"},
      {"special_tokens_map.json", R"({"eos_token": {"content": "</s>"}})", "tokenizer"},
      {"tokens", R"({"bos_token": "<s>", "eos_token": "</s>"})", "tokenizer"},
      {"words", vocabulary + "}", "tokenizer"},
      {"merges.txt", "#version: 0.2\ni n\n", "tokenizer"},
      {"tokenizer.model", std::string("\n\x0e\n\5<unk>\x15\0", 11), "tokenizer"},
      {"preprocessor_config.json", R"({"image_mean": [0.5]})", "images or sounds"},
      {"images", R"({"processor_class": "X", "do_resize": true})", "images or sounds"},
      {"my_adapter", R"({"peft_type": "LORA", "base_model_name_or_path": "nobody/nothing"})", "nobody/nothing"},
      {"scheduler_config.json", R"({"_class_name": "X", "num_train_timesteps": 1000})", "diffusion"},
      {"quantize_config.json", R"({"bits": 4, "group_size": 128})", "quantized"},
      {"trainer_state.json", R"({"log_history": []})", "trained"},
      {"modules.json", R"([{"idx": 0}])", "sentence-transformers"},
      {"config.yaml", "# one\nmodel:\n  dim: 4096\n", "YAML"},
      {"hparams", "---\ndim: 4096\n", "YAML"},
      {"modeling.py", "x = 1\n", "Python"},
      {"code", "# Copyright\n\nfrom torch import nn\n", "Python"},
      {"README.md", "---\nlicense: mit\n---\n# Model\n", "Markdown"},
      {"lfs.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n", "Git LFS pointer"},
      {"ggml.bin", "lmgg\1\2", "ggml"},
      {"ggjt", "tjgg\3\0", "ggml"},
      {"lora.bin", "algg\1\2", "LoRA"},
      {"Modelfile", "# mine\nFROM somebody:8b\n", "somebody:8b"},
  };
  const Scratch alone, beside;
  const Cache cache(alone.path / "hub");
  put(beside.path / "config.json", config(12));
  for (const auto& [name, bytes, is] : files) {
    put(alone.path / "model" / name, bytes);
    refuses(alone.path / "model" / name, is);
    CHECK(has(refusal(alone.path / "model" / name), "(none lies beside it)"));
    put(beside.path / name, bytes);
    const Model model = read_model(beside.path / name);
    CHECK(model.layers[0].config.base == 12);
    CHECK(model.origin == (beside.path / "config.json").string());
    CHECK(says(model, {name, "config.json in its place"}));
  }
}

TEST_CASE("what belongs to no model is named for what it is, also where a config.json lies beside it") {
  const Scratch scratch;
  put(scratch.path / "config.json", config(13));
  const std::vector<std::array<std::string, 3>> files = {
      {"empty", "", "is empty"},
      {"blanks", " \n\t\n", "blanks"},
      {"mark", "\xef\xbb\xbf", "blanks"},
      {"utf16", std::string("\xff\xfe{\0\"\0", 6), "UTF-16"},
      {"utf16big", std::string("\0{\0\"", 4), "UTF-16"},
      {"page", "\n<!DOCTYPE html>\n<html lang=\"en\">", "web page"},
      {"page.json", "<HTML><body>config.json</body>", "web page"},
      {"x.xml", "<?xml version=\"1.0\"?>", "XML"},
      {"x.npy", "\x93NUMPY\1", "array"},
      {"x.png", "\x89PNG\r\n", "picture"},
      {"x.pdf", "%PDF-1.7", "PDF"},
      {"x.gz", "\x1f\x8b\x08", "gzip"},
      {"x.gguf", "no such thing", "is no GGUF file"},
      {"bytes", std::string("a\0b\1", 4), "binary"},
      {"gated", "Access to model a/b is restricted.", "is not JSON: it begins with \"Access to model"},
      {"server", R"({"error": "Repository not found"})", "Repository not found"},
      {"scene", R"({"ropescope": 1, "model": "x"})", "scene"},
      {"words", "a\x1b[31mb", "it begins with \"a?[31mb\""},
  };
  for (const auto& [name, bytes, is] : files) {
    put(scratch.path / name, bytes);
    refuses(scratch.path / name, is);
  }
}

TEST_CASE("a config is read whatever it is called, and whatever keys of others it has") {
  const Scratch scratch;
  const std::string more = R"("head_dim": 64, "rope_theta": 14, "tokenizer_class": "X", "eos_token_id": 2,
      "transformers_version": "5", "_class_name": "XTransformer", "do_sample": true, "error": null})";
  for (const char* name :
       {"generation_config.json", "x.safetensors", "x.yaml", "Modelfile", "x.index.json", "config"}) {
    CAPTURE(name);
    put(scratch.path / name, "{" + more);
    CHECK(base_of(scratch.path / name) == 14);
    CHECK(read_model(scratch.path / name).origin == (scratch.path / name).string());
    put(scratch.path / name, "\xef\xbb\xbf\n {" + more); // with a byte order mark, as some editors write
    CHECK(base_of(scratch.path / name) == 14);
  }
  put(scratch.path / "part", R"({"processor_class": "X", "llm_config": {"head_dim": 64, "rope_theta": 15}})");
  CHECK(base_of(scratch.path / "part") == 15);
  put(scratch.path / "cut", R"({"head_dim": 64, "rope_theta": )");
  CHECK(refusal(scratch.path / "cut").starts_with((scratch.path / "cut: not JSON").string()));
}

TEST_CASE("a Modelfile leads to the file or folder that it is from, before a config.json beside it") {
  const Scratch scratch;
  put(scratch.path / "config.json", config(15));
  put(scratch.path / "weights" / "x.gguf", gguf());
  for (const std::string& from : {std::string("FROM ./weights/x.gguf"), std::string("FROM weights"),
                                  "FROM \"" + (scratch.path / "weights/x.gguf").string() + "\""}) {
    put(scratch.path / "Modelfile", "# one\n" + from + "\nPARAMETER num_ctx 4096\n");
    CHECK(read_model(scratch.path / "Modelfile").origin == (scratch.path / "weights" / "x.gguf").string());
  }
  put(scratch.path / "Modelfile", "FROM ./Modelfile\n");
  CHECK(has(refusal(scratch.path / "Modelfile"), "leads from file to file"));
}

TEST_CASE("the name of a model is looked for in the local cache, and nothing is downloaded") {
  const Scratch scratch;
  const Cache cache(scratch.path);
  put(scratch.path / "models--org--name-1.0" / "snapshots" / "1" / "config.json", config(16));
  put(scratch.path / "models--name" / "snapshots" / "1" / "config.json", config(17));
  for (const char* given : {"org/name-1.0", "org/name-1.0:Q4_K_M", "https://huggingface.co/org/name-1.0",
                            "https://huggingface.co/org/name-1.0/blob/main/config.json", "hf.co/org/name-1.0:Q8_0"}) {
    CAPTURE(given);
    CHECK(base_of(given) == 16);
    CHECK(says(read_model(given), {"local cache of Hugging Face"}));
  }
  CHECK(base_of("name") == 17);
  refuses("org/other", "nothing is downloaded");
  CHECK(has(refusal("org/other"), (scratch.path / "models--org--other").string()));
  for (const char* address : {"https://example.org/config.json", "https://example.org/name-1.0"})
    refuses(address, "is an address, and nothing is downloaded");
  for (const char* path : {"org/other.json", "org/a/b", "../x", "/no/such", "./a", "none"})
    CHECK(has(refusal(path), "no such file"));
  for (const char* path : {"org/other.json", "org/a/b", "../x", "/no/such", "./a", "none"}) CHECK(!hub_name(path));
  CHECK(!hub_folder("../x"));
  CHECK(!hub_folder("org/.."));
  // A missing file of a folder that is there is a missing file.
  CHECK(has(refusal(scratch.path / "config"), "no such file"));
  unsetenv("HF_HUB_CACHE");
  setenv("HF_HOME", scratch.path.c_str(), 1);
  put(scratch.path / "hub" / "models--org--home" / "snapshots" / "1" / "config.json", config(18));
  CHECK(base_of("org/home") == 18);
}

TEST_CASE("a config comes from standard input, a pipe or a descriptor, and its text opens it again") {
  const Scratch scratch;
  {
    const Piped piped("\xef\xbb\xbf" + config(19));
    const Model model = read_model("-");
    CHECK(model.layers[0].config.base == 19);
    CHECK(model.name == "standard input");
    CHECK(model.origin == config(19));
  }
  {
    const Piped piped(config(20));
    CHECK(base_of("/dev/stdin") == 20);
  }
  {
    const Piped piped(config(21));
    CHECK(base_of("/dev/fd/0") == 21);
  }
  put(scratch.path / "x", config(22));
  const int before = dup(STDIN_FILENO), file = open((scratch.path / "x").c_str(), O_RDONLY);
  dup2(file, STDIN_FILENO);
  for (const char* name : {"-", "/dev/stdin"})
    CHECK(read_model(name).origin == fs::canonical(scratch.path / "x").string()); // a file is a file, also from there
  CHECK(base_of(fmt::format("/proc/self/fd/{}", file)) == 22);
  dup2(before, STDIN_FILENO);
  close(before);
  close(file);

  REQUIRE(mkfifo((scratch.path / "pipe").c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(scratch.path / "pipe") << config(23); });
  CHECK(base_of(scratch.path / "pipe") == 23);
  writer.join();
}

TEST_CASE("a stream is read no further than a config may be long, and what it is is said") {
  const auto before = signal(SIGPIPE, SIG_IGN); // the writer sees that nobody reads on
  const auto refused = [](std::string text, const std::string& words) {
    const Piped piped(std::move(text));
    const std::string sentence = refusal("-");
    CAPTURE(sentence);
    CHECK(sentence.starts_with("standard input: "));
    CHECK(has(sentence, words));
  };
  refused("", "is empty");
  refused(gguf(), "is a GGUF file");
  refused("GGUF" + std::string(6u << 20, '\0'), "is a GGUF file");
  refused(safetensors("{\"a\":{}}") + std::string(6u << 20, 'x'), "weights (safetensors)");
  refused("{" + std::string(64u << 20, ' '), "expected at most 4194304");
  refused("<html>", "web page");
  refused("{", "not JSON");
  signal(SIGPIPE, before);
  const Scratch scratch;
  REQUIRE(mkfifo((scratch.path / "pipe").c_str(), 0600) == 0);
  refuses(scratch.path / "pipe", "to which nobody writes"); // and does not wait for ever
  CHECK(has(refusal("/dev/null"), "not a regular file"));
  CHECK(has(refusal("/dev/fd/999"), "/dev/fd/999: cannot be read"));
}

TEST_CASE("a folder that describes no model says what it has, and is not looked at without end") {
  const Scratch scratch;
  fs::create_directory(scratch.path / "empty");
  refuses(scratch.path / "empty", "is an empty folder");
  for (int i = 0; i < 8; ++i) put(scratch.path / "some" / fmt::format("{}.json", i), "{}");
  put(scratch.path / "some" / "notes", "");
  refuses(scratch.path / "some", "(it has 0.json, 1.json, 2.json, 3.json, 4.json and 3 more)");
  put(scratch.path / "above" / "one" / "config.json", config(24));
  refuses(scratch.path / "above", "(it has one/config.json)");
  fs::create_directory(scratch.path / "many");
  for (int i = 0; i < 10'001; ++i) std::ofstream(scratch.path / "many" / std::to_string(i));
  put(scratch.path / "many" / "x.gguf", gguf()); // the only one? nobody looked
  refuses(scratch.path / "many", "more than 10000 entries");
  put(scratch.path / "many" / "config.json", config(25));
  CHECK(base_of(scratch.path / "many") == 25);
  fs::create_symlink("round", scratch.path / "round");
  CHECK(has(refusal(scratch.path / "round"), "cannot be read"));
  fs::create_directory(scratch.path / "linked");
  fs::create_symlink("config.json", scratch.path / "linked" / "config.json");
  CHECK(has(refusal(scratch.path / "linked"), "config.json: cannot be read"));
}

TEST_CASE("what may not be read is refused by the system's reason, and no other file is taken in its place") {
  if (geteuid() == 0 && seteuid(65534) != 0) return; // the superuser may read all
  const Scratch scratch;
  put(scratch.path / "folder" / "config.json", config(26));
  put(scratch.path / "folder" / "params.json", config(27));
  fs::permissions(scratch.path / "folder" / "config.json", fs::perms::none);
  const std::string file = refusal(scratch.path / "folder");
  fs::permissions(scratch.path / "folder", fs::perms::none);
  const std::string folder = refusal(scratch.path / "folder"), inside = refusal(scratch.path / "folder" / "x");
  fs::permissions(scratch.path / "folder", fs::perms::owner_all);
  if (getuid() == 0) REQUIRE(seteuid(0) == 0);
  for (const std::string& sentence : {file, folder, inside}) {
    CAPTURE(sentence);
    CHECK(has(sentence, "cannot be read: Permission denied"));
  }
}

TEST_CASE("learned factors of frequencies are read from the checkpoint beside the file, by its index too") {
  const test::Scratch scratch;
  const std::string config = R"({"model_type": "mistral_large4_text", "qk_rope_head_dim": 4, "rope_theta": 1e4})";
  Array alpha;
  alpha.shape = {2};
  alpha.floats = {0.5f, -0.25f};
  const auto factors = [&](const fs::path& file) {
    return read_model(file).layers.front().config.scaling.freq_factors;
  };
  const auto refusal = [&](const fs::path& file) -> std::string {
    try {
      read_model(file);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  put(scratch.path / "none" / "config.json", config);
  CHECK(refusal(scratch.path / "none" / "config.json").find("rotary_emb.alpha") != std::string::npos);
  put(scratch.path / "whole" / "config.json", config);
  write_safetensors(scratch.path / "whole" / "model.safetensors", "model.rotary_emb.alpha", alpha);
  REQUIRE(factors(scratch.path / "whole").size() == 2);
  CHECK(factors(scratch.path / "whole")[0] == doctest::Approx(std::exp(-0.5)));
  CHECK(factors(scratch.path / "whole" / "config.json")[1] == doctest::Approx(std::exp(0.25)));
  put(scratch.path / "parts" / "config.json", config);
  put(scratch.path / "parts" / "model.safetensors.index.json",
      R"({"weight_map": {"a": "1.safetensors", "model.rotary_emb.alpha": "../parts/2.safetensors"}})");
  CHECK(refusal(scratch.path / "parts").find("2.safetensors") != std::string::npos); // it is not there yet
  write_safetensors(scratch.path / "parts" / "2.safetensors", "model.rotary_emb.alpha", alpha);
  CHECK(factors(scratch.path / "parts") == factors(scratch.path / "whole"));
  alpha.shape = {1};
  alpha.floats = {0};
  write_safetensors(scratch.path / "whole" / "model.safetensors", "model.rotary_emb.alpha", alpha);
  CHECK(refusal(scratch.path / "whole").find("frequency factors") != std::string::npos); // too few
}

TEST_CASE("GGML's formats before GGUF are known in either order of bytes") {
  const test::Scratch scratch;
  const auto refusal = [&](const std::string& bytes) -> std::string {
    put(scratch.path / "x.bin", bytes);
    try {
      read_model(scratch.path / "x.bin");
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  for (const std::string magic : {"lmgg", "fmgg", "tjgg", "ggml", "ggmf", "ggjt"})
    for (const std::size_t length : {0u, 4u, 4000u})
      CHECK_MESSAGE(refusal(magic + std::string(length, '\1')).find("is a ggml file of before August 2023") !=
                        std::string::npos,
                    magic);
  for (const char* magic : {"algg", "ggla"})
    CHECK(refusal(magic).find("is a LoRA adapter in the ggml format") != std::string::npos);
}
