#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace ropescope::lecture {

class ClaimEngine;

/// How the two sides of a claim are compared.
enum class Comparison : unsigned char {
  equal,    ///< "==": to 1e-12 of the right side, or of 1 where that is smaller
  about,    ///< "~": to half a unit of the last digit that is written
  less,     ///< "<"
  greater,  ///< ">"
  at_most,  ///< "<="
  at_least, ///< ">="
};

/// "pose: score(37) ~ 0.5532": what a step says, in a form that can be computed.
struct Claim {
  bool at_pose = false; ///< "pose:" in front: of the scene before the motion
  std::string left, right;
  Comparison comparison = Comparison::equal;
  double half_unit = 0; ///< of the right side's last digit, where that is what counts
};

/// Throws Error, one sentence, where it cannot be read: no comparison, an expression that is wrong, "~" before what is
/// not a plain number.
Claim read_claim(std::string_view text);

/// What a claim came to.
struct Judged {
  bool holds = false;
  double left = 0; ///< what was computed
};

/// Throws Error where a side cannot be computed.
Judged judge(const Claim&, ClaimEngine&);

/// Half a unit of the last digit of a decimal number as it is written: 0.005 of "2.90", 500 of "2.559e6"; nothing
/// where it is no such number.
std::optional<double> half_unit_of(std::string_view number);

} // namespace ropescope::lecture
