#pragma once
#include <filesystem>

#include "core/model/model.h"

namespace ropescope {

/// A model out of what a person gives: a GGUF file, where it begins as GGUF does (core/gguf/gguf.h); a config.json of
/// at most 4 MiB, whatever it is called (core/config/config_json.h); a folder (core/open/folder.h); a file of another
/// kind that has a config.json beside it; "-" for standard input or another stream, which gives a config.json alone;
/// the name of a model that lies in the local cache of Hugging Face (core/open/hub.h). Nothing is ever downloaded.
/// Where another file was read than the one given, the first warnings say which; the model's `origin` is that file, of
/// a stream its text. The file is opened once. Throws Error.
Model read_model(const std::filesystem::path&, const ReadOptions& = {});

} // namespace ropescope
