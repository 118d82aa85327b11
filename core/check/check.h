#pragma once
#include <stop_token>

#include "core/check/basics/run.h"
#include "core/check/finding.h"

namespace ropescope {

/// What a kernel did. The rotation is measured first: for every way to pair components, each token and pair has a
/// complex ratio out/in; ratios of neighbouring tokens give frequencies, each token's ratios the position it was taken
/// to be at. Causes are read off that, simplest first, and proved by predicting rows: all of them, or a sample of
/// tokens where the kernel does not rotate all heads of a token alike. README.md has the stages. Throws Error where
/// require_judgeable does, and Cancelled (core/check/basics/cancelled.h) soon after a stop is requested.
Finding check(const KernelRun&, const std::stop_token& stop = {});

/// The same without the search for two mistakes at once, which takes as long as all the rest: to compare readings.
Finding check_briefly(const KernelRun&, const std::stop_token& stop = {});

} // namespace ropescope
