#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ropescope {

/// The name of a model on Hugging Face that a text is: "org/name" itself, with a quantization as in "org/name:Q4_K_M",
/// or in an address ("https://huggingface.co/org/name/blob/main/config.json"). Nothing where the text is none, such as
/// a path that ends as files do. Does not look whether such a file exists.
std::optional<std::string> hub_name(std::string_view text);

/// The folder of a model in the local cache of Hugging Face ($HF_HUB_CACHE, $HF_HOME/hub, $XDG_CACHE_HOME or ~/.cache
/// with huggingface/hub), nothing where it lies in none of them. `name`: "org/name", or "name" of an old model.
std::optional<std::filesystem::path> hub_folder(std::string_view name);

/// The first of those caches that is there, for a person who looks for a model; nothing where none is.
std::optional<std::filesystem::path> hub_cache();

/// The sentence for a model that is not in the local cache: that nothing is downloaded, where its config.json would
/// lie, and what puts it there. `given`: as the person wrote it.
std::string not_in_hub_cache(std::string_view given, std::string_view name);

} // namespace ropescope
