#pragma once
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/rope/positions.h"

namespace ropescope::cause {

/// The kernel turns pairs by other axes of the positions (t, h, w) than the model does.
struct AxisOrder {
  enum class Form : std::uint8_t {
    order,   ///< the model's axes exchanged: `axes` are those taken for t, h, w
    only,    ///< one axis for every pair
    rule,    ///< another rule of assigning them: "sections", "interleaved", "ernie", "halves", "dealt" …
    blocks,  ///< each axis with its own frequencies, its components laid elsewhere in the head: the order of the axes
    sections ///< the axes have other numbers of components: `axes` are those
  };
  Form form = Form::order;
  std::string axes = {};

  static constexpr std::string_view name = "axis_order";
  static constexpr FactKind fact = FactKind::positions;

  std::string form_name() const {
    constexpr const char* names[] = {"order", "only", "rule", "blocks", "sections"};
    return names[static_cast<std::size_t>(form)];
  }
  Parameters parameters() const { return {{form_name(), axes}}; }
  std::string sentence(const KernelRun& run) const {
    const std::string expected = "; the model expects " + axes_of_model(run);
    if (form == Form::order)
      return fmt::format("takes the axes of positions in the order {}{}", with_blanks(), expected);
    if (form == Form::only) return fmt::format("turns every pair by axis {} alone{}", axes, expected);
    if (form == Form::blocks)
      return fmt::format("lays the components of the axes in the order {}{}", with_blanks(), expected);
    if (form == Form::sections)
      return fmt::format("gives the axes {} components; the model gives them {}", axes, components_of_model(run));
    return fmt::format("assigns axes to pairs by the rule \"{}\"; the model has another", axes);
  }
  std::string brief(const KernelRun&) const { return fmt::format("axes: {} {}", form_name(), axes); }

  /// The patches of a picture, whose first and last axis change places.
  static std::vector<Example> examples(const ExampleModel& model) {
    const std::int64_t count = axis_count(model.rope());
    if (count < 2) return no_example("its tokens have one position each");
    const std::vector<std::uint8_t> axis = pair_axes(model.rope(), count);
    const double width = std::max(2.0, std::floor(std::sqrt(model.length())));
    const auto along = [=](double p, std::int64_t a) { // last axis: columns, the one before: rows, else pictures
      return a == count - 1 ? std::fmod(p, width) : a == count - 2 ? std::floor(p / width) : std::floor(p / width / 8);
    };
    Formula right = model.right(), bug = model.right();
    right.position = [=](double p, std::int64_t pair, std::int64_t) {
      return along(p, axis[static_cast<std::size_t>(pair)]);
    };
    bug.position = [=](double p, std::int64_t pair, std::int64_t) {
      const std::int64_t a = axis[static_cast<std::size_t>(pair)];
      return along(p, a == 0 ? count - 1 : a == count - 1 ? 0 : a);
    };
    return {{"axes exchanged", "one axis is right", bug, right, {}}};
  }

private:
  /// "t, h, w" of "t,h,w".
  std::string with_blanks() const {
    std::string words;
    for (const char letter : axes) words += letter == ',' ? ", " : std::string(1, letter);
    return words;
  }
  static std::string components_of_model(const KernelRun& run) {
    std::string words;
    const std::vector<std::uint8_t> of = pair_axes(run.rope, run.positions.axes);
    for (std::int64_t a = 0; a < run.positions.axes; ++a)
      words += fmt::format("{}{}", a == 0 ? "" : "/", 2 * std::count(of.begin(), of.end(), a));
    return words;
  }
  static std::string axes_of_model(const KernelRun& run) {
    std::string names;
    for (std::int64_t a = 0; a < std::max<std::int64_t>(run.positions.axes, axis_count(run.rope)); ++a)
      names += (a == 0 ? "" : ", ") + std::string(axis_name(run.rope, a));
    return names;
  }
};

} // namespace ropescope::cause
