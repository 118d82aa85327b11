#pragma once
#include <string>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/run.h"

namespace ropescope {

/// Something that the kernel does, and whether it does it as the model asks, or nearly so.
struct Fact {
  enum class State : std::uint8_t {
    agrees,
    differs,
    weaker, ///< otherwise than the model, without harm
    unseen  ///< something else hides it
  };
  FactKind kind = FactKind::rotation;
  std::string words;
  State state = State::unseen;
};

/// What agrees and what does not, each in a few words, in the order of FactKind. A fact that a cause crosses out says
/// the cause; no fact agrees that a cause speaks against. `gains`: as measured of every pair.
std::vector<Fact> facts_of(const std::vector<Cause>&, const std::vector<double>& gains, const KernelRun&);

} // namespace ropescope
