#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace ropescope {

/// A file read in parts. Throws Error naming it where it is missing, not a regular file or unreadable, with the
/// system's reason.
class InputFile {
public:
  explicit InputFile(std::filesystem::path);
  /// Bytes that are in memory already, such as a member of an archive; `path` names them in errors.
  InputFile(std::filesystem::path path, std::string bytes);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  const std::filesystem::path& path() const { return path_; }
  std::uintmax_t size() const { return size_; } ///< bytes, when it was opened

  /// Fills `bytes` with the file's bytes from `offset` on; throws Error where it does not hold them all.
  void read(std::uintmax_t offset, std::span<char> bytes);

private:
  std::filesystem::path path_;
  std::uintmax_t size_ = 0;
  int descriptor_ = -1; ///< −1: the bytes are in memory
  std::string bytes_;
};

/// The whole file. Throws Error naming it where it is missing, not a regular file, unreadable or greater than
/// `greatest` bytes.
std::string read_file(const std::filesystem::path&, std::uintmax_t greatest);

/// Writes a file whole or not at all: into a new neighbour first, which takes its name once the bytes are on the disk.
/// An older file of that name gives its permissions, a new one gets those of the process (umask); a link is followed,
/// and what it leads to replaced; a device or a pipe is written as it is. Throws Error naming the path where that
/// fails, or where the older file is read-only, and leaves nothing behind.
void write_file(const std::filesystem::path&, std::string_view bytes);

/// Throws Error where both names lead to the same file: `output`, which is about to be written, would replace `input`.
/// `what` says what the input is, as in "the model's file".
void require_other_file(const std::filesystem::path& output, const std::filesystem::path& input, std::string_view what);

} // namespace ropescope
