#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/check/check.h"
#include "core/rope/recipe.h"
#include "core/text.h"

namespace ropescope {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
  case Verdict::match: return "match";
  case Verdict::precision: return "precision";
  case Verdict::mismatch: break;
  }
  return "mismatch";
}

const ParameterValue* Cause::find(std::string_view parameter) const {
  for (const auto& [name, value] : parameters)
    if (name == parameter) return &value;
  return nullptr;
}

namespace {

std::string in_words(const ParameterValue& value) {
  struct Words {
    std::string operator()(double number) const { return fmt::format("{:.7g}", number); }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::int64_t>& numbers) const {
      constexpr std::size_t shown = 8;
      const std::size_t count = std::min(shown, numbers.size());
      const std::string list =
          fmt::format("{}", fmt::join(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(count), ", "));
      return numbers.size() > shown ? list + fmt::format(" … ({} in all)", numbers.size()) : list;
    }
  };
  return std::visit(Words{}, value);
}

std::string said(const Cause& cause, std::string_view parameter) {
  const ParameterValue* value = cause.find(parameter);
  return value ? in_words(*value) : "";
}

/// A base: its thousands apart where it is a whole number.
std::string grouped_words(const ParameterValue& value) {
  const double* number = std::get_if<double>(&value);
  return number && *number == std::round(*number) && *number < 1e15 ? grouped(*number) : in_words(value);
}

std::string pairs_of(std::string_view pairing, std::int64_t rotary_dim) {
  return pairing == "interleaved" ? "2i with 2i+1" : fmt::format("i with i+{}", rotary_dim / 2);
}

std::string pairing_words(const Cause& cause, const RopeConfig& rope) {
  if (cause.find("distance"))
    return fmt::format("pairs i with i+{}, half a head apart; the model expects i with i+{}", said(cause, "distance"),
                       rope.layout.rotary_dim / 2);
  if (cause.find("blocks")) return "pairs across the whole rotary part; the model pairs within blocks";
  return fmt::format("pairs {}; the model expects {}", pairs_of(said(cause, "measured"), rope.layout.rotary_dim),
                     pairs_of(pairing_name(rope.layout.pairs.pairing), rope.layout.rotary_dim));
}

std::string offset_words(const Cause& cause) {
  if (!cause.find("offset")) return fmt::format("rotates by positions off by {} by batch row", said(cause, "by_batch"));
  const std::int64_t offset = std::get<std::int64_t>(*cause.find("offset"));
  return fmt::format("rotates by position m {} {}", offset < 0 ? "−" : "+", std::abs(offset));
}

std::string by_head_words(const Cause& cause) {
  if (cause.find("by")) return "turns every head by its own number instead of the token's position";
  return fmt::format("adds {} × head to the position of a token", said(cause, "per_head"));
}

std::string exponent_words(const Cause& cause, const RopeConfig& rope) {
  if (const double* shift = std::get_if<double>(cause.find("shift")))
    return fmt::format("takes base^(−2(i {} {:.7g})/{}) for the frequency of pair i", *shift < 0 ? "−" : "+",
                       std::abs(*shift), rope.layout.rotary_dim);
  if (cause.find("inverted")) return "takes base^(+2i/d) for the frequency of pair i: the sign of the exponent is lost";
  return fmt::format("divides the exponent by {}; the model expects {}", said(cause, "denominator"),
                     rope.layout.rotary_dim);
}

std::string scaling_words(const Cause& cause) {
  std::string differs;
  for (const auto& [name, value] : cause.parameters)
    if (name != "scheme") differs += fmt::format("{}{} {}", differs.empty() ? "" : ", ", name, in_words(value));
  return fmt::format("scales frequencies by {} with other parameters: {}", said(cause, "scheme"), differs);
}

std::string axis_words(const Cause& cause) {
  if (cause.find("order")) return fmt::format("takes the axes of positions in the order {}", said(cause, "order"));
  if (cause.find("only")) return fmt::format("turns every pair by axis {} alone", said(cause, "only"));
  return fmt::format("assigns axes to pairs by the rule \"{}\"", said(cause, "rule"));
}

std::string table_words(const Cause& cause) {
  const std::string beyond = said(cause, "beyond");
  return fmt::format("has a table of {} positions, and beyond it {}", said(cause, "length"),
                     beyond == "clamp"  ? "takes the last"
                     : beyond == "wrap" ? "begins again"
                                        : "does not rotate");
}

std::string precision_words(const std::string& name) {
  const Recipe* recipe = find_recipe(name);
  return fmt::format("rotates rightly in weaker arithmetic: {} ({})",
                     recipe ? std::string(recipe->line) : "16 bits in between", name);
}

std::string heads_words(const Cause& cause) {
  const auto* heads = std::get_if<std::vector<std::int64_t>>(cause.find("heads"));
  return fmt::format("leaves head{} {} unrotated", heads && heads->size() == 1 ? "" : "s", said(cause, "heads"));
}

std::string rows_words(const Cause& cause) {
  const auto* rows = std::get_if<std::vector<std::int64_t>>(cause.find("rows"));
  return fmt::format("gets row{} {} wrong, and the others right", rows && rows->size() == 1 ? "" : "s",
                     said(cause, "rows"));
}

/// What the kernel does, after "The kernel …".
std::string does(const Cause& cause, const KernelRun& run) {
  const std::string& name = cause.name;
  if (name == "match") return "agrees with the model";
  if (name == "precision") return precision_words(said(cause, "recipe"));
  if (name == "not_rotated") return "does not rotate: the output is the input";
  if (name == "pairing") return pairing_words(cause, run.rope);
  if (name == "pairing_mixed") return "pairs components one way and lays out its table of angles for the other";
  if (name == "output_permuted")
    return "writes the components of a pair in another order (scores are unharmed where q and k share it)";
  if (name == "inverse_rotation") return "rotates by the opposite angle";
  if (name == "cos_sin_swapped") return "takes sine for cosine and cosine for sine";
  if (name == "sin_missing") return "multiplies by the cosine alone: the sine is missing";
  if (name == "applied_twice") return "rotates twice as far as it should: applied twice";
  if (name == "position_offset") return offset_words(cause);
  if (name == "position_scale") return fmt::format("rotates by position m × {}", said(cause, "scale"));
  if (name == "position_constant")
    return fmt::format("rotates every token as if at position {}", said(cause, "position"));
  if (name == "position_by_head") return by_head_words(cause);
  if (name == "positions_restart")
    return fmt::format("counts positions from 0 again at position {}", said(cause, "at"));
  if (name == "positions_ignored_restart") return "counts positions on where a packed sequence should begin at 0";
  if (name == "base")
    return fmt::format("uses base {}; the model expects {}", grouped_words(*cause.find("measured")),
                       grouped_words(run.rope.base));
  if (name == "exponent") return exponent_words(cause, run.rope);
  if (name == "scaling_ignored") return fmt::format("ignores the {} scaling of frequencies", said(cause, "scheme"));
  if (name == "scaling_parameters") return scaling_words(cause);
  if (name == "attention_factor")
    return fmt::format("multiplies by attention factor {}; the model expects {}", said(cause, "measured"),
                       said(cause, "expected"));
  if (name == "rotary_dim")
    return fmt::format(
        "turns {} {} components of a head; the model expects the {} {}",
        said(cause, "part").empty() ? std::string("the first") : fmt::format("the {}", said(cause, "part")),
        said(cause, "measured"), run.rope.layout.pairs.trailing ? "last" : "first", run.rope.layout.rotary_dim);
  if (name == "axis_order") return axis_words(cause);
  if (name == "heads_not_rotated") return heads_words(cause);
  if (name == "rows_wrong") return rows_words(cause);
  if (name == "table_too_short") return table_words(cause);
  if (name == "not_finite")
    return fmt::format("yields a number that is not finite, first at index {}", said(cause, "first"));
  return "does something that no hypothesis explains; what was measured is all there is";
}

} // namespace

std::string sentence_of(const std::vector<Cause>& causes, const KernelRun& run) {
  std::string sentence = "The kernel ";
  for (std::size_t c = 0; c < causes.size(); ++c)
    sentence += fmt::format("{}{}", c == 0 ? "" : "; and it ", does(causes[c], run));
  sentence += '.';
  return sentence;
}

std::string decide_by(const std::vector<Cause>& causes, const std::vector<Cause>& indistinguishable) {
  if (indistinguishable.empty()) return "";
  const std::string &one = causes.front().name, &other = indistinguishable.front().name;
  if (one == "applied_twice")
    return "the output of one call on an input at a small position, and of a second call on that output";
  if (one == "not_rotated")
    return "the output for a config with an attention factor other than 1, or the kernel's positions";
  if (one == "positions_restart" || one == "table_too_short")
    return "a longer run: a table that wraps begins again at twice its length, a restart does not";
  if (one == "position_constant") return "a run from position 0 on";
  if (one == "exponent" || one == "base" || other == "base")
    return "a run under a config with another base: a wrong exponent changes with it";
  return "a run at other positions";
}

} // namespace ropescope
