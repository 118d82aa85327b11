#include "core/check/position_readings.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace ropescope {

namespace {

/// A file of positions taken as [axes, batch, tokens]; without a batch where rows share them.
struct PositionShape {
  std::int64_t axes = 1, batch = 1, tokens = 0;
};

/// What the shape of a file of positions may mean. [3, tokens] may be the axes of M-RoPE or a batch of three.
std::vector<PositionShape> meanings(const std::vector<std::int64_t>& shape, const RopeConfig& rope) {
  const std::int64_t axes = axis_count(rope);
  std::vector<PositionShape> found;
  if (shape.size() == 1) return {{1, 1, shape[0]}};
  if (shape.size() == 3) return {{shape[0], shape[1], shape[2]}};
  if (shape.size() != 2) return found;
  if (shape[0] == axes && axes > 1) found.push_back({shape[0], 1, shape[1]});
  // One position a token would turn a vision model's patches as text in a row.
  if (!of_patches(rope.axes.rule)) found.push_back({1, shape[0], shape[1]});
  return found;
}

/// Whether every row of the batch has the positions of the first.
template <typename Number>
bool rows_alike(const PositionShape& of, const std::vector<Number>& numbers) {
  if (numbers.empty()) return true;
  for (std::int64_t axis = 0; axis < of.axes; ++axis) {
    const auto begin = numbers.begin() + axis * of.batch * of.tokens;
    for (std::int64_t row = 1; row < of.batch; ++row)
      if (!std::equal(begin, begin + of.tokens, begin + row * of.tokens)) return false;
  }
  return true;
}

/// Those of the first row.
Positions first_row(const PositionShape& of, const Positions& all) {
  std::vector<std::int64_t> tokens;
  for (std::int64_t t = 0; t < of.tokens; ++t) tokens.push_back(t);
  return positions_of_tokens({of.axes, all.ids, all.fractions}, tokens);
}

class Readings {
public:
  Readings(std::vector<std::int64_t> extents, std::size_t axes) : extents_(std::move(extents)), axes_(axes) {}

  void add(std::vector<std::size_t> tokens, Positions positions) {
    TokenReading reading;
    reading.axis = tokens.empty() ? 0 : static_cast<std::int64_t>(tokens.back());
    reading.extents = extents_;
    reading.tokens = std::move(tokens);
    reading.positions = std::move(positions);
    found_.push_back(std::move(reading));
  }

  /// Every axis of that extent; where there is none, two neighbours that make it together.
  void add_single(std::int64_t count, const Positions& positions) {
    const std::size_t before = found_.size();
    for (std::size_t axis = 0; axis < axes_; ++axis)
      if (extents_[axis] == count) add({axis}, positions);
    if (found_.size() > before) return;
    for (std::size_t axis = 0; axis + 1 < axes_; ++axis)
      if (extents_[axis] * extents_[axis + 1] == count) add({axis, axis + 1}, positions);
  }

  /// `all`: the numbers of the file, of whatever shape.
  void add_meaning(const PositionShape& of, const Positions& all) {
    const Positions each{of.axes, all.ids, all.fractions};
    if (of.batch > 1 && of.tokens > 1 && rows_alike(of, all.ids) && rows_alike(of, all.fractions))
      return add_single(of.tokens, first_row(of, all));
    if (of.batch == 1 || of.tokens == 1) return add_single(of.batch * of.tokens, each);
    const std::size_t before = found_.size();
    for (std::size_t row = 0; row < axes_; ++row)
      for (std::size_t token = 0; token < axes_; ++token)
        if (row != token && extents_[row] == of.batch && extents_[token] == of.tokens) add({row, token}, each);
    if (found_.size() > before) return;
    for (std::size_t axis = 0; axis < axes_; ++axis) // the kernel takes the batch's tokens in one row
      if (extents_[axis] == of.batch * of.tokens) add({axis}, each);
  }

  std::vector<TokenReading> take() { return std::move(found_); }

private:
  std::vector<std::int64_t> extents_;
  std::size_t axes_; ///< those of the file; one more may have been split off
  std::vector<TokenReading> found_;
};

/// The likelier reading by the shape alone first: most runs have more tokens than heads, and few have them on the first
/// of three axes.
void sort_by_likelihood(std::vector<TokenReading>& readings) {
  const auto key = [](const TokenReading& reading) {
    const std::size_t axis = reading.tokens.empty() ? 0 : reading.tokens.back();
    const std::int64_t tokens = reading.tokens.empty() ? 1 : reading.extents[axis];
    return std::pair(reading.extents.size() > 2 && axis == 0, -tokens);
  };
  std::stable_sort(readings.begin(), readings.end(),
                   [&](const TokenReading& a, const TokenReading& b) { return key(a) < key(b); });
}

/// Keeps those whose tokens lie along the axis asked for, of the file.
void keep_axis(std::vector<TokenReading>& readings, const KernelFiles& files, const std::vector<std::int64_t>& shape,
               std::size_t file_axes) {
  if (!files.token_axis) return;
  const auto rank = static_cast<std::int64_t>(file_axes);
  const std::int64_t axis = *files.token_axis < 0 ? rank + *files.token_axis : *files.token_axis;
  std::erase_if(readings, [&](const TokenReading& reading) {
    return reading.axis != axis || (reading.tokens.empty() && file_axes > 1);
  });
  if (axis < 0 || axis >= rank - 1) {
    std::string axes;
    for (std::int64_t a = 0; a < rank - 1; ++a)
      axes += (a == 0 ? "" : a == rank - 2 ? " or " : ", ") + std::to_string(a);
    throw Error(fmt::format("{}: shape ({}) has no axis {}: expected {}", files.in, fmt::join(shape, ", "),
                            *files.token_axis, axes));
  }
  if (readings.empty())
    throw Error(fmt::format("{}: shape ({}) has no axis {} that counts the tokens, expected one before the last{}",
                            files.in, fmt::join(shape, ", "), *files.token_axis,
                            files.positions.count() ? ", of as many tokens as there are positions" : ""));
}

/// The numbers of a file of positions, flat; fractions where the model has them.
Positions numbers_of(const Array& table) {
  if (table.holds_integers()) return {1, table.integers};
  std::vector<double> values;
  for (std::int64_t i = 0; i < table.size(); ++i) values.push_back(table.number(i));
  return positions_of(1, values);
}

/// One position a token is none where the model has several: its patches would be turned as text in a row.
void require_axes(const RopeConfig& rope, const TokenReading& reading, const std::string& file) {
  const std::int64_t axes = axis_count(rope);
  if (rope.rotates && of_patches(rope.axes.rule) && axes > 1 && reading.positions.axes == 1)
    throw Error(fmt::format("{}: one position for each token, and this model's tokens have {}: expected [{}, tokens]",
                            file, axes, axes));
}

} // namespace

std::vector<TokenReading> position_readings(const KernelFiles& files, const RopeConfig& rope,
                                            const std::vector<std::int64_t>& shape, std::size_t file_axes, bool split) {
  const std::vector<std::int64_t> extents(shape.begin(), shape.end() - 1);
  Readings readings(extents, split ? file_axes - 1 : extents.size());
  const std::size_t axes = split ? file_axes - 1 : extents.size();
  const PositionSource& source = files.positions;
  if (axes == 0)
    readings.add({}, source.read(rope, 1, files.in));
  else if (!source.file.empty()) {
    const Array table = source.numbers(rope);
    const Positions all = numbers_of(table);
    for (const PositionShape& meaning : meanings(table.shape, rope)) readings.add_meaning(meaning, all);
    auto found = readings.take();
    if (found.empty() && extents.size() == 1 && table.shape.size() == 1 && table.shape[0] == 1) { // heads of one token
      readings.add({}, all);
      found = readings.take();
    }
    if (found.empty() && table.shape.size() == 2) { // axes that the model has not: pair_axes() says so
      readings.add_single(table.shape[1], {table.shape[0], all.ids, all.fractions});
      found = readings.take();
    }
    if (found.empty())
      throw Error(fmt::format("{}: shape ({}), expected an axis as long as the positions in {}: shape ({}), which are "
                              "[tokens], [batch, tokens] or [axes, tokens]",
                              files.in, fmt::join(shape, ", "), source.file, fmt::join(table.shape, ", ")));
    require_axes(rope, found.front(), source.file);
    keep_axis(found, files, shape, file_axes);
    sort_by_likelihood(found);
    return found;
  } else {
    const auto known = source.tokens(rope);
    for (std::size_t axis = 0; axis < axes; ++axis)
      if (!known || extents[axis] == *known) readings.add({axis}, source.read(rope, extents[axis], files.in));
    if (extents.size() == 1 && extents[0] > 1 && !files.tables && (source.offset || !source.given()))
      readings.add({}, source.read(rope, 1, files.in)); // heads of one token
  }
  auto found = readings.take();
  if (found.empty())
    throw Error(fmt::format("{}: shape ({}) has no axis of the {} tokens that there are positions for", files.in,
                            fmt::join(shape, ", "), *source.tokens(rope)));
  keep_axis(found, files, shape, file_axes);
  sort_by_likelihood(found);
  return found;
}

} // namespace ropescope
