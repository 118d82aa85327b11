#include "core/rope/scheme.h"

#include <algorithm>
#include <iterator>

namespace ropescope {

namespace {

constexpr const Scheme* rows[] = {
#define ROPESCOPE_SCHEME(name) &schemes::name,
#include "core/rope/scheme_list.h"
#undef ROPESCOPE_SCHEME
};

/// Schemes share parameters (scheme_keys.h); by key, as two files may define one of the same name.
std::vector<const Parameter*> each_parameter_once() {
  std::vector<const Parameter*> all;
  for (const Scheme* scheme : rows)
    for (const Parameter* parameter : scheme->parameters)
      if (std::none_of(all.begin(), all.end(), [&](const Parameter* p) { return p->key == parameter->key; }))
        all.push_back(parameter);
  return all;
}

} // namespace

bool Scheme::has(const Parameter& parameter) const {
  return std::any_of(parameters.begin(), parameters.end(),
                     [&](const Parameter* mine) { return mine->key == parameter.key; });
}

std::span<const Scheme* const> all_schemes() { return rows; }

// RopeType and `rows` are made from the same list in the same order, so the enumerator is the index.
const Scheme& scheme_of(RopeType type) { return *rows[static_cast<std::size_t>(type)]; }

const Scheme* find_scheme(std::string_view name) {
  const auto found = std::find_if(std::begin(rows), std::end(rows), [&](const Scheme* scheme) {
    const auto& aliases = scheme->aliases;
    return scheme->name == name || scheme->option == name ||
           std::find(aliases.begin(), aliases.end(), name) != aliases.end();
  });
  // Most rows have an empty `option`, which an empty name would match.
  return found == std::end(rows) || name.empty() ? nullptr : *found;
}

std::span<const Parameter* const> scheme_parameters() {
  static const std::vector<const Parameter*> all = each_parameter_once();
  return all;
}

const Parameter* find_scheme_parameter(std::string_view key) {
  for (const Parameter* parameter : scheme_parameters())
    if (parameter->key == key) return parameter;
  return nullptr;
}

std::string_view rope_type_name(RopeType type) { return scheme_of(type).name; }
std::string_view rope_type_title(RopeType type) { return scheme_of(type).title; }

std::optional<RopeType> rope_type_from_name(std::string_view name) {
  const Scheme* scheme = find_scheme(name);
  return scheme ? std::optional(scheme->type) : std::nullopt;
}

} // namespace ropescope
