#include "app/scene/cause_words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/rope/spectrum.h"
#include "core/text.h"

namespace ropescope {

namespace {

std::string words_of(const ParameterValue& value) {
  struct Words {
    std::string operator()(double number) const {
      return std::abs(number) >= 1000 && number == std::round(number) ? grouped(number) : fmt::format("{:.5g}", number);
    }
    std::string operator()(std::int64_t number) const { return grouped(static_cast<double>(number)); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::int64_t>& numbers) const {
      return numbers.size() > 4 ? fmt::format("{}, {} … ({})", numbers[0], numbers[1], numbers.size())
                                : fmt::format("{}", fmt::join(numbers, ", "));
    }
  };
  return std::visit(Words{}, value);
}

std::string said(const Cause& cause, std::string_view parameter) {
  const ParameterValue* value = cause.find(parameter);
  return value ? words_of(*value) : "";
}

bool is_single(const Cause& cause, std::string_view parameter) {
  const ParameterValue* value = cause.find(parameter);
  const auto* numbers = value ? std::get_if<std::vector<std::int64_t>>(value) : nullptr;
  return numbers && numbers->size() == 1;
}

std::string signed_number(const Cause& cause, std::string_view parameter) {
  const std::string words = said(cause, parameter);
  return words.empty() || !std::isdigit(static_cast<unsigned char>(words.front())) ? words : "+" + words;
}

std::string pairing_title(std::string_view name) { return name == "half" ? "half-split" : "interleaved"; }

std::string pairing_words(const Cause& cause, const RopeConfig& rope) {
  if (cause.find("distance")) return fmt::format("pairs i with i+{}", said(cause, "distance"));
  if (cause.find("blocks")) return "pairs across blocks";
  return fmt::format("{} instead of {}", pairing_title(said(cause, "measured")),
                     pairing_title(pairing_name(rope.layout.pairs.pairing)));
}

std::string other_words(const Cause& cause) {
  if (cause.parameters.empty()) return "";
  std::string words;
  for (const auto& [name, value] : cause.parameters)
    if (name != "scheme") {
      std::string key = name;
      std::replace(key.begin(), key.end(), '_', ' ');
      const bool* flag = std::get_if<bool>(&value);
      words += fmt::format("{}{}{}{}", words.empty() ? "" : ", ", flag && !*flag ? "no " : "", key,
                           flag ? "" : ' ' + words_of(value));
    }
  return words;
}

std::string one_in_words(const Cause& cause, const KernelRun& run) {
  const std::string& name = cause.name;
  const RopeConfig& rope = run.rope;
  if (name == "match") return "as the model asks";
  if (name == "precision") return recipe_words(said(cause, "recipe"));
  if (name == "not_rotated") return "not rotated at all";
  if (name == "pairing") return pairing_words(cause, rope);
  if (name == "pairing_mixed") return "one pairing, the other's angle table";
  if (name == "output_permuted") return "output in another order";
  if (name == "inverse_rotation") return "inverse rotation (−θ)";
  if (name == "cos_sin_swapped") return "sine and cosine swapped";
  if (name == "sin_missing") return "sine missing";
  if (name == "applied_twice") return "applied twice (2θ)";
  if (name == "position_offset")
    return cause.find("offset") ? "position offset " + signed_number(cause, "offset") : "position offset by batch row";
  if (name == "position_scale") return "positions × " + said(cause, "scale");
  if (name == "position_constant") return "every token at position " + said(cause, "position");
  if (name == "position_by_head") return "position depends on the head";
  if (name == "positions_restart") return "positions begin again at " + said(cause, "at");
  if (name == "positions_ignored_restart") return "packed sequences not begun again";
  if (name == "base") return fmt::format("base {} instead of {}", said(cause, "measured"), words_of(rope.base));
  if (name == "exponent") {
    if (cause.find("denominator"))
      return fmt::format("exponent over {} instead of {}", said(cause, "denominator"), rope.layout.rotary_dim);
    return cause.find("shift") ? "exponent of pair i " + signed_number(cause, "shift") : "sign of the exponent lost";
  }
  if (name == "scaling_ignored") return said(cause, "scheme") + " scaling ignored";
  if (name == "scaling_parameters") return fmt::format("{}: {}", said(cause, "scheme"), other_words(cause));
  if (name == "attention_factor")
    return fmt::format("amplitude {} instead of {}", said(cause, "measured"), said(cause, "expected"));
  if (name == "rotary_dim")
    return cause.find("part")
               ? fmt::format("the {} part turned", said(cause, "part"))
               : fmt::format("rotary dim {} instead of {}", said(cause, "measured"), rope.layout.rotary_dim);
  if (name == "axis_order") return "axes: " + other_words(cause);
  if (name == "heads_not_rotated")
    return fmt::format("{} {} not rotated", is_single(cause, "heads") ? "head" : "heads", said(cause, "heads"));
  if (name == "rows_wrong")
    return fmt::format("{} {} wrong", is_single(cause, "rows") ? "row" : "rows", said(cause, "rows"));
  if (name == "table_too_short")
    return fmt::format("table of {} positions ({})", said(cause, "length"), said(cause, "beyond"));
  if (name == "not_finite") return "not finite";
  if (name == "unknown") return "no hypothesis fits";
  return name;
}

double middle(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  if (values.empty()) return std::nan("");
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// Names of causes that speak against a fact.
using Against = std::initializer_list<std::string_view>;

} // namespace

std::string recipe_words(std::string_view recipe) {
  constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"float32_angles", "angles in float32"},          {"float32", "angles in float32"},
      {"ggml_recurrence", "ggml's recurrence"},         {"bf16_tables", "cos and sin stored in bfloat16"},
      {"fp16_tables", "cos and sin stored in float16"}, {"bf16_positions", "positions in bfloat16"},
      {"fp16_positions", "positions in float16"},       {"bf16_inv_freq", "frequencies in bfloat16"},
      {"fp16_inv_freq", "frequencies in float16"},      {"bf16_angles", "angles in bfloat16"},
      {"fast_sincos", "fast sine and cosine"}};
  for (const auto& [name, words] : known)
    if (name == recipe) return std::string(words);
  return std::string(recipe);
}

std::string in_words(const std::vector<Cause>& causes, const KernelRun& run) {
  std::string words;
  for (const Cause& cause : causes) words += (words.empty() ? "" : " and ") + one_in_words(cause, run);
  return words;
}

std::vector<Fact> facts_of(const Finding& finding, const KernelRun& run) {
  using State = Fact::State;
  const std::string& first = finding.causes.front().name;
  const bool blind = first == "unknown" || first == "not_finite" || first == "not_rotated";
  std::vector<Fact> facts;
  const auto against = [&](Against names) -> const Cause* {
    for (const Cause& cause : finding.causes)
      if (std::find(names.begin(), names.end(), cause.name) != names.end()) return &cause;
    return nullptr;
  };
  const auto add = [&](std::string words, Against names) {
    const Cause* cause = against(names);
    if (cause) return facts.push_back({one_in_words(*cause, run), State::differs});
    facts.push_back({std::move(words), blind ? State::unseen : State::agrees});
  };
  const RopeConfig& rope = run.rope;
  add(pairing_title(pairing_name(rope.layout.pairs.pairing)) + " pairing", {"pairing", "pairing_mixed"});
  if (rope.layout.rotary_dim != run.shape.head_dim || against({"rotary_dim"}))
    add(fmt::format("rotary dim {}", rope.layout.rotary_dim), {"rotary_dim"});
  add("base " + words_of(rope.base), {"base", "exponent"});
  if (rope.scaling.rope_type != RopeType::standard)
    add(fmt::format("{} scaling", rope_type_name(rope.scaling.rope_type)), {"scaling_ignored", "scaling_parameters"});
  add("sign", {"inverse_rotation", "cos_sin_swapped", "sin_missing"});
  // What comes with ignored scaling is no cause of its own, and still not as the model asks.
  const double gain = middle(finding.measured.gain), asked = make_spectrum(rope, run.length()).attention_factor;
  if (!blind && !against({"attention_factor", "sin_missing"}) && std::abs(gain - asked) > 0.005 * asked)
    facts.push_back({fmt::format("amplitude {:.3f} instead of {:.3f}", gain, asked), State::differs});
  else
    add(fmt::format("amplitude {:.3f}", gain), {"attention_factor"});
  add("positions", {"position_offset", "position_scale", "position_constant", "position_by_head", "positions_restart",
                    "positions_ignored_restart", "applied_twice", "axis_order", "table_too_short", "not_rotated"});
  if (const Cause* cause = against({"output_permuted", "heads_not_rotated", "rows_wrong", "not_finite"}))
    facts.push_back({one_in_words(*cause, run), cause->name == "output_permuted" ? State::weaker : State::differs});
  if (const Cause* cause = against({"precision"})) facts.push_back({one_in_words(*cause, run), State::weaker});
  return facts;
}

} // namespace ropescope
