#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace ropescope {

/// A file read in parts. Throws Error naming it where it is missing, not a regular file or unreadable.
class InputFile {
public:
  explicit InputFile(std::filesystem::path);
  std::uintmax_t size() const { return size_; }
  /// Fills `bytes` with the file's bytes from `offset` on; throws Error where it does not hold them all.
  void read(std::uintmax_t offset, std::span<char> bytes);

private:
  std::filesystem::path path_;
  std::uintmax_t size_ = 0;
  std::ifstream stream_;
};

/// The whole file. Throws Error naming it where it is missing, not a regular file, unreadable or greater than
/// `greatest` bytes.
std::string read_file(const std::filesystem::path&, std::uintmax_t greatest);

/// Writes a file whole or not at all: into a neighbour first, which then takes its name. Throws Error naming
/// the path where that fails, and leaves nothing behind.
void write_file(const std::filesystem::path&, std::string_view bytes);

} // namespace ropescope
