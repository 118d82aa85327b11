#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "core/open/kinds.h"

namespace ropescope {

/// The file that describes the model of a folder: its config.json; else params.json (Meta, Mistral),
/// adapter_config.json or model_index.json (diffusers), which lead to another; else that of the snapshot in use of a
/// Hugging Face cache folder; else its only GGUF file, of a split one the first part. At most 10 000 of its entries are
/// looked at. Throws Error naming what lies there: none, several, or a folder that cannot be read.
std::filesystem::path find_in_folder(const std::filesystem::path& folder);

/// The file or folder that describes the model which a file of another kind belongs to: config.json or params.json
/// beside it, the model that it names where that lies on this machine, a pipeline's transformer. Nothing where there is
/// none.
std::optional<std::filesystem::path> find_beside(const std::filesystem::path& file, const OtherKind&);

/// Half a sentence, which models' configs lie in the folders of a folder, at most five: "text_encoder/config.json and
/// unet/config.json"; empty where there is none.
std::string configs_below(const std::filesystem::path& folder);

} // namespace ropescope
