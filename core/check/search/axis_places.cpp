#include "core/check/search/axis_places.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/check/search/scaled_positions.h"

namespace ropescope {

namespace {

/// Every token's position on an axis.
std::vector<double> given_on(const KernelRun& run, std::int64_t axis) {
  std::vector<double> given;
  for (std::int64_t t = 0; t < run.positions.tokens(); ++t) given.push_back(run.positions.value(axis, t));
  return given;
}

class Places {
public:
  Places(const KernelRun& run, std::int64_t axis, double speed)
      : run_(run), axis_(axis), speed_(speed), given_(std::make_shared<const std::vector<double>>(given_on(run, axis))),
        values_(given_->begin(), given_->end()) {}

  std::vector<AxisPlace> all() {
    add({}, 1, 0, [](std::size_t, double p) { return p; });
    places_.back().given = true;
    if (given_->empty()) return std::move(places_);
    linear(1, 1);
    linear(1, -1);
    constant(0);
    other_axes();
    offsets();
    scales();
    ranks();
    whole_parts();
    row_number();
    return std::move(places_);
  }

private:
  // Maps outlive this object, and share the positions.
  void add(std::string rule, double scale, double offset, std::function<double(std::size_t token, double p)> map) {
    AxisPlace place;
    place.cause.rule = std::move(rule);
    place.cause.scale = scale;
    place.cause.offset = offset;
    place.at = [given = given_, map = std::move(map)](std::size_t t) { return map(t, (*given)[t]); };
    places_.push_back(std::move(place));
  }

  void linear(double scale, double offset) {
    if (scale == 1 && offset == 0) return;
    add({}, scale, offset, [=](std::size_t, double p) { return scale * p + offset; });
  }

  void constant(double c) {
    add(fmt::format("position {:.7g} in every token", c), 0, c, [c](std::size_t, double) { return c; });
  }

  void other_axes() {
    for (std::int64_t a = 0; a < run_.positions.axes; ++a) {
      if (a == axis_) continue;
      auto other = std::make_shared<const std::vector<double>>(given_on(run_, a));
      add(fmt::format("the position on axis {}", axis_name(run_.rope, a)), 1, 0,
          [other](std::size_t t, double) { return (*other)[t]; });
    }
  }

  double least() const { return *values_.begin(); }
  double greatest() const { return *values_.rbegin(); }

  /// One or two aside; from 0, around 0; further.
  void offsets() {
    const double n = static_cast<double>(values_.size()), sum = std::accumulate(values_.begin(), values_.end(), 0.0);
    std::vector<double> shifts{0.5,
                               -0.5,
                               -least(),
                               -std::floor(n / 2),
                               std::floor(n / 2),
                               -std::ceil(n / 2),
                               std::ceil(n / 2),
                               -sum / n,
                               n,
                               -n,
                               greatest() + 1,
                               -greatest() - 1,
                               2,
                               -2};
    // A text's length, a margin: whatever a few hundred tokens are; what leads further has a reason above.
    constexpr int furthest = 1024;
    for (int k = 3; k <= furthest; ++k) shifts.insert(shifts.end(), {static_cast<double>(k), static_cast<double>(-k)});
    for (const std::int64_t a : std::set<std::int64_t>{0, run_.positions.axes - 1}) {
      const auto other = given_on(run_, a);
      const auto [low, high] = std::minmax_element(other.begin(), other.end());
      shifts.insert(shifts.end(), {-*low, *low, -*high, *high, -*high - 1, *high + 1});
    }
    for (const double k : shifts) linear(1, k);
  }

  void scales() {
    std::vector<double> scales{-1, 2, 0.5, 3, 1.0 / 3, 4, 0.25, 8, 0.125, 16, 1.0 / 16, 1.5, 2.0 / 3};
    if (speed_ != 0 && std::isfinite(speed_)) {
      scales.push_back(as_ratio(speed_, 2e-3 * std::abs(speed_)));
      for (const double unit : {1e-2, 1e-3, 1e-4}) scales.push_back(std::round(speed_ / unit) * unit);
    }
    for (const double one : {12, 15, 16, 24, 25, 30, 60})
      for (const double other : {12, 15, 16, 24, 25, 30, 60})
        if (one != other) scales.push_back(one / other);
    for (const double s : scales) {
      if (s == 0 || s == 1) continue;
      linear(s, 0);
    }
    // Around the first, as where frames are counted on from a margin; the other way round; around the middle.
    for (const double s : scales)
      if (s != 0 && s != 1) linear(s, least() * (1 - s));
    linear(-1, least() + greatest());
    for (const double s : scales)
      if (s > 0 && s != 1) linear(s, -s * (least() + greatest()) / 2);
  }

  /// 0, 1, 2 … for the positions that there are: what a loop over rows counts. From 0, from the first, from 1.
  void ranks() {
    auto values = std::make_shared<const std::vector<double>>(values_.begin(), values_.end());
    for (const double first : {0.0, 1.0, least(), std::floor(least())})
      add(fmt::format("{:.7g}, {:.7g}, {:.7g} … for the positions in their order", first, first + 1, first + 2), 1, 0,
          [values, first](std::size_t, double p) {
            return first + static_cast<double>(std::lower_bound(values->begin(), values->end(), p) - values->begin());
          });
  }

  void whole_parts() {
    add("the whole part of their position", 1, 0, [](std::size_t, double p) { return std::floor(p); });
    add("the nearest whole position", 1, 0, [](std::size_t, double p) { return std::nearbyint(p); });
    for (const double n : {2.0, 4.0})
      add(fmt::format("⌊p/{:.0f}⌋", n), 1, 0, [n](std::size_t, double p) { return std::floor(p / n); });
  }

  void row_number() {
    add("the row number", 1, 0, [](std::size_t t, double) { return static_cast<double>(t); });
    add("the row number + 1", 1, 0, [](std::size_t t, double) { return static_cast<double>(t + 1); });
  }

  const KernelRun& run_;
  std::int64_t axis_;
  double speed_;
  std::shared_ptr<const std::vector<double>> given_; ///< per token
  std::set<double> values_;
  std::vector<AxisPlace> places_;
};

} // namespace

std::vector<AxisPlace> axis_places(const KernelRun& run, std::int64_t axis, double speed) {
  return Places(run, axis, speed).all();
}

namespace {

/// A stretch of tokens that lie as a grid does, one axis within the other. Sides of 1 are no axis of it.
struct Grid {
  std::size_t first = 0;
  std::vector<std::size_t> axes;           ///< outermost first
  std::vector<std::vector<double>> values; ///< of each of them, in order
  std::size_t tokens() const {
    std::size_t n = 1;
    for (const auto& side : values) n *= side.size();
    return n;
  }
};

using Given = std::vector<std::vector<double>>; // [axis][token]

/// Tokens from `first` on along which one axis rises and no other changes.
std::size_t run_along(const Given& given, std::size_t axis, std::size_t first, std::size_t stride) {
  std::size_t count = 1;
  const std::size_t tokens = given[0].size();
  for (std::size_t t = first; t + stride < tokens; t += stride, ++count)
    for (std::size_t a = 0; a < given.size(); ++a)
      if (a == axis ? given[a][t + stride] <= given[a][t] : given[a][t + stride] != given[a][t]) return count;
  return count;
}

/// Whether tokens `block` apart are the same but on one axis, over a whole block.
bool repeats(const Given& given, std::size_t axis, std::size_t first, std::size_t block) {
  if (first + 2 * block > given[0].size()) return false;
  for (std::size_t t = first; t < first + block; ++t)
    for (std::size_t a = 0; a < given.size(); ++a)
      if (a == axis ? given[a][t + block] <= given[a][t] : given[a][t + block] != given[a][t]) return false;
  return true;
}

/// The greatest grid that begins at a token; of one axis or none where there is no grid.
Grid grid_at(const Given& given, std::size_t first) {
  Grid grid;
  grid.first = first;
  std::size_t block = 1;
  std::set<std::size_t> left;
  for (std::size_t a = 0; a < given.size(); ++a) left.insert(a);
  for (bool more = true; more && !left.empty();) {
    more = false;
    for (const std::size_t axis : std::vector<std::size_t>(left.begin(), left.end())) {
      std::size_t side = 1;
      if (block == 1)
        side = run_along(given, axis, first, 1);
      else
        while (repeats(given, axis, first + (side - 1) * block, block)) ++side;
      if (side < 2) continue;
      std::vector<double> values;
      for (std::size_t n = 0; n < side; ++n) values.push_back(given[axis][first + n * block]);
      grid.axes.insert(grid.axes.begin(), axis);
      grid.values.insert(grid.values.begin(), std::move(values));
      block *= side;
      left.erase(axis);
      more = true;
      break;
    }
  }
  return grid;
}

std::vector<Grid> grids_of(const Given& given) {
  std::vector<Grid> grids;
  for (std::size_t t = 0; t < given[0].size();) {
    Grid grid = grid_at(given, t);
    const std::size_t tokens = grid.axes.size() > 1 ? grid.tokens() : 1;
    if (grid.axes.size() > 1) grids.push_back(std::move(grid));
    t += tokens;
  }
  return grids;
}

/// Lays a grid's tokens with its axes nested in another order, outermost first.
void lay(Given& positions, const Grid& grid, const std::vector<std::size_t>& order) {
  for (std::size_t n = 0; n < grid.tokens(); ++n) {
    std::size_t rest = n;
    for (std::size_t o = order.size(); o-- > 0;) {
      const auto& side = grid.values[order[o]];
      positions[grid.axes[order[o]]][grid.first + n] = side[rest % side.size()];
      rest /= side.size();
    }
  }
}

/// The same in blocks of 2 × 2 of the two innermost axes, as models lay patches that become one token.
bool lay_in_blocks(Given& positions, const Grid& grid) {
  const std::size_t sides = grid.axes.size(), rows = grid.values[sides - 2].size(),
                    columns = grid.values[sides - 1].size();
  if (rows % 2 != 0 || columns % 2 != 0) return false;
  for (std::size_t n = 0; n < grid.tokens(); ++n) {
    const std::size_t within = n % (rows * columns), block = within / 4, part = within % 4;
    const std::size_t row = block / (columns / 2) * 2 + part / 2, column = block % (columns / 2) * 2 + part % 2;
    positions[grid.axes[sides - 2]][grid.first + n] = grid.values[sides - 2][row];
    positions[grid.axes[sides - 1]][grid.first + n] = grid.values[sides - 1][column];
  }
  return true;
}

/// The rows and columns of a model that has its patches in blocks, row by row; nothing where no whole grids are there.
std::optional<Given> row_by_row(const Given& given) {
  std::vector<double> sides[2]; // in the order in which they come first
  for (std::size_t a = 0; a < 2; ++a)
    for (const double position : given[a])
      if (std::find(sides[a].begin(), sides[a].end(), position) == sides[a].end()) sides[a].push_back(position);
  const std::size_t columns = sides[1].size(), grid = sides[0].size() * columns;
  if (grid == 0 || given[0].size() % grid != 0) return std::nullopt;
  Given positions = given;
  for (std::size_t n = 0; n < given[0].size(); ++n) {
    positions[0][n] = sides[0][n % grid / columns];
    positions[1][n] = sides[1][n % columns];
  }
  return positions;
}

} // namespace

std::vector<TokenOrderChoice> token_order_choices(const KernelRun& run) {
  std::vector<TokenOrderChoice> choices;
  Given given;
  for (std::int64_t a = 0; a < run.positions.axes; ++a) given.push_back(given_on(run, a));
  if (given.size() < 2) return choices;
  const auto name = [&](std::size_t axis) { return std::string(axis_name(run.rope, static_cast<std::int64_t>(axis))); };
  const auto add = [&](Given positions, const std::string& rule) {
    if (positions == given) return;
    TokenOrderChoice choice;
    choice.cause.axis.clear();
    for (std::size_t a = 0; a < given.size(); ++a)
      if (positions[a] != given[a])
        choice.cause.axis += fmt::format("{}{}", choice.cause.axis.empty() ? "" : ",", name(a));
    choice.cause.rule = rule;
    choice.positions = std::move(positions);
    choices.push_back(std::move(choice));
  };
  if (run.rope.axes.spatial_merge_size > 1 && given.size() == 2)
    if (auto positions = row_by_row(given)) add(std::move(*positions), "those of tokens that lie row by row");
  const std::vector<Grid> grids = grids_of(given);
  if (grids.empty()) return choices;
  std::size_t most = 0;
  for (const Grid& grid : grids) most = std::max(most, grid.axes.size());
  std::vector<std::size_t> order(most);
  std::iota(order.begin(), order.end(), std::size_t{0});
  while (std::next_permutation(order.begin(), order.end())) {
    Given positions = given;
    std::string nested;
    for (const Grid& grid : grids) {
      std::vector<std::size_t> own; // of the grid's own sides, counted from the innermost
      for (const std::size_t o : order)
        if (o + grid.axes.size() >= most) own.push_back(o + grid.axes.size() - most);
      lay(positions, grid, own);
      if (grid.axes.size() == most && nested.empty())
        for (const std::size_t o : own) nested += fmt::format("{}{}", nested.empty() ? "" : ", ", name(grid.axes[o]));
    }
    add(std::move(positions),
        fmt::format("those of tokens that lie in the order {}, the last running fastest", nested));
  }
  Given positions = given;
  bool fits = true;
  for (const Grid& grid : grids) fits &= lay_in_blocks(positions, grid);
  if (fits) add(std::move(positions), "those of tokens that lie in blocks of 2 × 2");
  return choices;
}

} // namespace ropescope
