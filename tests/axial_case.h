#pragma once
#include <string>
#include <vector>

#include "core/rope/embedding.h"
#include "core/rope/positions.h"
#include "tests/golden.h"

namespace ropescope::test {

/// A file of golden/axial as our own types: the config read as a file of its class, the positions made of its grid.
struct AxialCase {
  std::string name;
  RopeConfig rope;
  Positions positions;            ///< of all tokens, in the order of our axes
  std::vector<double> units;      ///< of each axis: what our positions are multiplied by to be the file's (DINOv3)
  std::vector<std::string> names; ///< of our axes, as the file calls them
  std::vector<std::int64_t> rows; ///< tokens whose q the file has
  RowShape shape;                 ///< of q
  std::vector<double> q;

  Positions of_rows() const; ///< positions of `rows`
};

/// Throws Error where the file asks for something that we do not know.
AxialCase axial_case(const Json&);

/// How far its published float32 is from its own float64 at most: large angles in float32, and one class that rounds to
/// bfloat16.
double float32_tolerance(const std::string& name);

/// One sentence of what of a file differs: positions, axes, frequencies, cos or sin; empty where all agree.
std::string differing_part(const AxialCase&, const Json& file);

/// Checks the rows of a file as an engine turns them: float64 within 1e-9, float32 within 2e-6 of the exact ones and
/// within the published code's own noise of its float32.
void check_axial_rows(Engine&, const Json& file);

} // namespace ropescope::test
