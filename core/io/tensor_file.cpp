#include "core/io/tensor_file.h"

#include <algorithm>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/npy.h"
#include "core/io/safetensors.h"
#include "core/text.h"

namespace ropescope {

namespace fs = std::filesystem;

namespace {

struct Place {
  fs::path file;
  std::string name;
};

/// File and tensor of "FILE.safetensors:NAME". A file that really has that whole name goes first, so that no file
/// becomes unreachable.
Place split(const fs::path& path, const std::string& name) {
  constexpr std::string_view mark = ".safetensors:";
  std::error_code ignored;
  const std::string text = path.string();
  const std::size_t at = text.find(mark);
  if (!name.empty() || at == std::string::npos || fs::exists(path, ignored)) return {path, name};
  return {text.substr(0, at + mark.size() - 1), text.substr(at + mark.size())};
}

std::string first_bytes(InputFile& file) {
  // Enough for both: 6 bytes of .npy's magic, and safetensors' 8 bytes of length with the { behind them.
  std::string bytes(static_cast<std::size_t>(std::min<std::uintmax_t>(file.size(), 9)), '\0');
  file.read(0, bytes);
  return bytes;
}

/// A header of less than 2³² bytes that begins as JSON does.
bool looks_like_safetensors(std::string_view head) {
  return head.size() == 9 && head.substr(4, 4) == std::string_view("\0\0\0\0", 4) && head[8] == '{';
}

} // namespace

Array read_array(const fs::path& path, const std::string& asked) {
  const auto [place, name] = split(path, asked);
  InputFile file(place);
  const std::string head = first_bytes(file), extension = place.extension().string();
  if (head.starts_with(npy_magic)) {
    if (name.empty()) return read_npy(file);
    throw Error(fmt::format("{}: a .npy file, whose array has no name, expected a .safetensors file to pick {} from",
                            place.string(), in_quotes(name)));
  }
  // The extension counts where the content does not tell, so that the reader's own sentence says what is wrong.
  if (extension == ".safetensors" || looks_like_safetensors(head)) return read_safetensors(file, name);
  if (extension == ".npy") return read_npy(file);
  throw Error(fmt::format("{}: expected a .npy or a .safetensors file", place.string()));
}

void write_array(const fs::path& path, const Array& array, const std::string& name) {
  return path.extension() == ".safetensors" ? write_safetensors(path, name, array) : write_npy(path, array);
}

} // namespace ropescope
