#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/check/basics/run.h"
#include "core/check/evidence/reduce.h"
#include "core/check/evidence/rounding_noise.h"

namespace ropescope {

/// What turns by one angle, of a token: a pair; of a mixed convention, whose pairs have two, a component. Sums over the
/// rows of out², out·x, out·y, x², y² and x·y, where the kernel should write out = x·cos − y·sin; of a pair the sums of
/// both components.
struct UnitSum {
  double oo = 0, ox = 0, oy = 0, xx = 0, yy = 0, xy = 0;
};

/// What rounding explains of a unit of a token, and how much there is.
struct UnitScore {
  double error = 0, energy = 0, allowed = 0;
  bool outlier = false;
};

/// The units of some tokens of a run under one way to pair components: what hypotheses about axes are held against.
class UnitSums {
public:
  /// Of pairs.
  UnitSums(const Reduced&, const Noise&);
  /// Of components, two for each pair: of the first, then of the second.
  UnitSums(const KernelRun&, const PairComponents&, std::vector<std::int64_t> tokens, const Noise&);

  std::size_t units() const { return units_; }
  const std::vector<std::int64_t>& tokens() const { return tokens_; }
  const UnitSum& of(std::size_t token, std::size_t unit) const { return sums_[token * units_ + unit]; }
  std::size_t pair(std::size_t unit) const { return mixed_ ? unit / 2 : unit; }
  bool mixed() const { return mixed_; }
  const Noise& noise() const { return noise_; }

  /// A unit turned by an angle (rad) under a gain; `cos`, `sin`: of that angle, as somebody's table has them.
  UnitScore score(std::size_t token, std::size_t unit, double angle, double cos, double sin) const;
  UnitScore score(std::size_t token, std::size_t unit, double angle, double gain) const;

  /// The angle of every unit of every token as sums of pairs have it (out·conj(in) of an input of length 1), for
  /// frequencies to be fitted to. A component tells it where its token has two rows or more.
  Reduced as_turns() const;

  /// What should pass unchanged.
  const std::vector<RestSums>& rest() const { return rest_; }

private:
  const Noise& noise_;
  const PairComponents* at_ = nullptr;
  bool mixed_ = false;
  std::size_t units_ = 0;
  std::vector<std::int64_t> tokens_;
  std::vector<UnitSum> sums_; ///< [token][unit]
  std::vector<RestSums> rest_;
};

} // namespace ropescope
