#include "core/io/warnings.h"

#include "core/text.h"

namespace ropescope {

void Warnings::add(std::string_view sentence) {
  constexpr std::size_t most = 10, longest = 400;
  // One more than `most` is there: the last says that some are missing.
  if (sentences_.size() > most) return;
  if (sentences_.size() == most) {
    sentences_.emplace_back("and more of the kind");
    return;
  }
  if (sentence.size() <= longest) {
    sentences_.push_back(printable(sentence));
    return;
  }
  // Cut before printable() looks at it: the rest may be megabytes.
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(sentence[end]) & 0xc0) == 0x80) --end; // no half characters
  sentences_.push_back(printable(sentence.substr(0, end)) + "…");
}

} // namespace ropescope
