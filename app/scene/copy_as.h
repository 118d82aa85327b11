#pragma once
#include <string>

#include "app/scene/scene.h"

namespace ropescope {

/// What is put on the clipboard, and one sentence for the person about it.
struct Copied {
  std::string text, said;
};

/// Whether the scheme is another base and nothing else, whatever the length: NTK-aware scaling. Programs that have no
/// word for the scheme are told the base.
bool is_another_base(const Scene&);

/// The part of a config.json that says what the scene has, as transformers and this program read it. It is read back
/// before it is given: throws Error, one sentence, where a config.json has no words for it.
Copied as_hugging_face_json(const Scene&);

/// Lines of Python that make `inv_freq` (torch, float64, rad/token) and `attention_factor`, at the scene's length.
Copied as_pytorch(const Scene&);

/// llama.cpp's flags for the frequencies. Throws Error where it has none for the scheme.
Copied as_llama_cpp_flags(const Scene&);

/// `ropescope --model … --pose key=value …`, quoted for a shell, which opens the scene again.
Copied as_command_line(const Scene&);

/// The configuration in words, one "name: value" a line.
Copied as_words(const Scene&);

} // namespace ropescope
