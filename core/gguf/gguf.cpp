#include "core/gguf/gguf.h"

#include "core/error.h"
#include "core/gguf/layers.h"
#include "core/gguf/layout.h"
#include "core/gguf/metadata.h"
#include "core/gguf/parts.h"
#include "core/gguf/scaling.h"
#include "core/io/warnings.h"
#include "core/text.h"

namespace ropescope {

namespace {

/// The embedding of layers without a window.
RopeConfig read_rope(gguf::Metadata& metadata) {
  RopeConfig rope;
  rope.arithmetic.rounding = Rounding::once; // ggml_rope computes in float32 whatever its rows are
  rope.base = metadata.number("rope.freq_base").value_or(10000);
  rope.scaling.max_position_embeddings = static_cast<double>(metadata.integer("context_length").value_or(0));
  if (const auto original = metadata.integer("rope.scaling.original_context_length"); original && *original != 0)
    rope.scaling.original_max_position_embeddings = static_cast<double>(*original);
  // The order matters: layouts and factors need the number of pairs, the query scale the trained length.
  gguf::set_dimensions(rope, metadata);
  gguf::set_layout(rope, metadata);
  gguf::set_scaling(rope, metadata);
  gguf::set_query_scale(rope, metadata);
  return rope;
}

} // namespace

Model read_gguf(InputFile& input, const std::string& name) {
  Model model;
  Warnings warnings;
  gguf::Parts parts(input, name, warnings);
  GgufFile& file = parts.metadata();
  gguf::Metadata metadata(parts, warnings);
  const std::string_view nearest = metadata.code().model_type;
  model.architecture = metadata.architecture();
  model.model_type = nearest.empty() ? model.architecture : std::string(nearest);
  model.layout_source = metadata.is_known() ? LayoutSource::architecture : LayoutSource::unknown_architecture;
  const auto title = file.text("general.name");
  model.name = title && !title->empty() ? printable(*title) : name;
  model.layers = gguf::read_layers(read_rope(metadata), metadata);
  model.head_counts = gguf::head_counts(metadata);
  // Last, when everything that is understood has been asked for.
  metadata.warn_of_the_rest();
  model.warnings = warnings.take();
  for (const LayerRope& layer : model.layers) try {
      validate(layer.config);
    } catch (const Error& error) {
      file.refuse(error.what());
    }
  return model;
}

} // namespace ropescope
