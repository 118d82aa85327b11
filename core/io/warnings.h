#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ropescope {

/// What a reader has to say of a file: sentences without a full stop. A file decides how many there are and what is in
/// them, so both have limits: ten sentences, then "and more of the kind"; of each 400 bytes, printable.
class Warnings {
public:
  void add(std::string_view sentence);

  std::vector<std::string> take() { return std::move(sentences_); }

private:
  std::vector<std::string> sentences_;
};

} // namespace ropescope
