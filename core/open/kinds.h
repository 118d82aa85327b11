#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ropescope {

/// How many bytes of a file's beginning tell its kind. A key that counts may follow the added tokens of a tokenizer,
/// which take some ten kilobytes.
inline constexpr std::size_t beginning_of_kind = std::size_t{1} << 16;

/// What a file is that describes no model. The parts of a sentence: "FILE `is`, expected a config.json: `then`".
struct OtherKind {
  std::string is;        ///< "holds a model's weights (safetensors)"
  std::string then;      ///< what a person can do, "give the config.json of that model"
  bool of_model = false; ///< whether it belongs to a model's folder, so that a config.json beside it is the model's
  bool pipeline = false; ///< an index of a diffusers pipeline, whose models lie in folders beside it
  std::string base{};    ///< the path or name of the model that it names itself: an adapter's base, a Modelfile's FROM
  bool base_is_closer = false; ///< whether `base` goes before a config.json beside the file
};

/// By a file's beginning (at most `beginning_of_kind` bytes, all of a shorter file) and, where that leaves it open, by
/// its name. `size`: bytes of the file, as far as it was read. Nothing where it may be a config.json, which only its
/// reader can tell; GGUF is not asked for. Time and memory grow with the beginning.
std::optional<OtherKind> other_kind(const std::filesystem::path& name, std::string_view beginning, std::uintmax_t size);

} // namespace ropescope
