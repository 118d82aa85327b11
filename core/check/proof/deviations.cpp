#include "core/check/proof/deviations.h"

#include <cmath>
#include <set>

namespace ropescope {

Deviations deviations(const KernelRun& run, const RowSample& sample, const std::vector<double>& expected,
                      const RowProof& proof, const PairComponents& at) {
  Deviations found;
  found.tokens = static_cast<std::int64_t>(sample.tokens.size());
  found.pairs = at.pairs();
  found.heads = run.heads;
  found.rest = static_cast<std::int64_t>(at.rest.size());
  std::set<std::int64_t> tokens, heads;
  std::vector<std::uint8_t> components(static_cast<std::size_t>(sample.width));
  double input = 0, zero = 0, most = -1;
  for (std::size_t t = 0; t < sample.tokens.size(); ++t)
    for (std::int64_t r = 0; r < sample.rows; ++r) {
      const RowPlace place = place_of_row(run, r, sample.tokens[t]);
      const std::size_t row = sample.row(t, static_cast<std::size_t>(r));
      bool off = false;
      for (std::int64_t j = 0; j < sample.width; ++j) {
        const std::size_t n = row + static_cast<std::size_t>(j);
        if (const double error = std::abs(sample.out[n] - expected[n]); error > most) {
          most = error;
          found.worst = place;
          found.worst_component = j;
          found.worst_out = sample.out[n];
          found.worst_expected = expected[n];
        }
        if (!proof.off[n]) continue;
        off = true;
        components[static_cast<std::size_t>(j)] = 1;
        input += sample.out[n] == sample.in[n];
        zero += sample.out[n] == 0;
      }
      if (!off) continue;
      tokens.insert(place.token);
      heads.insert(place.head);
    }
  const auto is_off = [&](std::int64_t component) { return components[static_cast<std::size_t>(component)] != 0; };
  found.tokens_off = static_cast<std::int64_t>(tokens.size());
  found.heads_off.assign(heads.begin(), heads.end());
  for (std::int64_t i = 0; i < at.pairs(); ++i)
    if (is_off(at.out_first[static_cast<std::size_t>(i)]) || is_off(at.out_second[static_cast<std::size_t>(i)]))
      found.pairs_off.push_back(i);
  for (const std::int64_t j : at.rest)
    if (is_off(j)) found.rest_off.push_back(j);
  const auto count = static_cast<double>(std::max<std::int64_t>(1, proof.count));
  found.share = static_cast<double>(proof.count) / static_cast<double>(std::max<std::size_t>(1, proof.off.size()));
  found.equal_input = input / count;
  found.equal_zero = zero / count;
  return found;
}

} // namespace ropescope
