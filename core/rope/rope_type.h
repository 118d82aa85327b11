#pragma once
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace ropescope {

/// How the frequencies are extended to longer contexts: one enumerator for each line of core/rope/scheme_list.h.
enum class RopeType : std::uint8_t {
#define ROPESCOPE_SCHEME(name) name,
#include "core/rope/scheme_list.h"
#undef ROPESCOPE_SCHEME
};

/// In the list's order.
inline constexpr RopeType all_rope_types[] = {
#define ROPESCOPE_SCHEME(name) RopeType::name,
#include "core/rope/scheme_list.h"
#undef ROPESCOPE_SCHEME
};

/// "default", "linear", … as a config.json writes it and `freqs` prints it.
std::string_view rope_type_name(RopeType);

/// How people call it: "no extension", "PI", "NTK-aware", "YaRN", …
std::string_view rope_type_title(RopeType);

/// Accepts every `rope_type` of a config.json and the aliases of older files ("su", "mrope", "none").
std::optional<RopeType> rope_type_from_name(std::string_view);

} // namespace ropescope
