#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/rope/config.h"

namespace ropescope {

/// How the components of a head are shared out among the axes of a class.
enum class AxisSplit : std::uint8_t {
  stated,       ///< as the file's list says (AxialClass::dims_key), else AxialClass::dims
  sixths,       ///< Wan: 2·⌊d/6⌋ for rows and for columns, the rest for frames
  eighths,      ///< CogVideoX: d/4 for frames, 3d/8 for rows and for columns
  equal,        ///< the same for each: d/n, of whole pairs; what is left passes
  half_head,    ///< one axis over the first half of the head (Stable Audio)
  listed_pairs, ///< rope_freq_dim pairs for each axis (MiniMax-H3)
  all_heads,    ///< LTX: one spectrum over all heads, equal axes, what is left over leads
  sections,     ///< M-RoPE: mrope_section says how many pairs an axis turns; frequencies run on
  added         ///< Mochi: every axis turns every pair; frequencies are learned
};

/// What the code of one class of diffusers says of its rotary embedding that no file does. A row is data: what a class
/// needs beyond it, a number under a key of its file, is named by its key.
struct AxialClass {
  std::string_view name;        ///< `_class_name` of a config.json
  std::string_view rotary = {}; ///< the classes or functions that make its angles, blanks between
  std::string_view layer = {};  ///< where the class has several: "video", "audio"
  std::string_view axes;        ///< "t h w"
  AxisSplit split = AxisSplit::stated;
  std::string_view dims_key = {};
  std::array<std::int64_t, 4> dims = {};
  std::int64_t head_dim = 128;     ///< where the file says nothing
  std::int64_t heads = 1;          ///< of all_heads and `added`, where the file says nothing
  std::string_view theta_key = {}; ///< empty: no file states it
  double theta = 10000;
  Pairing pairing = Pairing::interleaved;
  bool block_of_axis = false; ///< each axis's block is paired within itself
  PairSequence order = PairSequence::blocks;
  FrequencyCount count = FrequencyCount::restart;
  AngleTable table = AngleTable::of_pairs;
  AxisRule rule = AxisRule::listed;             ///< of `sections`: which pairs turn by which axis
  RopeType scheme = RopeType::standard;         ///< of each axis, where factors are
  std::string_view factors_key = {};            ///< a list of them, or a prefix of one key for each axis
  std::array<double, 4> factors = {1, 1, 1, 1}; ///< where the file has none
  std::string_view base_factor_key = {};        ///< a number that the base is multiplied by (Lumina-Next)
  std::string_view linear_key = {};             ///< a number that every frequency is divided by
  std::string_view side_first_key = {};         ///< PlaceRule::side_first
  std::string_view time_first_key = {};         ///< PlaceRule::time_first, counted on
  std::string_view base_grid_keys[2] = {};      ///< PlaceRule::side_rows and side_columns, in patches after division
  std::string_view switch_key = {};             ///< a flag or number that this row wants set in the file; "!": unset
  PlaceRule positions = {};
};

/// Every row. Rows of one name lie together; the first whose switch fits counts, and all of other layers.
std::span<const AxialClass> axial_classes();

/// How a class of transformers places its tokens, and the list of axes of those that no AxisRule names.
struct PlacedType {
  std::string_view model_type;
  std::string_view rotary = {}; ///< the class in its code that makes the angles
  PlaceRule positions = {};
  std::string_view axes = {}; ///< names of a listed rule; empty: as the model_type has it
  AxisSplit split = AxisSplit::equal;
  PairSequence order = PairSequence::blocks;
  FrequencyCount count = FrequencyCount::restart;
  AngleTable table = AngleTable::of_pairs;
  bool block_of_axis = false;
  bool merges = false; ///< patches lie in blocks by the file's spatial_merge_size, which the class has no default of
  bool keeps_rows = false; ///< its code lays patches row by row, whatever spatial_merge_size says
  double gain = 1;
  std::int64_t times_axis = -1;
  int direction = +1;
};

std::span<const PlacedType> placed_types();

/// Null where there is none.
const PlacedType* find_placed_type(std::string_view model_type);

} // namespace ropescope
