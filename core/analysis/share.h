#pragma once

namespace ropescope {

/// The share of attention that one key of score z has among N keys, the others normal noise of σ = 1, all scores
/// multiplied by g (a temperature 1/g): e^{gz}/(e^{gz} + (N − 1)e^{g²/2}), as the mean of e^{gx} is e^{g²/2}.
/// 0 … 1. Requires N ≥ 1.
double attention_share(double keys, double needle, double gain);

/// The score z at which a needle's share is the same among `trained` keys as they are, and among `target` keys whose
/// scores are multiplied by `gain`: (ln((T − 1)/(L − 1)) + (g² − 1)/2)/(g − 1). Above it the gain gives more than the
/// keys take. NaN where the gain is 1 or there are fewer than 2 keys.
double breakeven_needle(double trained, double target, double gain);

} // namespace ropescope
