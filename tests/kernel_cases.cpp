#include "tests/kernel_cases.h"
#include "core/rope/scheme_keys.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <fmt/format.h>

namespace ropescope::test {

RopeConfig CaseModel::config() const {
  RopeConfig c;
  c.layout.head_dim = head_dim;
  c.layout.rotary_dim = rotary_dim;
  c.base = base;
  c.scaling.max_position_embeddings = 131072;
  c.layout.pairs.pairing = c.layout.pairs.output = interleaved ? Pairing::interleaved : Pairing::half;
  if (scheme != plain) {
    c.scaling.rope_type = scheme == llama3 ? RopeType::llama3 : RopeType::yarn;
    c.scaling.factor = factor;
    c.scaling.original_max_position_embeddings = original;
    c.scaling.set(key::low_freq_factor, low_freq);
    c.scaling.set(key::high_freq_factor, high_freq);
    c.scaling.set(key::beta_fast, beta_fast);
    c.scaling.set(key::beta_slow, beta_slow);
    c.scaling.set(key::truncate, truncate);
  }
  return c;
}

double CaseModel::gain() const { return scheme == yarn ? 1 + 0.1 * std::log(factor) : 1; }

std::vector<double> CaseModel::theta() const {
  const double d = static_cast<double>(rotary_dim), divisor = denominator > 0 ? denominator : d;
  std::vector<double> result;
  const auto corrected = [&](double turns) {
    return d * std::log(original / (turns * 2 * std::numbers::pi)) / (2 * std::log(base));
  };
  double low = corrected(beta_fast), high = corrected(beta_slow);
  if (truncate) low = std::floor(low), high = std::ceil(high);
  low = std::max(low, 0.0);
  high = std::min(high, d - 1);
  if (low == high) high += 0.001;
  for (std::int64_t i = 0; i < rotary_dim / 2; ++i) {
    double t = std::pow(base, -2 * (static_cast<double>(i) + shift) / divisor);
    if (scheme == llama3) {
      const double wavelength = 2 * std::numbers::pi / t;
      if (wavelength > original / low_freq)
        t /= factor;
      else if (wavelength >= original / high_freq) {
        const double smooth = (original / wavelength - low_freq) / (high_freq - low_freq);
        t = (1 - smooth) * t / factor + smooth * t;
      }
    } else if (scheme == yarn) {
      const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
      t = t / factor * ramp + t * (1 - ramp);
    }
    result.push_back(t);
  }
  return result;
}

std::vector<CaseModel> case_models() {
  CaseModel llama{.name = "Llama 3.1", .base = 500000, .scheme = CaseModel::llama3, .factor = 8};
  CaseModel neox{.name = "GPT-NeoX", .head_dim = 96, .rotary_dim = 24};
  CaseModel qwen{.name = "Qwen 2.5 YaRN", .base = 1e6, .scheme = CaseModel::yarn, .factor = 4, .original = 32768};
  return {llama, neox, qwen};
}

CaseKernel right_kernel(const CaseModel& model) {
  CaseKernel kernel;
  kernel.model = model;
  kernel.gain = model.gain();
  kernel.reads_interleaved = kernel.writes_interleaved = model.interleaved;
  kernel.position = [](double p, std::int64_t, std::int64_t) { return p; };
  kernel.cosine = [](double a) { return std::cos(a); };
  kernel.sine = [](double a) { return std::sin(a); };
  kernel.turns = [](std::int64_t, std::int64_t) { return true; };
  kernel.round_theta = kernel.round_angle = kernel.round_table = [](double x) { return x; };
  return kernel;
}

std::vector<CaseShape> case_shapes() {
  CaseShape prefill{"prefill [3, 270, d]", 3, 270, 1, {}};
  for (std::int64_t t = 0; t < prefill.tokens; ++t) prefill.positions.push_back(t);
  CaseShape far{"gapped to 131071 [112, 2, d]", 1, 112, 2, {}};
  for (std::int64_t t = 0; t < 48; ++t) far.positions.push_back(t);
  for (std::int64_t t = 48; t < 112; ++t)
    far.positions.push_back(
        t % 4 != 0 ? far.positions.back() + 1
                   : 60 + static_cast<std::int64_t>(std::pow(static_cast<double>(t - 47) / 64, 3) * 130900));
  far.positions.back() = 131071;
  return {prefill, far};
}

namespace {

struct Pair {
  std::int64_t first, second;
};
Pair pair_of(bool interleaved, std::int64_t i, std::int64_t pairs) {
  return interleaved ? Pair{2 * i, 2 * i + 1} : Pair{i, i + pairs};
}

void turn_row(const CaseKernel& k, const std::vector<double>& theta, double position, const double* in, double* out) {
  const auto pairs = static_cast<std::int64_t>(theta.size());
  const auto table = [&](std::int64_t pair) {
    const double angle = k.round_angle(position * k.round_theta(theta[static_cast<std::size_t>(pair)])) * k.times;
    return std::pair{k.round_table(k.cosine(angle) * k.gain), k.round_table(k.sine(angle) * k.gain)};
  };
  for (std::int64_t i = 0; i < pairs; ++i) {
    const Pair from = pair_of(k.reads_interleaved, i, pairs), to = pair_of(k.writes_interleaved, i, pairs);
    const double x = in[from.first], y = in[from.second];
    auto [c, s] = table(i);
    auto [c2, s2] = std::pair{c, s};
    if (k.mixed_table) { // the angle of each component as the other pairing lays them out
      std::tie(c, s) = table(k.reads_interleaved ? from.first % pairs : from.first / 2);
      std::tie(c2, s2) = table(k.reads_interleaved ? from.second % pairs : from.second / 2);
    }
    out[to.first] = x * c - y * s;
    out[to.second] = y * c2 + x * s2;
  }
}

} // namespace

KernelRun run_kernel(const CaseModel& model, const CaseKernel& kernel, const CaseShape& shape, NumberFormat format,
                     unsigned seed) {
  KernelRun run;
  run.rope = model.config();
  run.shape = {shape.outer, shape.tokens, shape.inner, model.head_dim};
  run.heads = shape.inner > 1 ? shape.inner : shape.outer;
  run.positions = {1, shape.positions};
  run.seq_len = 131072;
  run.in.dtype = run.out.dtype = format == NumberFormat::bfloat16  ? NumberFormat::bfloat16
                                 : format == NumberFormat::float16 ? NumberFormat::float16
                                                                   : NumberFormat::float32;
  run.in.shape = run.out.shape = {shape.outer, shape.tokens, shape.inner, model.head_dim};
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  const std::vector<double> theta = kernel.model.theta();
  const auto width = static_cast<std::size_t>(model.head_dim);
  std::vector<double> in(width), out(width);
  for (std::int64_t o = 0; o < shape.outer; ++o)
    for (std::int64_t t = 0; t < shape.tokens; ++t)
      for (std::int64_t n = 0; n < shape.inner; ++n) {
        for (double& x : in) x = static_cast<double>(rounded(format, normal(random)));
        out = in;
        const std::int64_t head = shape.inner > 1 ? n : o;
        if (kernel.turns(t, head))
          turn_row(kernel, theta,
                   kernel.position(static_cast<double>(shape.positions[static_cast<std::size_t>(t)]), t, head),
                   in.data(), out.data());
        if (kernel.after)
          kernel.after(kernel.model, t, head, static_cast<double>(shape.positions[static_cast<std::size_t>(t)]),
                       in.data(), out.data());
        for (const double x : in) run.in.floats.push_back(static_cast<float>(x));
        for (const double x : out) run.out.floats.push_back(rounded(format, static_cast<float>(x)));
      }
  return run;
}

namespace {

class Bugs {
public:
  Bugs(const CaseModel& model, const CaseShape& shape) : model_(model), shape_(shape) {}

  CaseKernel& add_all(const std::string& name, std::vector<ExpectedCause> causes) {
    all.push_back({name, std::move(causes), right_kernel(model_), shape_, {}, {}});
    return all.back().kernel;
  }
  CaseKernel& add(const std::string& name, ExpectedCause cause) { return add_all(name, {std::move(cause)}); }

  void take(CaseKernel& kernel, const CaseModel& model) const {
    kernel.model = model;
    kernel.gain = model.gain();
  }

  void add_pairings();
  void add_positions();
  void add_frequencies();
  void add_gains();
  void add_precision();
  void add_tables();

  const CaseModel& model_;
  const CaseShape& shape_;
  std::vector<CaseBug> all;
};

ExpectedCause pairing(bool interleaved) {
  return {"pairing", {{"measured", std::string(interleaved ? "interleaved" : "half")}}};
}

double round_to(NumberFormat format, double x) { return static_cast<double>(rounded(format, static_cast<float>(x))); }

void Bugs::add_pairings() {
  CaseKernel& other = add("pairing", pairing(!model_.interleaved));
  other.reads_interleaved = other.writes_interleaved = !model_.interleaved;
  add("output_permuted", {"output_permuted", {}}).writes_interleaved = !model_.interleaved;
  add("pairing_mixed", {"pairing_mixed", {}}).mixed_table = true;
  add("inverse_rotation", {"inverse_rotation", {}}).times = -1;
  CaseKernel& swapped = add("cos_sin_swapped", {"cos_sin_swapped", {}});
  swapped.cosine = [](double a) { return std::sin(a); };
  swapped.sine = [](double a) { return std::cos(a); };
  add("sin_missing", {"sin_missing", {}}).sine = [](double) { return 0.0; };
  CaseKernel& twice = add("applied_twice", {"applied_twice", {}});
  twice.times = 2;
  add("not_rotated", {"not_rotated", {}}).turns = [](std::int64_t, std::int64_t) { return false; };
}

void Bugs::add_positions() {
  for (const double k : {1.0, -1.0, 37.0, 4096.0})
    add("position_offset", {"position_offset", {{"offset", static_cast<std::int64_t>(k)}}}).position =
        [k](double p, std::int64_t, std::int64_t) { return p + k; };
  for (const double s : {0.5, 0.125, 3.0}) add("position_scale", {"position_scale", {{"scale", s}}}).times = s;
  add("position_constant", {"position_constant", {{"position", std::int64_t{77}}}}).position =
      [](double, std::int64_t, std::int64_t) { return 77; };
  add("position_by_head", {"position_by_head", {}}).position = [](double p, std::int64_t, std::int64_t head) {
    return p + static_cast<double>(head);
  };
  add("position_by_head", {"position_by_head", {}}).position = [](double, std::int64_t, std::int64_t head) {
    return static_cast<double>(head);
  };
  const std::size_t row = static_cast<std::size_t>(shape_.tokens * 3 / 4);
  const auto at = static_cast<double>(shape_.positions[row]);
  add("positions_restart", {"positions_restart", {{"at", static_cast<std::int64_t>(at)}}}).position =
      [at](double p, std::int64_t, std::int64_t) { return p < at ? p : p - at; };
  CaseKernel& counting = add("positions_ignored_restart", {"positions_ignored_restart", {}});
  counting.position = [](double, std::int64_t token, std::int64_t) { return static_cast<double>(token); };
  auto& packed = all.back().shape.positions;
  for (std::size_t t = 0; t < packed.size(); ++t)
    packed[t] = static_cast<std::int64_t>(t < packed.size() / 3 ? t : t - packed.size() / 3);
}

void Bugs::add_frequencies() {
  for (const double base : {10000.0, 500000.0, 1e6, 12345.0}) {
    if (base == model_.base) continue;
    CaseModel other = model_;
    other.base = base;
    take(add("base", {"base", {{"measured", base}}}), other);
  }
  const double d = static_cast<double>(model_.rotary_dim);
  std::vector<double> denominators{d - 2, 2 * d};
  if (model_.head_dim != model_.rotary_dim) denominators.push_back(static_cast<double>(model_.head_dim));
  for (const double denominator : denominators) {
    CaseModel other = model_;
    other.denominator = denominator;
    take(add("exponent", {"exponent", {{"denominator", denominator}}}), other);
  }
  for (const double shift : {0.5, 1.0}) {
    CaseModel other = model_;
    other.shift = shift;
    take(add("exponent", {"exponent", {{"shift", shift}}}), other);
  }
  CaseModel whole = model_;
  if (model_.rotary_dim != model_.head_dim) {
    whole.rotary_dim = model_.head_dim;
    take(add("rotary_dim", {"rotary_dim", {{"measured", model_.head_dim}}}), whole);
  } else {
    whole.rotary_dim = model_.head_dim / 2;
    take(add("rotary_dim", {"rotary_dim", {{"measured", model_.head_dim / 2}}}), whole);
  }
  if (model_.scheme == CaseModel::plain) return;
  CaseModel plain = model_;
  plain.scheme = CaseModel::plain;
  take(add("scaling_ignored", {"scaling_ignored", {}}), plain);
  CaseModel factor = model_;
  factor.factor = 2 * model_.factor;
  take(add("scaling_parameters", {"scaling_parameters", {{"factor", factor.factor}}}), factor);
  all.back().kernel.gain = model_.gain();
  if (model_.scheme == CaseModel::llama3) {
    CaseModel other = model_;
    other.low_freq = 2;
    take(add("scaling_parameters", {"scaling_parameters", {{"low_freq_factor", 2.0}}}), other);
    other = model_;
    other.original = 4096;
    take(add("scaling_parameters", {"scaling_parameters", {{"original_max_position_embeddings", 4096.0}}}), other);
    return;
  }
  CaseModel other = model_;
  other.truncate = !model_.truncate;
  take(add("scaling_parameters", {"scaling_parameters", {{"truncate", other.truncate}}}), other);
  other = model_;
  std::swap(other.beta_fast, other.beta_slow);
  take(add("scaling_parameters", {"scaling_parameters", {{"beta_swapped", true}}}), other);
  other = model_;
  other.original = 131072;
  take(add("scaling_parameters", {"scaling_parameters", {{"original_max_position_embeddings", 131072.0}}}), other);
}

void Bugs::add_gains() {
  const double right = model_.gain();
  const std::vector<double> gains = right != 1 ? std::vector<double>{1, right * right} : std::vector<double>{1.2079};
  for (const double gain : gains)
    add("attention_factor", {"attention_factor", {{"measured", gain}, {"expected", right}}}).gain = gain;
  const std::int64_t heads = shape_.inner > 1 ? shape_.inner : shape_.outer;
  std::vector<std::int64_t> left;
  for (std::int64_t h = 1; h < heads; ++h) left.push_back(h);
  add("heads_not_rotated", {"heads_not_rotated", {{"heads", left}}}).turns = [](std::int64_t, std::int64_t head) {
    return head == 0;
  };
  const std::vector<std::int64_t> rows{40, 41, 90};
  add("rows_wrong", {"rows_wrong", {{"rows", rows}}}).position = [](double p, std::int64_t token, std::int64_t) {
    return token == 40 || token == 41 ? p + 5 * static_cast<double>(token) : token == 90 ? 3 : p;
  };
}

void Bugs::add_tables() {
  const auto greatest = static_cast<double>(shape_.positions.back());
  const double length = greatest > 5000 ? 4096 : 128;
  const auto table = [&](const char* beyond) {
    return ExpectedCause{"table_too_short",
                         {{"length", static_cast<std::int64_t>(length)}, {"beyond", std::string(beyond)}}};
  };
  add("table_too_short", table("clamp")).position = [=](double p, std::int64_t, std::int64_t) {
    return std::min(p, length - 1);
  };
  add("table_too_short", table("wrap")).position = [=](double p, std::int64_t, std::int64_t) {
    return std::fmod(p, length);
  };
  const std::vector<std::int64_t> positions = shape_.positions;
  add("table_too_short", table("identity")).turns = [=](std::int64_t token, std::int64_t) {
    return static_cast<double>(positions[static_cast<std::size_t>(token)]) < length;
  };
}

void Bugs::add_precision() {
  const auto recipe = [](const char* name) { return ExpectedCause{"precision", {{"recipe", std::string(name)}}}; };
  const auto to = [](NumberFormat f) { return [f](double x) { return round_to(f, x); }; };
  add("bf16_positions", recipe("bf16_positions")).position = [](double p, std::int64_t, std::int64_t) {
    return round_to(NumberFormat::bfloat16, p);
  };
  add("bf16_inv_freq", recipe("bf16_inv_freq")).round_theta = to(NumberFormat::bfloat16);
  add("fp16_inv_freq", recipe("fp16_inv_freq")).round_theta = to(NumberFormat::float16);
  add("bf16_angles", recipe("bf16_angles")).round_angle = to(NumberFormat::bfloat16);
  // The model's own code stores its tables in the rows' format, and bfloat16 rows round more than float16 tables do.
  add("bf16_tables", recipe("bf16_tables")).round_table = to(NumberFormat::bfloat16);
  all.back().hidden_in = {NumberFormat::bfloat16};
  add("fp16_tables", recipe("fp16_tables")).round_table = to(NumberFormat::float16);
  all.back().hidden_in = {NumberFormat::float16, NumberFormat::bfloat16};
  for (std::size_t last = 1; last <= 2; ++last)
    all[all.size() - last].why_hidden = "rows of this format round as much as such tables do";
}

bool near(const ParameterValue& found, const ParameterValue& expected, double tolerance) {
  const auto number = [](const ParameterValue& v) -> std::optional<double> {
    if (const auto* d = std::get_if<double>(&v)) return *d;
    if (const auto* i = std::get_if<std::int64_t>(&v)) return static_cast<double>(*i);
    return std::nullopt;
  };
  const auto a = number(found), b = number(expected);
  if (a && b) return std::abs(*a - *b) <= tolerance * std::abs(*b);
  return found == expected;
}

bool found_cause(const ExpectedCause& expected, const std::vector<Cause>& found) {
  return std::any_of(found.begin(), found.end(), [&](const Cause& cause) {
    return cause.name() == expected.name &&
           std::all_of(expected.parameters.begin(), expected.parameters.end(), [&](const auto& parameter) {
             const auto value = find_parameter(cause, parameter.first);
             return value && near(*value, parameter.second, 1e-3);
           });
  });
}

} // namespace

std::vector<CaseBug> case_bugs(const CaseModel& model, const CaseShape& shape) {
  Bugs bugs(model, shape);
  bugs.add_pairings();
  bugs.add_positions();
  bugs.add_frequencies();
  bugs.add_gains();
  bugs.add_tables();
  bugs.add_precision();
  return std::move(bugs.all);
}

std::vector<CaseBug> case_double_bugs(const CaseModel& model, const CaseShape& shape) {
  Bugs bugs(model, shape);
  const ExpectedCause offset{"position_offset", {{"offset", std::int64_t{3}}}};
  const auto moved = [](double p, std::int64_t, std::int64_t) { return p + 3; };
  CaseModel based = model;
  based.base = 30000;
  CaseKernel* kernel = &bugs.add_all("base and position_offset", {{"base", {{"measured", 30000.0}}}, offset});
  bugs.take(*kernel, based);
  kernel->position = moved;
  kernel = &bugs.add_all("pairing and position_offset", {pairing(!model.interleaved), offset});
  kernel->reads_interleaved = kernel->writes_interleaved = !model.interleaved;
  kernel->position = moved;
  kernel = &bugs.add_all("inverse_rotation and attention_factor",
                         {{"inverse_rotation", {}}, {"attention_factor", {{"measured", 1.3}}}});
  kernel->times = -1;
  kernel->gain = 1.3;
  kernel = &bugs.add_all("pairing and base", {pairing(!model.interleaved), {"base", {{"measured", 30000.0}}}});
  bugs.take(*kernel, based);
  kernel->reads_interleaved = kernel->writes_interleaved = !model.interleaved;
  return std::move(bugs.all);
}

bool as_expected(const CaseBug& bug, const Finding& finding) {
  const bool single = bug.causes.size() == 1;
  if (finding.causes.size() == bug.causes.size() &&
      std::all_of(bug.causes.begin(), bug.causes.end(),
                  [&](const ExpectedCause& c) { return found_cause(c, finding.causes); }))
    return true;
  return single && finding.causes.size() == 1 && found_cause(bug.causes[0], finding.indistinguishable);
}

namespace {

std::string words_of(std::string_view name, const Parameters& parameters) {
  std::string text(name);
  for (const auto& [key, value] : parameters)
    std::visit(
        [&, k = key](const auto& v) {
          using T = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<T, std::vector<std::int64_t>> || std::is_same_v<T, std::vector<double>>)
            text += fmt::format(" {}#{}", k, v.size());
          else
            text += fmt::format(" {}={}", k, v);
        },
        value);
  return text;
}

} // namespace

std::string words(const std::vector<Cause>& causes) {
  std::string text;
  for (const Cause& cause : causes) text += (text.empty() ? "" : " + ") + words_of(cause.name(), cause.parameters());
  return text;
}

std::string words(const std::vector<ExpectedCause>& causes) {
  std::string text;
  for (const ExpectedCause& cause : causes)
    text += (text.empty() ? "" : " + ") + words_of(cause.name, cause.parameters);
  return text;
}

} // namespace ropescope::test
