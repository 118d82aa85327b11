// A scene's embedding as lines for other programs, and the scene as a command.
#include <cmath>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/scene/called.h"
#include "app/scene/copy_as.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/rope/scheme.h"
#include "core/rope/scheme_keys.h"
#include "core/rope/spectrum.h"
#include "core/text.h"

namespace ropescope {

namespace {

Spectrum spectrum_of(const Scene& scene) { return make_spectrum(scene.rope, sequence_length(scene)); }

/// Whether the frequencies are those of a base and nothing else: one list, whole, without a file's own factors.
bool is_plain(const RopeConfig& rope, const Spectrum& spectrum) {
  if (!rope.scaling.freq_factors.empty() || rope.layout.rotary_dim % 2 != 0) return false;
  const auto d = static_cast<double>(rope.layout.rotary_dim);
  for (std::size_t i = 0; i < spectrum.unscaled.size(); ++i) {
    const double expected = std::pow(rope.base, -2 * static_cast<double>(i) / d);
    if (std::abs(spectrum.unscaled[i] - expected) > 1e-12 * expected) return false; // axes in turns, parts of a head
  }
  return true;
}

/// The numbers themselves, four in a line.
std::string list_lines(const std::vector<double>& numbers) {
  std::string lines = "inv_freq = torch.tensor([\n";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    lines += i % 4 == 0 ? "    " : " ";
    lines += fmt::format("{},", numbers[i]);
    if (i % 4 == 3 || i + 1 == numbers.size()) lines += "\n";
  }
  return lines + "], dtype=torch.float64)\n";
}

std::string yarn_lines(const RopeConfig& rope) {
  const double fast = rope.scaling[key::beta_fast], slow = rope.scaling[key::beta_slow];
  const bool truncate = rope.scaling[key::truncate];
  std::string lines = fmt::format("s, trained = {}, {}\n", extension_factor(rope), trained_length(rope));
  lines += "pair_with = lambda turns: d * math.log(trained / (turns * 2 * math.pi)) / (2 * math.log(base))\n";
  lines += fmt::format("low, high = {}(pair_with({})), {}(pair_with({}))\n", truncate ? "math.floor" : "",
                       fast != 0 ? fast : key::beta_fast.fallback, truncate ? "math.ceil" : "",
                       slow != 0 ? slow : key::beta_slow.fallback);
  lines += "low, high = max(low, 0), min(high, d - 1)\n";
  lines += "ramp = ((torch.arange(d // 2, dtype=torch.float64) - low) / ((high - low) or 0.001)).clamp(0, 1)\n";
  return lines + "inv_freq = inv_freq / s * ramp + inv_freq * (1 - ramp)\n";
}

std::string llama3_lines(const RopeConfig& rope) {
  std::string lines =
      fmt::format("s, trained, low, high = {}, {}, {}, {}\n", extension_factor(rope), trained_length(rope),
                  rope.scaling[key::low_freq_factor], rope.scaling[key::high_freq_factor]);
  lines += "turns = trained * inv_freq / (2 * math.pi)\n";
  lines += "keep = ((turns - low) / ((high - low) or 1e-9)).clamp(0, 1)\n";
  return lines + "inv_freq = inv_freq / s * (1 - keep) + inv_freq * keep\n";
}

/// The scheme as a formula; empty where its numbers are shorter than its rule.
std::string formula_lines(const RopeConfig& rope, const Spectrum& spectrum) {
  if (!is_plain(rope, spectrum)) return {};
  const RopeType type = rope.scaling.rope_type;
  std::string lines = fmt::format("base, d = {}, {}\n", spectrum.base, rope.layout.rotary_dim);
  lines += "inv_freq = base ** -(torch.arange(0, d, 2, dtype=torch.float64) / d)\n";
  if (type == RopeType::standard || scheme_of(rope).acts_on == ActsOn::base) return lines; // of the base in force
  if (type == RopeType::linear) return lines + fmt::format("inv_freq = inv_freq / {}\n", extension_factor(rope));
  if (type == RopeType::llama3 && rope.scaling[key::high_freq_factor] > rope.scaling[key::low_freq_factor])
    return lines + llama3_lines(rope);
  if (type == RopeType::yarn && rope.scaling[key::extrapolation_factor] == 1) return lines + yarn_lines(rope);
  return {};
}

/// In quotes where a shell would take it apart.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string result = "'";
  for (const char ch : word)
    if (ch == '\'')
      result += "'\\''";
    else
      result += ch;
  return result += "'";
}

/// A value as `--pose` takes it.
std::string posed(const Property& row, const Value& value) {
  if (const auto* list = std::get_if<std::vector<double>>(&value)) return fmt::format("{}", fmt::join(*list, ","));
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return fmt::format("{}", fmt::join(*list, ","));
  return value_words(row, value);
}

[[noreturn]] void no_flags(const std::string& why) { throw Error(fmt::format("llama.cpp has no flags for {}", why)); }

/// YaRN's flags. llama.cpp multiplies cos and sin by 1 + 0.1·ln s itself, times --yarn-attn-factor (ggml-cpu/ops.cpp,
/// rope_yarn).
std::string yarn_flags(const RopeConfig& rope, const Spectrum& spectrum) {
  if (!rope.scaling[key::truncate]) no_flags("YaRN with truncate false: ggml rounds the ramp's ends to whole pairs");
  const double s = extension_factor(rope), fast = rope.scaling[key::beta_fast], slow = rope.scaling[key::beta_slow];
  std::string flags = fmt::format("--rope-scaling yarn --rope-scale {} --rope-freq-base {} --yarn-orig-ctx {:.0f}", s,
                                  rope.base, trained_length(rope));
  if (fast != key::beta_fast.fallback && fast != 0) flags += fmt::format(" --yarn-beta-fast {}", fast);
  if (slow != key::beta_slow.fallback && slow != 0) flags += fmt::format(" --yarn-beta-slow {}", slow);
  if (const double own = rope.scaling[key::extrapolation_factor]; own != 1)
    flags += fmt::format(" --yarn-ext-factor {}", own);
  const double factor = spectrum.attention_factor / (1 + 0.1 * std::log(s));
  if (std::abs(factor - 1) > 1e-9) flags += fmt::format(" --yarn-attn-factor {}", factor);
  return flags;
}

} // namespace

bool is_another_base(const Scene& scene) {
  if (scheme_of(scene.rope).acts_on != ActsOn::base) return false;
  const double tokens = trained_length(scene.rope);
  const Spectrum spectrum = make_spectrum(scene.rope, tokens * 8);
  return spectrum.softmax_factor == 1 && make_spectrum(scene.rope, tokens / 2).inv_freq == spectrum.inv_freq;
}

Copied as_pytorch(const Scene& scene) {
  const Spectrum spectrum = spectrum_of(scene);
  const RopeConfig& rope = scene.rope;
  if (!rope.rotates) throw Error("these layers have no rotary embedding: there is nothing to copy");
  std::string lines = fmt::format("# {}, {}", scene.model.name, scheme_of(rope).title);
  if (rope.layout.rotary_dim != rope.layout.head_dim)
    lines += fmt::format("; {} of {} components turn", rope.layout.rotary_dim, rope.layout.head_dim);
  if (scheme_of(rope).memory != CallMemory::fixed ||
      (scheme_of(rope).acts_on == ActsOn::base && !is_another_base(scene)))
    lines += fmt::format("; for a sequence of {:.0f} tokens", sequence_length(scene));
  lines += "\n";
  const std::string formula = formula_lines(rope, spectrum);
  if (formula.find("math.") != std::string::npos) lines += "import math\n";
  lines += "import torch\n\n";
  lines += formula.empty() ? list_lines(spectrum.inv_freq) : formula;
  lines += fmt::format("attention_factor = {}\n", spectrum.attention_factor);
  return {lines, "Copied as PyTorch: inv_freq and attention_factor."};
}

Copied as_llama_cpp_flags(const Scene& scene) {
  const RopeConfig& rope = scene.rope;
  if (!rope.rotates) no_flags("layers without a rotary embedding");
  if (rope.axes.rule == AxisRule::listed) no_flags("the axes of an image or video model");
  if (!rope.scaling.freq_factors.empty()) no_flags("a file's own factors: they lie in the GGUF (tensor rope_freqs)");
  const Scheme& scheme = scheme_of(rope);
  const Spectrum spectrum = spectrum_of(scene);
  std::string flags;
  if (scheme.type == RopeType::standard)
    flags = fmt::format("--rope-scaling none --rope-freq-base {}", rope.base);
  else if (scheme.type == RopeType::linear)
    flags = fmt::format("--rope-scaling linear --rope-scale {} --rope-freq-base {}", extension_factor(rope), rope.base);
  else if (is_another_base(scene))
    flags = fmt::format("--rope-scaling none --rope-freq-base {}", spectrum.base);
  else if (scheme.type == RopeType::yarn)
    flags = yarn_flags(rope, spectrum);
  else if (scheme.type == RopeType::llama3 || scheme.type == RopeType::longrope)
    no_flags(fmt::format("{}: the converter writes its factors into the GGUF", scheme.title));
  else
    no_flags(std::string(scheme.title));
  return {flags + "\n", is_another_base(scene)
                            ? fmt::format("Copied as llama.cpp flags: {} is another base there.", scheme.title)
                            : std::string("Copied as llama.cpp flags.")};
}

Copied as_command_line(const Scene& scene) {
  const std::string& origin = scene.model.origin;
  std::string command = "ropescope";
  Scene reached = first_scene();
  if (origin.starts_with("{"))
    command += " --pose " + quoted("model=" + origin);
  else if (std::error_code error; std::filesystem::exists(origin, error))
    command += " --config " + quoted(std::filesystem::absolute(origin, error).string());
  else
    command += " --model " + quoted(origin);
  reached = with_model(scene_of(scene.model), scene.model);
  for (const Property* row : all_properties()) {
    const Value wanted = get(scene, *row);
    if (row->key == "model" || get(reached, *row) == wanted) continue;
    command += " --pose " + quoted(fmt::format("{}={}", row->key, posed(*row, wanted)));
    try {
      set(reached, *row, wanted);
    } catch (const Error&) {
      continue; // compared below
    }
  }
  settle(reached);
  Copied copied{command + "\n", "Copied as command line."};
  if (scene_json(reached) != scene_json(scene))
    copied.said = "Copied as command line. Not everything in this scene can be said so: a scene's file keeps all.";
  return copied;
}

Copied as_words(const Scene& scene) {
  const RopeConfig& rope = scene.rope;
  const Spectrum spectrum = spectrum_of(scene);
  std::string text = fmt::format("model: {}\n", called(scene.model));
  if (!scene.layer_type.empty()) text += fmt::format("layers: {}\n", scene.layer_type);
  text += fmt::format("head_dim: {}\nrotary_dim: {}\npairing: {}\nbase: {}\n", rope.layout.head_dim,
                      rope.layout.rotary_dim, pairing_name(rope.layout.pairs.pairing), rope.base);
  text += fmt::format("scheme: {}\n", scheme_of(rope).title);
  if (scheme_of(rope).takes_factor) text += fmt::format("factor: {}\n", extension_factor(rope));
  text += fmt::format("trained: {:.0f} tokens\n", trained_length(rope));
  for (const Parameter* parameter : scheme_of(rope).parameters)
    if (parameter->kind == ParameterKind::number)
      text += fmt::format("{}: {}\n", parameter->key, rope.scaling.parameters.number(*parameter));
  text += fmt::format("attention_factor: {}\nm: {}\nn: {}\n", spectrum.attention_factor, scene.m, scene.n);
  return {text, "Copied the configuration as text; over a control or a read-out Ctrl+C copies its value."};
}

} // namespace ropescope
