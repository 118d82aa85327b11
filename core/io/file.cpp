#include "core/io/file.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "core/error.h"

namespace ropescope {

namespace fs = std::filesystem;

InputFile::InputFile(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (!fs::exists(status)) throw Error(fmt::format("{}: no such file", path_.string()));
  if (fs::is_directory(status)) throw Error(fmt::format("{}: is a folder, expected a file", path_.string()));
  if (!fs::is_regular_file(status)) throw Error(fmt::format("{}: is not a regular file", path_.string()));
  size_ = fs::file_size(path_, error);
  if (error) throw Error(fmt::format("{}: cannot be read: {}", path_.string(), error.message()));
  stream_.open(path_, std::ios::binary);
  if (!stream_) throw Error(fmt::format("{}: cannot be read: {}", path_.string(), std::strerror(errno)));
}

void InputFile::read(std::uintmax_t offset, std::span<char> bytes) {
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(offset));
  stream_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto got = static_cast<std::uintmax_t>(stream_.gcount());
  if (got != bytes.size())
    throw Error(fmt::format("{}: could be read only up to byte {}", path_.string(), offset + got));
}

std::string read_file(const fs::path& path, std::uintmax_t greatest) {
  InputFile file(path);
  if (file.size() > greatest)
    throw Error(fmt::format("{}: has {} bytes, expected at most {}", path.string(), file.size(), greatest));
  std::string bytes(static_cast<std::size_t>(file.size()), '\0');
  file.read(0, bytes);
  return bytes;
}

void write_file(const fs::path& named, std::string_view bytes) {
  if (named.empty()) throw Error("no file name to write to");
  const auto refuse = [&](const std::string& why) -> void {
    throw Error(fmt::format("{}: cannot be written: {}", named.string(), why));
  };
  std::error_code error;
  // A device or a pipe such as /dev/stdout has no neighbour to write first.
  const bool in_place = fs::exists(named, error) && !fs::is_regular_file(named, error);
  fs::path path = named;
  if (!in_place && fs::is_symlink(named, error)) path = fs::weakly_canonical(named, error);
  if (path.empty()) refuse("the link leads nowhere");
  if (in_place && fs::is_directory(path, error)) refuse("it is a folder");
  const fs::path target = in_place ? path : fs::path(fmt::format("{}.{}.part", path.string(), getpid()));

  std::ofstream stream(target, std::ios::binary | std::ios::trunc);
  if (!stream) refuse(std::strerror(errno));
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) {
    const std::string why = std::strerror(errno);
    if (!in_place) fs::remove(target, error);
    refuse(why);
  }
  if (in_place) return;
  fs::rename(target, path, error);
  if (error) {
    const std::string why = error.message();
    fs::remove(target, error);
    refuse(why);
  }
}

} // namespace ropescope
