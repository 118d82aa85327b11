#pragma once
#include <filesystem>
#include <string>

#include "core/array.h"

namespace ropescope {

/// An array out of a .npy or a .safetensors file, told apart by what they hold. `FILE.safetensors:NAME` picks one
/// tensor of several, as does `name`; a file of that whole text goes first. Throws Error.
Array read_array(const std::filesystem::path&, const std::string& name = "");

/// Writes .safetensors where the file's extension says so, else .npy; `name` is the tensor's in the former. Whole or
/// not at all. Throws Error.
void write_array(const std::filesystem::path&, const Array&, const std::string& name = "out");

} // namespace ropescope
