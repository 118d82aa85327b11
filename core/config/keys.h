#pragma once
#include <vector>

#include "core/config/object.h"
#include "core/io/json_value-inl.h"
#include "core/model/model.h"

namespace ropescope::config {

/// Whether an object of a config.json has a key that says how its model rotates; null counts as a key.
bool has_rope_key(const Json&);

/// The same where null does not count.
bool has_rope_value(const Json&);

/// Whether it says by what frequencies it turns, and not only how much of a head: a base or a scaling, null or not.
bool states_frequencies(const Json&);

/// Whether it says outright that it rotates: "position_embedding_type": "rotary", "use_rope": true …
bool states_rotation(const Json&);

/// Keys about rotary embeddings that nobody here reads: a warning; an Error where they change the numbers and cannot be
/// honoured.
void judge_other_keys(const Object&);

/// What judge_other_keys() does, of one key of the rope parameters.
void judge_other_key(const Object&, std::string_view key, const Json& value, const std::string& place);

/// Keys that only some models' code reads, and not that of these layers.
void warn_of_unread_keys(const Object&, const Model&);

} // namespace ropescope::config
