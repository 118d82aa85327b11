#pragma once
#include "core/io/json_value-inl.h"
#include "core/model/model.h"

namespace ropescope::config {

/// Whether a file says its axes itself, as an object "rope_axes": a model whose class is in no table here.
bool states_axes(const Json& root);

/// Reads such a file:
///
///     {"head_dim": 128, "rope_theta": 256, "rope_axes": {
///        "axes": [{"name": "t", "components": 16}, {"name": "h", "components": 56, "base": 500},
///                 {"name": "w", "components": 56, "scheme": "ntk", "factor": 3}],
///        "order": "blocks", "frequencies": "restart", "pairing": "interleaved", "pairs_within": "head",
///        "positions": {"sides": "centred", "text": "origin"}}}
///
/// Only "axes" with "name" and "components" must be there; t counts frames, h or y rows, w or x columns, and l is
/// text's or an image's own. What is left out is as above or as in PlaceRule{}; words are the names of the enumerations
/// in core/rope/config.h and place_rule.h, and an axis may hold a pair as RIFLEx does
/// ("held_pair", "held_wavelength"). An unknown key or word is refused. Throws Error, naming the key.
void read_stated_axes(const Json& root, const ReadOptions&, Model&);

/// One value of one axis of a model that lists its axes: key "rope_axes.AXIS.KEY", where KEY is base, scheme, factor,
/// held_pair or held_wavelength as above (a scheme before its factor). False for a key that does not begin so. Throws
/// Error where the model has no such axis, the axis no such key, or the value is none.
bool set_axis_value(RopeConfig&, std::string_view key, const Json& value);

} // namespace ropescope::config
