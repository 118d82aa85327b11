#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/config/parts.h"
#include "core/io/json_value-inl.h"
#include "core/model/model.h"

namespace ropescope::config {

/// How the tokens of a model_type are placed, and its list of axes where it has one (PlacedType); sections and
/// dimensions are set before. Nothing where the type has no row.
void set_placed_axes(RopeConfig&, std::string_view model_type, const Json& file);

/// What an omni or vision-language file says of time outside of its language model: positions a second, chunks.
void take_stream_rates(const Json& root, const Part&, Model&);

/// One sentence for a model whose code turns the two components of a pair by different angles, and how far a shift of
/// all positions moves a score there; empty for a rotation.
std::string mixed_sentence(const RopeConfig&);

/// "t", "h", "w" of "t h w".
std::vector<std::string> axis_words(std::string_view);

} // namespace ropescope::config
