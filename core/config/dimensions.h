#pragma once
#include <string_view>

#include "core/config/object.h"
#include "core/rope/config.h"

namespace ropescope::config {

/// rope_theta of the rope parameters that count (null: there are none), else of the file, else the class's own.
double base_of(const Object&, const Json* parameters);

/// The base of the sliding layers of a model that has two; nothing of others.
std::optional<double> local_base_of(const Object&);

/// Components of a head, those that turn, and those of a query before the head. `layer_type`: of a model whose layer
/// types differ. `partial_in_dictionary`: the rope parameters state partial_rotary_factor, and it is set already.
void set_dimensions(RopeConfig&, const Object&, std::string_view layer_type, bool partial_in_dictionary);

/// Whether the file's rotary_dim, if it has one, says how much of a head turns.
bool reads_rotary_dim(const Object&);

/// The class's rope parameters of layers of that type, where it has any.
const Json* class_parameters(const Object&, std::string_view layer_type);

/// Every number of query or key heads that an object of a config.json states; whatever else it holds is not looked at.
std::vector<std::int64_t> head_counts(const Json&);

} // namespace ropescope::config
