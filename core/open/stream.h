#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace ropescope {

/// The file or folder that "-", /dev/stdin or /dev/fd/N stands for where it stands for one, as in `program - < FILE`;
/// any other path as it is.
std::filesystem::path behind_descriptor(const std::filesystem::path& given);

/// Whether a path gives its bytes once and in order: "-" for standard input, a descriptor that is no file, a pipe.
bool is_stream(const std::filesystem::path&);

/// How a stream is called in a sentence: "standard input", else its path.
std::string stream_name(const std::filesystem::path&);

/// The bytes of a stream until its end, at most `greatest` + 1 of them, so that a longer one can be told. Standard
/// input and descriptors are waited for; a pipe that lies in a folder only two seconds at a time, since nobody may ever
/// write to it. Throws Error where it cannot be read.
std::string read_stream(const std::filesystem::path&, std::size_t greatest);

} // namespace ropescope
