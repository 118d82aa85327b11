#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/io/json_value-inl.h"

namespace ropescope::config {

/// An object of a config.json that describes a model of its own: the whole file, or what a multimodal model nests.
struct Part {
  const Json* json = nullptr;
  std::string path;       ///< "thinker_config.text_config"; empty: the whole file
  std::string name;       ///< "text", "vision", "talker.text" …; of the whole file "whole"
  std::string model_type; ///< the object's own, else its parent's class's for it; empty: nobody says
  std::string renamed;    ///< a sentence, where the object's own is not known and another stands for it; else empty
  bool older = false;     ///< transformers 4 wrote the file
  Json given;             ///< what the parent's class gives where the object has no key of its own; null: nothing
};

/// Those of a file's parts that have a rotary embedding by their keys or by their class. The language model is the
/// first, where there is one.
std::vector<Part> rotating_parts(std::vector<Part>);

/// The part of that name, path or last key of a path. Throws Error with the names there are.
const Part& part_named(const std::vector<Part>&, std::string_view wanted);

/// Every nested object that may describe a model, and the whole file first, rotating or not. Throws Error where there
/// are more than 64.
std::vector<Part> all_parts(const Json& root);

} // namespace ropescope::config
