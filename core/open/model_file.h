#pragma once
#include <filesystem>

#include "core/model/model.h"

namespace ropescope {

/// A model out of a file, whatever the file is called: GGUF where it begins as GGUF does (core/gguf/gguf.h), else a
/// config.json (core/config/config_json.h) of at most 4 MiB. The file is opened once. Throws Error.
Model read_model(const std::filesystem::path&, const ReadOptions& = {});

} // namespace ropescope
