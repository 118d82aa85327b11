#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/scene/scene_json.h"
#include "core/model/model.h"

namespace ropescope {

/// Arrays for the check of a kernel, as paths. Not read yet: the check reads them.
struct KernelArrays {
  std::vector<std::string> paths;
};

/// A lecture's file, as it was read.
struct LectureText {
  std::string text;
};

/// Why a file was not taken.
struct Refused {
  std::string sentence;
};

/// What a file or folder that a person opens turned out to hold.
struct Opened {
  std::variant<Model, Taken, KernelArrays, Refused, LectureText> held; ///< `Taken`: a scene, its own or carried by a picture
  std::string path{};         ///< the file as it was given; of arrays the last one; empty where there is none
  bool is_scene_file = false; ///< a scene's own file, which can be saved again
};

/// Whether a file is one of arrays by its name: .npy, .npz, .safetensors, also with ":NAME" behind it. The weights of a
/// model, told by the names that the published libraries give them (model.safetensors, model-00001-of-00002 …), are
/// none. Looks at no file.
bool is_array_by_name(const std::string& path);

/// The text of a lecture's file, told by its keys "lecture" and "steps"; nothing where the file is another or cannot be
/// read.
std::optional<std::string> lecture_file_text(const std::filesystem::path&);

/// Reads it, whatever it is; of models all that read_model() takes (core/open/model_file.h). Throws Error.
Opened read_opened(const std::filesystem::path&);

/// Reads all of them, each for itself, in their order; arrays come together as the last one. Does not throw Error: what
/// cannot be read is Refused.
std::vector<Opened> read_all_opened(const std::vector<std::string>& paths);

} // namespace ropescope
