#include "core/array.h"

namespace ropescope {

std::int64_t Array::size() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

} // namespace ropescope
