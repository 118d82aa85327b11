#include "core/gguf/old_ggml.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace ropescope {

std::optional<std::string> old_ggml_refusal(InputFile& file) {
  std::string magic(4, '\0');
  if (file.size() < magic.size()) return std::nullopt;
  file.read(0, magic);
  // The magic is a number, which a little-endian machine wrote backwards: files begin with "lmgg", "tjgg" and so on.
  if (!magic.starts_with("gg")) std::reverse(magic.begin(), magic.end());
  if (magic == "ggla")
    return "a LoRA adapter in an old GGML format (ggla), expected a model: open the base model as GGUF";
  for (const std::string_view model : {"ggml", "ggmf", "ggjt"})
    if (magic == model)
      return fmt::format("a model in an old GGML format ({}), expected GGUF: convert the model anew with llama.cpp, or "
                         "open its config.json",
                         model);
  return std::nullopt;
}

} // namespace ropescope
