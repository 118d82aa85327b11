#pragma once
#include <string>

#include "core/check/finding.h"
#include "core/check/kernel_run.h"

namespace ropescope {

/// What a kernel did. The rotation is measured first: for every way to pair components, each token and pair has a
/// complex ratio out/in; ratios of neighbouring tokens give frequencies, each token's ratios the position it was taken
/// to be at. Causes are read off that, simplest first, and proved by predicting every row.
/// Throws Error where require_judgeable does.
Finding check(const KernelRun&);

/// One sentence on the causes, for a person.
std::string sentence_of(const std::vector<Cause>&, const KernelRun&);

/// The file that would tell the causes apart, half a sentence; empty where none is known.
std::string decide_by(const std::vector<Cause>&, const std::vector<Cause>& indistinguishable);

/// What `check --json` prints.
std::string finding_json(const Finding&, const KernelRun&);

} // namespace ropescope
