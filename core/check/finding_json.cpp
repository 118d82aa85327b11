#include "core/check/finding_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "core/check/causes/precision.h"
#include "core/rope/spectrum.h"

namespace ropescope {

using Json = nlohmann::ordered_json;

namespace {

Json parameters_of(const Cause& cause) {
  Json parameters = Json::object();
  const Parameters all = cause.parameters();
  for (const auto& [name, value] : all) std::visit([&, key = name](const auto& v) { parameters[key] = v; }, value);
  return parameters;
}

Json cause_of(const Cause& cause) { return {{"cause", cause.name()}, {"parameters", parameters_of(cause)}}; }

/// JSON has no NaN: null stands for what could not be measured.
Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(std::isfinite(value) ? Json(value) : Json());
  return list;
}

/// A hypothesis has the form of the finding itself: its first cause, and the others under "also".
Json hypothesis_of(const Hypothesis& hypothesis) {
  Json json = cause_of(hypothesis.causes.front());
  for (std::size_t c = 1; c < hypothesis.causes.size(); ++c) json["also"].push_back(cause_of(hypothesis.causes[c]));
  json["residual"] = std::isfinite(hypothesis.residual) ? Json(hypothesis.residual) : Json();
  return json;
}

/// What differs at all, in the rows that were looked at.
Json off_of(const Deviations& off, const KernelRun& run) {
  return {{"tokens_looked_at", off.tokens},
          {"tokens", off.tokens_off},
          {"pairs", off.pairs_off},
          {"heads", run.in_file(off.heads_off)},
          {"components", off.rest_off},
          {"share", off.share},
          {"equal_to_input", off.equal_input},
          {"equal_to_zero", off.equal_zero},
          {"worst",
           {{"head", run.first_head + off.worst.head},
            {"batch", off.worst.batch},
            {"token", off.worst.token},
            {"component", off.worst_component},
            {"out", off.worst_out},
            {"expected", off.worst_expected}}}};
}

} // namespace

// The order of the keys is a contract with scripts and people alike: the verdict first, the long lists last.
std::string finding_json(const Finding& finding, const KernelRun& run) {
  Json json;
  json["verdict"] = verdict_name(finding.verdict);
  json.update(cause_of(finding.causes.front()));
  for (std::size_t c = 1; c < finding.causes.size(); ++c) json["also"].push_back(cause_of(finding.causes[c]));
  json["sentence"] = finding.sentence;
  json["expected"] = {{"layout", pairing_name(run.rope.layout.pairs.pairing)},
                      {"rope_type", rope_type_name(run.rope.scaling.rope_type)},
                      {"base", run.rope.base},
                      {"rotary_dim", make_spectrum(run.rope, run.length()).rotary_dim}};
  json["max_abs_error"] = std::isfinite(finding.max_abs_error) ? Json(finding.max_abs_error) : Json();
  json["rows_wrong"] = finding.rows_wrong;
  json["rows"] = finding.rows;
  json["residual"] = std::isfinite(finding.residual) ? Json(finding.residual) : Json();
  json["tolerance"] = finding.tolerance;
  json["tolerance_reason"] = finding.tolerance_reason;
  if (!finding.recipe.empty()) json["recipe"] = finding.recipe;
  if (run.token_axis) {
    json["token_axis"] = *run.token_axis;
    json["token_axis_reason"] = run.token_axis_reason;
  }
  if (!run.notes.empty()) json["notes"] = run.notes;
  for (const Cause& cause : finding.causes)
    if (const auto* precision = cause.as<cause::Precision>(); precision && precision->angle_off > 0)
      json["angle_off"] = {{"rad", precision->angle_off}, {"position", precision->position}};
  json["measured"] = {{"layout", pairing_name(finding.measured.layout.pairing)},
                      {"frequency", numbers(finding.measured.frequency)},
                      {"gain", numbers(finding.measured.gain)}};
  if (finding.verdict == Verdict::mismatch) json["off"] = off_of(finding.off, run);
  json["hypotheses"] = Json::array();
  for (const Hypothesis& hypothesis : finding.hypotheses) json["hypotheses"].push_back(hypothesis_of(hypothesis));
  if (!finding.indistinguishable.empty()) {
    for (const Cause& cause : finding.indistinguishable) json["indistinguishable"].push_back(cause_of(cause));
    json["decide_by"] = finding.decide_by;
  }
  // Text that is not UTF-8, as from a file's name, is replaced and not refused.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace ropescope
