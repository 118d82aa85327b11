#pragma once
#include <string>
#include <vector>

#include "app/scene/kernel_check.h"

namespace ropescope {

/// What was tried, short enough for a line of a list: "base 10 000 instead of 500 000".
std::string in_words(const std::vector<Cause>&, const KernelRun&);

/// What an arithmetic is called: "bfloat16 positions".
std::string recipe_words(std::string_view recipe);

/// What agrees and what does not, each in a few words with the number that was measured.
std::vector<Fact> facts_of(const Finding&, const KernelRun&);

} // namespace ropescope
