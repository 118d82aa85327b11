#include "app/pictures/parts.h"

namespace ropescope {

namespace {

constexpr const Picture* rows[] = {
#define ROPESCOPE_PICTURE(name) &pictures::name##_picture,
#include "app/pictures/list.h"
#undef ROPESCOPE_PICTURE
};

} // namespace

std::span<const Picture* const> all_pictures() { return rows; }

} // namespace ropescope
