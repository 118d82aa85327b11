#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace ropescope {

/// What of a picture can be grabbed, by the names that lectures use; empty where the picture has nothing.
std::vector<std::string> handles_of(std::string_view picture);

/// The control of a handle as pictures note it, by a property's key ("m"), in the order of trying.
std::vector<std::string_view> control_keys_of(std::string_view handle);

} // namespace ropescope
