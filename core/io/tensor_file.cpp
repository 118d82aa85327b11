#include "core/io/tensor_file.h"

#include <algorithm>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/npy.h"
#include "core/io/npz.h"
#include "core/io/safetensors.h"
#include "core/text.h"

namespace ropescope {

namespace fs = std::filesystem;

namespace {

struct Place {
  fs::path file;
  std::string name;
};

/// File and array of "FILE.safetensors:NAME" or "FILE.npz:NAME". A file that really has that whole name goes first, so
/// that no file becomes unreachable.
Place split(const fs::path& path, const std::string& name) {
  std::error_code ignored;
  const std::string text = path.string();
  if (!name.empty() || fs::exists(path, ignored)) return {path, name};
  for (const std::string_view mark : {".safetensors:", ".npz:"})
    if (const std::size_t at = text.find(mark); at != std::string::npos)
      return {text.substr(0, at + mark.size() - 1), text.substr(at + mark.size())};
  return {path, name};
}

/// Files that only Python reads, since reading one runs what is in it: the line that converts it.
void refuse_pickled(const fs::path& path) {
  const std::string extension = path.extension().string(), name = path.filename().string();
  const bool torch = extension == ".pt" || extension == ".pth";
  if (!torch && extension != ".pkl" && extension != ".pickle") return;
  const std::string load = torch ? fmt::format("import numpy, torch; array = torch.load('{}', map_location='cpu')"
                                               ".detach().float().numpy()",
                                               name)
                                 : fmt::format("import numpy, pickle; array = numpy.asarray(pickle.load(open('{}', "
                                               "'rb')))",
                                               name);
  throw Error(fmt::format("{}: a {} file, expected .npy, .npz or .safetensors; to convert it: python3 -c \"{}; "
                          "numpy.save('{}.npy', array)\"",
                          path.string(), torch ? "PyTorch" : "Python", load, path.stem().string()));
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

Array read_array(const fs::path& path, const std::string& asked, const ArrayOptions& options) {
  const auto [place, name] = split(path, asked);
  refuse_pickled(place);
  InputFile file(place);
  const std::string head = first_bytes(file), extension = place.extension().string();
  if (head.starts_with(npy_magic)) {
    if (name.empty()) return read_npy(file, options);
    throw Error(fmt::format("{}: a .npy file, whose array has no name, expected a .safetensors file to pick {} from",
                            place.string(), in_quotes(name)));
  }
  // The extension counts where the content does not tell, so that the reader's own sentence says what is wrong.
  if (extension == ".npz" || head.starts_with(zip_magic)) return read_npz(file, name, options);
  if (extension == ".safetensors" || looks_like_safetensors(head)) return read_safetensors(file, name, options);
  if (extension == ".npy") return read_npy(file, options);
  throw Error(fmt::format("{}: expected a .npy, a .npz or a .safetensors file", place.string()));
}

void write_array(const fs::path& path, const Array& array, const std::string& name) {
  return path.extension() == ".safetensors" ? write_safetensors(path, name, array) : write_npy(path, array);
}

} // namespace ropescope
