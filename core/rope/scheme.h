#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/rope/config.h"
#include "core/rope/frequencies.h"
#include "core/rope/scheme_keys.h"

namespace ropescope {

/// What a scheme changes, where that tells how other things follow from it.
enum class ActsOn : std::uint8_t {
  nothing,      ///< frequencies stay, or some are taken away
  every_pair,   ///< all are divided alike, as if positions were
  base,         ///< the base is another
  pair_index,   ///< each pair by its index
  wavelength,   ///< each pair by its own wavelength
  given_factors ///< each pair by a number that the file holds
};

/// What a model that is called again and again keeps from call to call (core/rope/call_sequence.h).
enum class CallMemory : std::uint8_t {
  fixed,        ///< nothing changes
  chooses,      ///< every call chooses by its own length
  grows,        ///< the longest call so far counts for all that follow
  grows_returns ///< the same, until a call is shorter than the context
};

/// A slider of the panel: one parameter, or two that bound a range.
struct SchemeControl {
  std::string_view label;
  const Parameter* low;
  const Parameter* high = nullptr; ///< nothing: one parameter alone
  double least, greatest;          ///< of the slider
  /// How `check` calls a kernel that has taken one for the other; empty where nobody does.
  std::string_view swapped = {};
};

/// One row for each scaling scheme. Whatever lists schemes iterates all_schemes().
struct Scheme {
  RopeType type;
  std::string_view name;                          ///< as a config.json writes `rope_type`
  std::string_view option = {};                   ///< as people choose it, where not by its name: "none"
  std::span<const std::string_view> aliases = {}; ///< what older files and forks write
  std::string_view title;                         ///< as people call it
  std::string_view label;                         ///< the same, short enough for a button
  std::string_view idea;                          ///< what it does to the frequencies, one line
  std::string_view source;                        ///< paper or code
  ActsOn acts_on = ActsOn::nothing;
  CallMemory memory = CallMemory::fixed;
  bool takes_factor = true;      ///< the context becomes longer by a factor
  bool spans_whole_head = false; ///< its table is as wide as the head, whatever turns
  bool of_repository = false;    ///< the YaRN authors' own: Hugging Face has none of that name
  bool original_length_above =
      false;                      ///< the file's own original_max_position_embeddings counts before the dictionary's
  bool offered = true;            ///< the panel has a button for it; others are shown where a model uses them
  bool compared_at_first = false; ///< drawn beside the scheme in force from the start

  std::span<const Parameter* const> parameters = {}; ///< beside those that all have
  std::span<const Parameter* const> required = {};   ///< that a config.json must state
  const Parameter* excuses = nullptr;                ///< where that is stated, nothing is required
  std::span<const SchemeControl> controls = {};

  /// Throws Error, one sentence, where the config cannot yield frequencies under this scheme.
  void (*validate)(const RopeConfig&) = nullptr;

  /// Makes a config that was under another scheme one of this, beyond rope_type and factor. Returns false where that
  /// cannot be. Nothing: there is nothing to do.
  bool (*adopt)(RopeConfig&) = nullptr;

  /// Why adopt() says no, a sentence with what to do.
  std::string_view cannot_adopt = {};

  schemes::Frequencies<schemes::Exact> (*exact)(const RopeConfig&, std::optional<double> seq_len);
  schemes::Frequencies<schemes::PyTorch> (*pytorch)(const RopeConfig&, std::optional<double> seq_len);

  /// The choice that the scheme made for this length, a sentence; empty where it had none.
  std::string (*sentence)(const RopeConfig&, std::optional<double> seq_len) = nullptr;

  std::string_view choice() const { return option.empty() ? name : option; }
  bool has(const Parameter&) const; ///< among its parameters
};

/// Every scheme, in the order of core/rope/scheme_list.h.
std::span<const Scheme* const> all_schemes();

const Scheme& scheme_of(RopeType);
inline const Scheme& scheme_of(const RopeConfig& config) { return scheme_of(config.scaling.rope_type); }

/// By name, option or alias; null where there is none.
const Scheme* find_scheme(std::string_view name);

/// The parameter of that key of whichever scheme has it; null where none does.
const Parameter* find_scheme_parameter(std::string_view key);

/// The parameters of all schemes, each key once.
std::span<const Parameter* const> scheme_parameters();

} // namespace ropescope

/// The rows themselves, each defined in the file of its name in core/rope/schemes.
namespace ropescope::schemes {
#define ROPESCOPE_SCHEME(name) extern const Scheme name;
#include "core/rope/scheme_list.h"
#undef ROPESCOPE_SCHEME
} // namespace ropescope::schemes
