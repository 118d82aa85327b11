#pragma once
#include <map>
#include <vector>

#include "core/check/search/candidate.h"
#include "core/check/search/evidence.h"
#include "core/check/search/position_fit.h"

namespace ropescope {

/// A candidate, and how well it can fit with any positions.
struct Screened {
  Candidate candidate;
  FreeFit fit;
  bool other_gain = false; ///< than the model's, and than comes with the frequencies

  double merit() const; ///< share of tokens explained, less what its causes must be worth
  bool moved() const;   ///< most tokens are elsewhere than given, so that positions need an account too
};

/// Screens layouts × frequencies × operations, those with fewer causes first, on a sample of tokens.
class Screening {
public:
  /// `rotated`: rows that count.
  Screening(const Evidence&, const RowFilter& rotated);

  /// Throws Cancelled.
  void run();

  const std::vector<Screened>& screened() const { return screened_; }

  /// At most three, the best first; of those that explain alike, one whose numbers people choose.
  std::vector<const Screened*> most_promising() const;

  /// The measured frequencies under a layout; empty where they were not needed.
  std::vector<FrequencyFit> fits_of(const LayoutChoice&) const;

  /// The frequencies that were tried under a layout; empty where none were. `even_if_new`: makes them now where the
  /// search did not need them, unless no angles could explain that layout.
  std::vector<FrequencyChoice> choices_of(const LayoutChoice&, bool even_if_new);

private:
  /// A layout whose pairs keep their length, and what was measured under it.
  struct MeasuredLayout {
    const LayoutChoice* layout;
    Reduced screened, fitted;
    std::vector<FrequencyFit> fits;
  };

  void measure_layouts();
  void measure_frequencies(MeasuredLayout&);
  Screened screen(const MeasuredLayout&, Candidate) const;
  void screen_layout(MeasuredLayout&, std::size_t causes);
  const std::vector<FrequencyChoice>& choices_of(MeasuredLayout&);
  PairTurns near(const LayoutChoice&) const;
  bool done() const;

  const Evidence& evidence_;
  const RowFilter& rotated_;
  std::vector<MeasuredLayout> measured_;
  std::map<const LayoutChoice*, std::vector<FrequencyChoice>> choices_;
  std::vector<Screened> screened_;
};

} // namespace ropescope
