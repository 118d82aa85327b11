#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// What a kernel may do to every number for itself: to the right one, or to the input's without any rotation.
class Values {
public:
  explicit Values(const PartContext& context) : context_(context), sample_(context.sample) {
    for (const double y : sample_.out) greatest_ = std::max(greatest_, std::abs(y));
  }

  std::optional<PartFound> find() const {
    if (auto found = written("absolute", [](double p) { return std::abs(p); })) return found;
    if (auto found = written("negative_zero", [](double p) { return std::max(p, 0.0); })) return found;
    if (auto found = written("clipped", [this](double p) { return std::clamp(p, -greatest_, greatest_); }))
      return found;
    if (!context_.as_expected()) return std::nullopt;
    if (auto found = function_of(context_.rows, "right")) return found;
    return function_of(sample_.in, "input");
  }

private:
  template <typename Function>
  std::optional<PartFound> written(const std::string& name, Function function) const {
    std::vector<double> predicted = context_.rows;
    std::size_t changed = 0;
    for (double& p : predicted) {
      const double y = function(p);
      changed += y != p;
      p = y;
    }
    // A limit that a single number meets is the greatest of them.
    constexpr std::size_t least = 4;
    if (changed < least) return std::nullopt;
    const auto residual = context_.whole(predicted);
    if (!residual) return std::nullopt;
    cause::ElementsWrong cause;
    cause.share = static_cast<double>(changed) / static_cast<double>(predicted.size());
    cause.equal_to = name;
    cause.limit = name == "clipped" ? greatest_ : 0;
    return PartFound{{cause}, *residual, nullptr};
  }

  /// Whether the output follows from `of` number by number: sorted by it, neighbours come out alike.
  std::optional<PartFound> function_of(const std::vector<double>& of, const std::string& name) const {
    constexpr std::size_t least = 500;
    if (of.size() < least || unrelated(of)) return std::nullopt;
    std::vector<std::size_t> order(of.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    // Of 16 bits many numbers are the same: in any order among those that rounding does not tell apart, so that parts
    // which are treated apart do not come one after the other.
    const double alike = std::min(2 * context_.evidence.noise.unit, 0.02);
    std::vector<double> key(of.size());
    std::minstd_rand random(1);
    for (std::size_t n = 0; n < key.size(); ++n)
      key[n] = of[n] * (1 + alike * (2.0 * static_cast<double>(random()) / static_cast<double>(random.max()) - 1));
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key[a] < key[b]; });
    // A factor alone is a gain, and another cause.
    const double slope = std::inner_product(of.begin(), of.end(), sample_.out.begin(), 0.0) /
                         std::max(std::inner_product(of.begin(), of.end(), of.begin(), 0.0), thresholds::nothing);
    double step = 0, size = 0, moved = 0;
    for (std::size_t n = 0; n < order.size(); ++n) {
      const double y = sample_.out[order[n]];
      size += std::abs(y);
      moved += std::abs(y - slope * of[order[n]]);
      if (n > 0) step += std::abs(y - sample_.out[order[n - 1]]);
    }
    // Unrelated numbers differ by as much as they are long; what is nearly the identity is arithmetic, or nothing.
    constexpr double related = 0.05, other = 0.02;
    if (!(step < related * size) || moved < std::max(other, 4 * context_.evidence.noise.rms) * size ||
        step > 0.2 * moved)
      return std::nullopt;
    cause::ElementsWrong cause;
    cause.share = 1;
    cause.equal_to = name == "right" ? "function_of_right" : "function_of_input";
    std::string words;
    for (const double wanted : {-1.0, 1.0, 2.0}) {
      const auto at = std::lower_bound(order.begin(), order.end(), wanted,
                                       [&](std::size_t n, double value) { return key[n] < value; });
      if (at == order.end()) continue;
      words += fmt::format("{}{:.2g} becomes {:.2g}", words.empty() ? "" : ", ", of[*at], sample_.out[*at]);
    }
    cause.becomes = std::move(words);
    // Steps between neighbours are what a function leaves unexplained here.
    return PartFound{{cause}, step / size, nullptr};
  }

  /// Whether some thousands of the numbers, sorted, already show it, before millions are.
  bool unrelated(const std::vector<double>& of) const {
    constexpr std::size_t looked_at = std::size_t{1} << 14;
    if (of.size() < 4 * looked_at) return false;
    std::vector<std::pair<double, double>> some;
    for (std::size_t k = 0; k < looked_at; ++k) {
      const std::size_t n = k * of.size() / looked_at; // no step, which may be that of the components
      some.emplace_back(of[n], sample_.out[n]);
    }
    std::sort(some.begin(), some.end());
    double step = 0, size = 0;
    for (std::size_t k = 0; k < some.size(); ++k) {
      size += std::abs(some[k].second);
      if (k > 0) step += std::abs(some[k].second - some[k - 1].second);
    }
    constexpr double plainly = 0.5; // neighbours are further apart here than among all numbers, and a jump counts more
    return step > plainly * size;
  }

  const PartContext& context_;
  const RowSample& sample_;
  double greatest_ = 0; ///< number of the output
};

} // namespace

std::optional<PartFound> function_of_values(const PartContext& context) {
  if (context.evidence.run.tables) return std::nullopt;
  return Values(context).find();
}

} // namespace ropescope
