#pragma once
#include <string>
#include <vector>

#include "core/check/basics/run.h"
#include "core/check/finding.h"

namespace ropescope {

/// Fills in what follows from the rest of a finding: facts, sentences, what was tried in words.
void put_into_words(Finding&, const KernelRun&);

/// The file that would tell the causes from those that look alike, half a sentence; empty where there are none.
std::string decide_by(const std::vector<Cause>&, const std::vector<Cause>& indistinguishable);

} // namespace ropescope
