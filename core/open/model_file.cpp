#include "core/open/model_file.h"

#include <string>

#include <fmt/format.h>

#include "core/config/config_json.h"
#include "core/error.h"
#include "core/gguf/gguf.h"
#include "core/io/file.h"

namespace ropescope {

namespace {

/// Real ones have some kilobytes; those that name every class of an image model a megabyte.
constexpr std::uintmax_t greatest_config_file = 4u << 20;

Model read_any(const std::filesystem::path& path, const ReadOptions& options) {
  InputFile file(path);
  // By its first bytes and not by its name, which people change.
  if (is_gguf(file)) return read_gguf(file, path.string());
  if (file.size() > greatest_config_file)
    throw Error(fmt::format("{}: has {} bytes, expected at most {}", path.string(), file.size(), greatest_config_file));
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  file.read(0, text);
  return parse_model_config(text, path.string(), options);
}

} // namespace

Model read_model(const std::filesystem::path& path, const ReadOptions& options) {
  Model model = read_any(path, options);
  // Whole, so that it opens again from another folder.
  model.origin = std::filesystem::absolute(path).lexically_normal().string();
  return model;
}

} // namespace ropescope
