#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/number_format.h"

namespace ropescope {

/// Some numbers that may lie on a grid of 8 bits or fewer under one scale, and by how much their storage rounds them,
/// relative.
struct Group {
  std::vector<double> numbers; ///< lengths, without zeros
  double rounding = 0;

  double greatest() const { return *std::max_element(numbers.begin(), numbers.end()); }
};

/// The scale of a group, and how much it tells.
struct Told {
  double scale = 0;
  double nats = 0; ///< −ln of the chance that numbers which lie on no such grid fit as well; numbers that come again
                   ///< and the one that the scale was made of tell nothing
};

/// The scale under which a float8 format holds a group; nothing where none does. First the one that makes the greatest
/// number the format's greatest, as most quantisers choose it.
std::optional<Told> float8_scale(const Group&, NumberFormat);

/// The step that a group's numbers are whole multiples of, at most 255 of them: a 127th of the greatest where that
/// fits, else the longest.
std::optional<Told> whole_step(const Group&);

/// The same of at most 65 535 steps, and naturally of 32 767.
std::optional<Told> step_of_16_bits(const Group&);

/// The same of at most 8 steps, as numbers of 4 bits have. float8_e5m2 holds those too.
std::optional<Told> step_of_4_bits(const Group&);

/// The scale under which float4_e2m1 holds a group: 0, ½, 1, 1½, 2, 3, 4 and 6 of it (OCP Microscaling Formats 1.0,
/// §5.3.3; NVFP4 and MXFP4 store blocks of 16 and 32 so). Where several do, the longest.
std::optional<Told> float4_scale(const Group&);

} // namespace ropescope
