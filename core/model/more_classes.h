#pragma once
#include <span>

#include "core/model/class_defaults.h"

namespace ropescope {

/// Classes that no release of transformers has: their code lies beside the models' files, or did before transformers
/// took them under another name. Rows as in class_defaults.h, written by hand, in no order; they count before its own.
std::span<const ClassDefaults> more_classes();

} // namespace ropescope
