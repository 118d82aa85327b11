#pragma once
#include <stdexcept>
#include <string>

namespace ropescope {

/// Input, arguments or a machine that cannot be used. `what()` is one sentence for a person: it names the
/// file or the option, the place in it, and what was expected. The command line ends with exit status 2,
/// the window shows the sentence and goes on with what it had.
class Error : public std::runtime_error {
public:
  explicit Error(const std::string& sentence) : std::runtime_error(sentence) {}
};

} // namespace ropescope
