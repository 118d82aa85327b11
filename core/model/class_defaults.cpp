#include "core/model/class_defaults.h"
namespace ropescope {
std::span<const ClassDefaults> class_defaults() { return {}; }
const ClassDefaults* find_class_defaults(std::string_view) { return nullptr; }
} // namespace ropescope
