#pragma once
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/check/evidence/frequency_fit.h"

namespace ropescope {

/// Frequencies (rad/token, per pair) that a parameter's value yields; nothing where there are none.
using FrequenciesOf = std::function<std::optional<std::vector<double>>(double value)>;

/// The value between two positive numbers that fits measured frequencies best, whatever their sign; the simplest as a
/// person would write it, of those that fit as well. Nothing where no value yields frequencies.
std::optional<double> fit_parameter(const FrequenciesOf&, std::span<const FrequencyFit> measured, double least,
                                    double greatest);

} // namespace ropescope
