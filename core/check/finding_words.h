#pragma once
#include "core/check/finding.h"
#include "core/check/run.h"

namespace ropescope {

/// Fills in what follows from the rest of a finding: facts, sentences, what was tried in words.
void put_into_words(Finding&, const KernelRun&);

} // namespace ropescope
