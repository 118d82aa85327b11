#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/check/basics/run.h"

namespace ropescope {

/// How the numbers of an output are spaced: as the narrowest format has them that holds them all. Numbers of 8 bits
/// lie in wider files mostly, times a scale: a cache that was read back.
struct RowFormat {
  /// What one scale is shared by.
  enum class Scaled : std::uint8_t { no, tensor, row, channel, block };

  NumberFormat format =
      NumberFormat::float32; ///< of the numbers by their scale; of int8 and float4, what they are stored in
  bool int8 = false;         ///< whole multiples of the scale, up to 255 of them
  bool int4 = false;         ///< of int8: up to 8 multiples alone
  bool int16 = false;        ///< up to 65 535 multiples; not of 8 bits
  bool float4 = false;       ///< float4_e2m1, in blocks: 0, ½, 1, 1½, 2, 3, 4 and 6 of the scale
  double least_step = 0;     ///< of float8 and float4: spacing of the least numbers, in units of the scale
  Scaled scaled = Scaled::no;
  std::int64_t block = 0;   ///< components of a row under one scale, where they are fewer than a head (ggml's Q8_0: 32)
  std::vector<float> scale; ///< none; one; per row [outer][tokens][inner]; per channel [outer][inner][head_dim]; or per
                            ///< block [outer][tokens][inner][head_dim / block]

  /// Whole multiples of the scale.
  bool whole() const { return int8 || int16; }
  /// Or fewer.
  bool of_8_bits() const {
    return int8 || float4 || format == NumberFormat::float8_e4m3 || format == NumberFormat::float8_e5m2;
  }
  /// Half the spacing of the numbers at 1.
  double unit() const { return float4 ? 0.25 : properties_of(format).spacing / 2; }

  /// "float8_e4m3, one scale a row".
  std::string words() const;
};

/// Of the input or the output of a run.
RowFormat row_format(const Array&, const RowShape&);

} // namespace ropescope
