#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace ropescope {

/// The whole file. Throws Error naming it where it is missing, not a regular file, unreadable or greater than
/// `greatest` bytes.
std::string read_file(const std::filesystem::path&, std::uintmax_t greatest);

/// Writes a file whole or not at all: into a neighbour first, which then takes its name. Throws Error naming
/// the path where that fails, and leaves nothing behind.
void write_file(const std::filesystem::path&, std::string_view bytes);

} // namespace ropescope
