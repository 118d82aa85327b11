#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "core/check/candidates.h"
#include "core/check/fit_parameter.h"
#include "core/error.h"

namespace ropescope {

namespace {

using Change = std::function<void(RopeConfig&, double)>;

class Choices {
public:
  Choices(const KernelRun& run, std::int64_t rotary_dim, std::span<const FrequencyFit> measured)
      : run_(run), measured_(measured), config_(run.rope) {
    config_.layout.rotary_dim =
        config_.scaling.rope_type == RopeType::proportional ? config_.layout.rotary_dim : rotary_dim;
    if (pair_count(config_) != rotary_dim / 2) config_.layout.rotary_dim = rotary_dim;
    if (pair_count(config_) != pair_count(run.rope)) config_.scaling.freq_factors.clear();
    seq_len_ = run.length();
    try {
      expected_ = of(config_, seq_len_);
    } catch (const Error&) { // factors by pair fit their own number of pairs alone
      config_.scaling.rope_type = RopeType::standard;
      expected_ = of(config_, seq_len_);
    }
  }

  FrequencyChoice of(const RopeConfig& config, std::optional<double> seq_len) const {
    const Spectrum spectrum = make_spectrum(config, seq_len);
    FrequencyChoice choice{{}, {spectrum.inv_freq, {}}, spectrum.attention_factor};
    if (pair_count(config_) == pair_count(run_.rope))
      choice.turns.axis = pair_axes(run_.rope, run_.positions.axes);
    else
      choice.turns.axis.assign(spectrum.inv_freq.size(), 0);
    return choice;
  }

  void add(std::vector<Cause> causes, const RopeConfig& config, std::optional<double> seq_len) {
    try {
      FrequencyChoice choice = of(config, seq_len);
      choice.causes = std::move(causes);
      keep(std::move(choice));
    } catch (const Error&) { // such a kernel cannot be
    }
  }

  void add_theta(std::vector<Cause> causes, std::vector<double> theta) {
    keep({std::move(causes), {std::move(theta), expected_.turns.axis}, expected_.gain});
  }

  void keep(FrequencyChoice choice) {
    if (choice.turns.theta.size() != expected_.turns.theta.size()) return;
    double furthest = 0;
    for (std::size_t i = 0; i < choice.turns.theta.size(); ++i) {
      const double expected = expected_.turns.theta[i];
      if (expected != choice.turns.theta[i])
        furthest = std::max(furthest, std::abs(choice.turns.theta[i] - expected) / std::max(expected, 1e-30));
    }
    if (furthest > 1e-8 || choice.turns.axis != expected_.turns.axis) all.push_back(std::move(choice));
  }

  std::optional<double> fitted(const FrequenciesOf& frequencies, double least, double greatest) const {
    return fit_parameter(frequencies, measured_, least, greatest);
  }

  FrequenciesOf of_changed(const RopeConfig& config, const Change& change) const {
    return [=, this](double value) {
      RopeConfig changed = config;
      change(changed, value);
      return make_spectrum(changed, seq_len_).inv_freq;
    };
  }

  void add_fitted(const Cause& cause, const std::string& parameter, const RopeConfig& config, const Change& change,
                  double least, double greatest) {
    const auto value = fitted(of_changed(config, change), least, greatest);
    if (!value) return;
    RopeConfig changed = config;
    change(changed, *value);
    Cause with = cause;
    with.parameters.push_back({parameter, *value});
    add({with}, changed, seq_len_);
  }

  void add_bases();
  void add_exponents();
  void add_scaling();
  void add_yarn(const Cause&);
  void add_llama3(const Cause&);
  void add_lengths(const Cause&);
  void add_other_schemes(const Cause&);
  void add_axes();
  void add_layers();
  void add_speeds();

  const FrequencyChoice& expected() const { return expected_; }
  std::vector<FrequencyChoice> all;

private:
  const KernelRun& run_;
  std::span<const FrequencyFit> measured_;
  RopeConfig config_;
  double seq_len_ = 1;
  FrequencyChoice expected_;
};

void Choices::add_bases() {
  const Change base = [](RopeConfig& c, double value) { c.base = value; };
  add_fitted({"base", {}}, "measured", config_, base, 2, 1e12);
  if (config_.scaling.rope_type == RopeType::standard) return;
  RopeConfig plain = config_;
  plain.scaling.rope_type = RopeType::standard;
  if (const auto value = fitted(of_changed(plain, base), 2, 1e12)) {
    plain.base = *value;
    add({{"scaling_ignored", {{"scheme", std::string(rope_type_name(config_.scaling.rope_type))}}},
         {"base", {{"measured", *value}}}},
        plain, seq_len_);
  }
}

std::vector<double> powers(std::vector<double> theta, double exponent) {
  for (double& t : theta) t = t == 0 ? 0 : std::pow(t, exponent);
  return theta;
}

/// θ = base^(−2(i + shift)/denominator) before any scheme.
void Choices::add_exponents() {
  const auto d = static_cast<double>(config_.layout.rotary_dim);
  const Spectrum spectrum = make_spectrum(config_, seq_len_);
  std::set<std::int64_t> denominators{run_.rope.layout.head_dim,     run_.shape.head_dim,
                                      config_.layout.rotary_dim - 2, config_.layout.rotary_dim + 2,
                                      config_.layout.rotary_dim - 1, config_.layout.rotary_dim + 1,
                                      2 * config_.layout.rotary_dim, 2 * config_.layout.rotary_dim - 2,
                                      config_.layout.rotary_dim / 2, config_.layout.rotary_dim / 2 - 1,
                                      run_.rope.layout.rotary_dim};
  denominators.erase(config_.layout.rotary_dim);
  const auto by_index = [&](const std::function<double(double)>& exponent) {
    std::vector<double> theta;
    for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
      const double scale = spectrum.unscaled[i] == 0 ? 0 : spectrum.inv_freq[i] / spectrum.unscaled[i];
      theta.push_back(scale * std::pow(config_.base, -exponent(static_cast<double>(i))));
    }
    return theta;
  };
  const bool by_wavelength = config_.scaling.rope_type == RopeType::llama3;
  const bool by_base = config_.scaling.rope_type == RopeType::ntk || config_.scaling.rope_type == RopeType::dynamic;
  for (const std::int64_t denominator : denominators) {
    if (denominator <= 0) continue;
    const Cause cause{"exponent", {{"denominator", denominator}}};
    if (by_wavelength) {
      RopeConfig changed = config_;
      changed.base = std::pow(config_.base, d / static_cast<double>(denominator));
      add({cause}, changed, seq_len_);
    }
    if (by_base) add_theta({cause}, powers(spectrum.inv_freq, d / static_cast<double>(denominator)));
    add_theta({cause}, by_index([&](double i) { return 2 * i / static_cast<double>(denominator); }));
  }
  for (const double shift : {0.5, 1.0, -0.5, -1.0, 2.0}) {
    const Cause cause{"exponent", {{"shift", shift}}};
    const double slower = std::pow(config_.base, -2 * shift / d);
    if (by_wavelength) { // slower by c in a context longer by 1/c is the same but for c
      RopeConfig changed = config_;
      set_trained_length(changed, trained_length(config_) * slower);
      std::vector<double> theta = make_spectrum(changed, seq_len_).inv_freq;
      for (double& t : theta) t *= slower;
      add_theta({cause}, theta);
    }
    add_theta({cause}, by_index([&](double i) { return 2 * (i + shift) / d; }));
  }
  add_theta({{"exponent", {{"inverted", true}}}}, by_index([&](double i) { return -2 * i / d; }));
  for (const std::vector<double>& theta : {spectrum.unscaled, spectrum.inv_freq})
    add_theta({{"exponent", {{"inverted", true}}}}, powers(theta, -1));
}

void Choices::add_yarn(const Cause& cause) {
  const auto with = [&](const char* name, ParameterValue value) {
    Cause named = cause;
    named.parameters.push_back({name, std::move(value)});
    return std::vector<Cause>{named};
  };
  RopeConfig changed = config_;
  changed.scaling.truncate = !changed.scaling.truncate;
  add(with("truncate", changed.scaling.truncate), changed, seq_len_);
  changed = config_;
  std::swap(changed.scaling.beta_fast, changed.scaling.beta_slow);
  add(with("beta_swapped", true), changed, seq_len_);
  changed.scaling.truncate = !changed.scaling.truncate;
  add(with("beta_swapped", true), changed, seq_len_);
  add_fitted(
      cause, "beta_fast", config_, [](RopeConfig& c, double v) { c.scaling.beta_fast = v; }, 1.01, 1000);
  add_fitted(
      cause, "beta_slow", config_, [](RopeConfig& c, double v) { c.scaling.beta_slow = v; }, 0.01, 31);
}

void Choices::add_llama3(const Cause& cause) {
  add_fitted(
      cause, "low_freq_factor", config_, [](RopeConfig& c, double v) { c.scaling.low_freq_factor = v; }, 0.05,
      config_.scaling.high_freq_factor * 0.999);
  add_fitted(
      cause, "high_freq_factor", config_, [](RopeConfig& c, double v) { c.scaling.high_freq_factor = v; },
      config_.scaling.low_freq_factor * 1.001, 64);
}

/// Of what length the kernel took the context to be.
void Choices::add_lengths(const Cause& cause) {
  if (config_.scaling.rope_type == RopeType::longrope) {
    for (const double length : {1.0, 1e9}) {
      Cause named = cause;
      named.parameters.push_back({"factors", std::string(length > 1 ? "long" : "short")});
      add({named}, config_, length);
    }
    return;
  }
  if (!is_dynamic(config_.scaling.rope_type)) {
    add_fitted(
        cause, "original_max_position_embeddings", config_, [](RopeConfig& c, double v) { set_trained_length(c, v); },
        64, 1e7);
    return;
  }
  Cause named = cause;
  named.parameters.push_back({"seq_len", config_.scaling.max_position_embeddings});
  add({named}, config_, std::nullopt);
  const auto length = fitted([&](double tokens) { return make_spectrum(config_, tokens).inv_freq; },
                             config_.scaling.max_position_embeddings, 1e7);
  if (!length) return;
  named.parameters.back().second = *length;
  add({named}, config_, *length);
}

void Choices::add_other_schemes(const Cause& cause) {
  for (const RopeType type : {RopeType::linear, RopeType::ntk, RopeType::yarn, RopeType::llama3, RopeType::dynamic}) {
    if (type == config_.scaling.rope_type) continue;
    const auto changed = with_scheme(config_, type, extension_factor(config_));
    if (!changed) continue;
    Cause named = cause;
    named.parameters.push_back({"measured_scheme", std::string(rope_type_name(type))});
    add({named}, *changed, seq_len_);
  }
}

void Choices::add_scaling() {
  const std::string scheme(rope_type_name(config_.scaling.rope_type));
  const Cause cause{"scaling_parameters", {{"scheme", scheme}}};
  const Spectrum spectrum = make_spectrum(config_, seq_len_);
  RopeConfig plain = config_;
  plain.scaling.rope_type = RopeType::standard;
  plain.scaling.freq_factors.clear();
  if (config_.scaling.rope_type == RopeType::standard) {
    if (!config_.scaling.freq_factors.empty())
      add({{"scaling_ignored", {{"scheme", std::string("freq_factors")}}}}, plain, seq_len_);
    return;
  }
  add({{"scaling_ignored", {{"scheme", scheme}}}}, plain, seq_len_);
  if (config_.scaling.rope_type == RopeType::yarn) add_yarn(cause);
  if (config_.scaling.rope_type == RopeType::llama3) add_llama3(cause);
  if (config_.scaling.rope_type != RopeType::longrope && config_.scaling.rope_type != RopeType::proportional)
    add_fitted(
        cause, "factor", config_,
        [](RopeConfig& c, double v) {
          c.scaling.factor = v;
          c.scaling.factor_is_null = false;
          c.scaling.alpha.reset();
        },
        1.0 / 64, 4096);
  if (config_.scaling.rope_type != RopeType::linear && config_.scaling.rope_type != RopeType::proportional)
    add_lengths(cause);
  add_other_schemes(cause);
  std::vector<double> inverted;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i)
    inverted.push_back(spectrum.inv_freq[i] == 0 ? 0
                                                 : spectrum.unscaled[i] * spectrum.unscaled[i] / spectrum.inv_freq[i]);
  Cause named = cause;
  named.parameters.push_back({"inverted", true});
  add_theta({named}, inverted);
}

void Choices::add_axes() {
  const std::int64_t axes = run_.positions.axes;
  if (axes < 2) return;
  const std::vector<std::uint8_t> expected = expected_.turns.axis;
  const auto add_axis = [&](const char* parameter, const std::string& words, std::vector<std::uint8_t> axis) {
    FrequencyChoice choice = expected_;
    choice.turns.axis = std::move(axis);
    choice.causes = {{"axis_order", {{parameter, words}}}};
    keep(std::move(choice));
  };
  std::vector<std::uint8_t> order(static_cast<std::size_t>(axes));
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  while (std::next_permutation(order.begin(), order.end())) {
    std::vector<std::uint8_t> axis;
    for (const std::uint8_t a : expected) axis.push_back(order[a]);
    std::string words;
    for (const std::uint8_t a : order) words += fmt::format("{}{}", words.empty() ? "" : ",", axis_name(run_.rope, a));
    add_axis("order", words, axis);
  }
  for (std::uint8_t a = 0; a < axes; ++a)
    add_axis("only", std::string(axis_name(run_.rope, a)), std::vector<std::uint8_t>(expected.size(), a));
  if (axes != 3) return;
  for (const auto& [rule, words] :
       {std::pair{AxisRule::sections, "sections"}, std::pair{AxisRule::sections_interleaved, "interleaved"},
        std::pair{AxisRule::sections_ernie, "ernie"}}) {
    RopeConfig other = config_;
    other.axes.rule = rule;
    try {
      add_axis("rule", words, pair_axes(other, axes));
    } catch (const Error&) { // these sections have no such rule
    }
  }
}

void Choices::add_layers() {
  for (const LayerRope& layer : run_.other_layers) {
    if (!layer.config.rotates || pair_count(layer.config) != pair_count(config_)) continue;
    std::vector<Cause> causes;
    if (layer.config.base != config_.base)
      causes.push_back({"base", {{"measured", layer.config.base}, {"layer_type", layer.layer_type}}});
    if (layer.config.scaling.rope_type != config_.scaling.rope_type) {
      const std::string scheme(rope_type_name(config_.scaling.rope_type));
      if (layer.config.scaling.rope_type == RopeType::standard)
        causes.push_back({"scaling_ignored", {{"scheme", scheme}, {"layer_type", layer.layer_type}}});
      else
        causes.push_back({"scaling_parameters", {{"scheme", scheme}, {"layer_type", layer.layer_type}}});
    }
    if (!causes.empty()) add(causes, layer.config, seq_len_);
  }
}

/// Where positions have several axes, a token's shift does not tell its speed.
void Choices::add_speeds() {
  if (run_.positions.axes < 2) return;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < measured_.size(); ++i)
    if (measured_[i].sigma < 1e-3 * std::abs(measured_[i].theta) && std::abs(measured_[i].theta) < 1)
      ratios.push_back(measured_[i].theta / (expected_.turns.theta[i] * run_.rope.layout.pairs.direction));
  std::vector<double> speeds{-1, 2};
  if (!ratios.empty()) {
    std::nth_element(ratios.begin(), ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2), ratios.end());
    const double speed = std::round(ratios[ratios.size() / 2] * 1000) / 1000;
    if (speed != 0 && speed != -1 && speed != 1 && speed != 2) speeds.push_back(speed);
  }
  for (const double speed : speeds) {
    std::vector<double> theta = expected_.turns.theta;
    for (double& t : theta) t *= speed;
    add_theta({speed == -1  ? Cause{"inverse_rotation", {}}
               : speed == 2 ? Cause{"applied_twice", {}}
                            : Cause{"position_scale", {{"scale", speed}}}},
              theta);
  }
}

} // namespace

FrequencyChoice expected_frequencies(const KernelRun& run, std::int64_t rotary_dim) {
  return Choices(run, rotary_dim, {}).expected();
}

std::vector<FrequencyChoice> frequency_choices(const KernelRun& run, std::int64_t rotary_dim,
                                               std::span<const FrequencyFit> measured) {
  Choices choices(run, rotary_dim, measured);
  if (!run.rope.rotates) return {};
  choices.add_layers();
  choices.add_scaling();
  choices.add_axes();
  if (!of_patches(run.rope.axes.rule)) choices.add_exponents();
  choices.add_speeds();
  choices.add_bases();
  return std::move(choices.all);
}

} // namespace ropescope
