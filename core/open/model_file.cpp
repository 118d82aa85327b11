#include "core/open/model_file.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/config/config_json.h"
#include "core/error.h"
#include "core/gguf/gguf.h"
#include "core/io/file.h"
#include "core/io/warnings.h"
#include "core/open/checkpoint.h"
#include "core/open/folder.h"
#include "core/open/hub.h"
#include "core/open/kinds.h"
#include "core/open/stream.h"
#include "core/text.h"

namespace ropescope {

namespace fs = std::filesystem;

namespace {

/// Real ones have some kilobytes; those that name every class of an image model a megabyte.
constexpr std::size_t greatest_config_file = std::size_t{4} << 20;

[[noreturn]] void refuse_size(const std::string& name, const std::string& bytes) {
  throw Error(fmt::format("{}: has {} bytes, expected at most {}", name, bytes, greatest_config_file));
}

/// The way from what a person gave to the file that is read.
class Way {
public:
  explicit Way(const ReadOptions& options) : options_(options) {}

  Model read(const fs::path& given) {
    // Folders lead to files, those to others, an adapter to its base; names that lead to each other never end.
    if (++steps_ > 8)
      throw Error(fmt::format("{}: leads from file to file and to no model, expected a config.json", given.string()));
    const fs::path path = behind_descriptor(given);
    if (is_stream(path)) return from_stream(path);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) return from_folder(path);
    if (status.type() == fs::file_type::not_found)
      if (const auto folder = from_name(path)) return read(*folder);
    return from_file(path);
  }

  /// What was said on the way, before what the file's own reader says.
  void tell(Model& model) {
    std::vector<std::string> told = notes_.take();
    model.warnings.insert(model.warnings.begin(), told.begin(), told.end());
  }

private:
  Model from_folder(const fs::path& folder) {
    const fs::path file = find_in_folder(folder);
    notes_.add(fmt::format("read {} of the folder {}", file.lexically_relative(folder).string(), folder.string()));
    return read(file);
  }

  /// The folder of a model that is no file but lies in the local cache. Throws Error where the text can be nothing but
  /// the name of a model, and that is not there.
  std::optional<fs::path> from_name(const fs::path& path) {
    const std::string given = path.string();
    const bool address = given.find("://") != std::string::npos;
    std::error_code error;
    const bool in_folder = path.has_parent_path() && fs::is_directory(path.parent_path(), error);
    const auto name = in_folder ? std::nullopt : hub_name(given);
    if (address && !name)
      throw Error(fmt::format("{}: is an address, and nothing is downloaded; expected a path: save the file and give "
                              "its path",
                              given));
    const auto folder = name ? hub_folder(*name) : in_folder ? std::nullopt : hub_folder(given);
    if (folder)
      notes_.add(fmt::format("{} was taken from the local cache of Hugging Face", given));
    else if (name)
      throw Error(not_in_hub_cache(given, *name));
    return folder;
  }

  Model from_stream(const fs::path& path) {
    const std::string name = stream_name(path);
    std::string text = read_stream(path, greatest_config_file);
    if (text.starts_with("GGUF"))
      throw Error(fmt::format("{}: is a GGUF file, which is not read in order and so from no pipe, expected a "
                              "config.json: give the file's path",
                              name));
    const std::string_view beginning = std::string_view(text).substr(0, beginning_of_kind);
    if (const auto kind = other_kind("", beginning, text.size()))
      throw Error(fmt::format("{}: {}, expected a config.json: {}", name, kind->is, kind->then));
    if (text.size() > greatest_config_file) refuse_size(name, "more");
    Model model = parse_model_config(text, name, options_);
    // The text opens it again; as such it begins with "{".
    text.erase(0, text.find('{'));
    model.origin = std::move(text);
    return model;
  }

  Model from_file(const fs::path& path) {
    OtherKind kind;
    if (auto model = read_file_at(path, kind)) return *std::move(model);
    if (const auto other = find_beside(path, kind)) {
      const std::string is = kind.base.empty() ? kind.is : fmt::format("names the model {}", in_quotes(kind.base));
      notes_.add(fmt::format("{} {}; read {} in its place", path.filename().string(), is, other->string()));
      return read(*other);
    }
    refuse(path, kind);
  }

  /// Nothing where it is of another kind, which it fills.
  std::optional<Model> read_file_at(const fs::path& path, OtherKind& kind) {
    InputFile file(path);
    const auto read_one = [&]() -> std::optional<Model> {
      // By its first bytes and not by its name, which people change.
      if (is_gguf(file)) return read_gguf(file, path.string());
      std::string text(static_cast<std::size_t>(std::min<std::uintmax_t>(beginning_of_kind, file.size())), '\0');
      file.read(0, text);
      if (auto other = other_kind(path, text, file.size())) {
        kind = *std::move(other);
        return std::nullopt;
      }
      if (file.size() > greatest_config_file) refuse_size(path.string(), std::to_string(file.size()));
      const std::size_t begun = text.size();
      text.resize(static_cast<std::size_t>(file.size()));
      file.read(begun, std::span(text).subspan(begun));
      return parse_model_config(text, path.string(), options_,
                                [&](std::string_view ending) { return tensor_beside(path, ending); });
    };
    std::optional<Model> model = read_one();
    if (!model) return std::nullopt;
    // Whole, so that it opens again from another folder.
    std::error_code error;
    const fs::path whole = fs::absolute(path, error);
    model->origin = (error ? path : whole).lexically_normal().string();
    return model;
  }

  [[noreturn]] static void refuse(const fs::path& path, const OtherKind& kind) {
    std::string sentence = fmt::format("{}: {}, expected a config.json", path.string(), kind.is);
    if (kind.of_model && path.filename() != "config.json") sentence += " (none lies beside it)";
    sentence += fmt::format(" or a GGUF file: {}", kind.then);
    if (kind.pipeline)
      if (const std::string configs = configs_below(path.parent_path()); !configs.empty())
        sentence += fmt::format(" ({})", configs);
    throw Error(sentence);
  }

  const ReadOptions& options_;
  Warnings notes_;
  int steps_ = 0;
};

} // namespace

Model read_model(const fs::path& path, const ReadOptions& options) {
  Way way(options);
  Model model = way.read(path);
  way.tell(model);
  return model;
}

} // namespace ropescope
