#pragma once
#include <filesystem>
#include <string>

#include "core/array.h"
#include "core/io/numbers.h"

namespace ropescope {

/// An array out of a .npy, a .npz or a .safetensors file, told apart by what they hold. `FILE.safetensors:NAME` and
/// `FILE.npz:NAME` pick one array of several, as does `name`; a file of that whole text goes first. Throws Error; of
/// PyTorch's and Python's own files (.pt, .pkl), which hold programs, with the line that converts them.
Array read_array(const std::filesystem::path&, const std::string& name = "", const ArrayOptions& = {});

/// Writes .safetensors where the file's extension says so, else .npy; `name` is the tensor's in the former. Whole or
/// not at all. Throws Error.
void write_array(const std::filesystem::path&, const Array&, const std::string& name = "out");

} // namespace ropescope
