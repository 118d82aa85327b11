#include "core/check/evidence/pair_components.h"

namespace ropescope {

PairComponents pair_components(const PairIndex& index, std::int64_t head_dim, std::int64_t pairs) {
  PairComponents at;
  // What is covered is what is written: a component that no pair writes should come out as it went in.
  std::vector<std::uint8_t> covered(static_cast<std::size_t>(head_dim), 0);
  // Spelled out once a layout, so that inner loops need no arithmetic of indices.
  for (std::int64_t i = 0; i < pairs; ++i) {
    at.in_first.push_back(index.in_first(i));
    at.in_second.push_back(index.in_second(i));
    at.out_first.push_back(index.out_first(i));
    at.out_second.push_back(index.out_second(i));
    covered[static_cast<std::size_t>(at.out_first.back())] = covered[static_cast<std::size_t>(at.out_second.back())] =
        1;
  }
  for (std::int64_t j = 0; j < head_dim; ++j)
    if (!covered[static_cast<std::size_t>(j)]) at.rest.push_back(j);
  return at;
}

} // namespace ropescope
