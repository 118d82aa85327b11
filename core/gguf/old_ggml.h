#pragma once
#include <optional>
#include <string>

#include "core/io/file.h"

namespace ropescope {

/// What is said of a file that begins as one of GGML's formats before GGUF does ("ggml", "ggmf", "ggjt", "ggla", in
/// either order of bytes), as a sentence without the file's name; nothing of any other file.
std::optional<std::string> old_ggml_refusal(InputFile&);

} // namespace ropescope
