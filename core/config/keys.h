#pragma once
#include <vector>

#include "core/config/object.h"
#include "core/model/model.h"

namespace ropescope::config {

/// Whether an object of a config.json has a key that says how its model rotates; null counts as a key.
bool has_rope_key(const Json&);

/// The same where null does not count.
bool has_rope_value(const Json&);

/// Keys about rotary embeddings that nobody here reads.
void warn_of_unknown_keys(const Object&);

/// Keys that only some models' code reads, and not that of these layers.
void warn_of_unread_keys(const Object&, const Model&);

} // namespace ropescope::config
