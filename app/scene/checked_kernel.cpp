#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include <fmt/format.h>

#include "app/scene/cause_words.h"
#include "app/scene/kernel_check.h"
#include "core/parallel.h"
#include "core/text.h"

namespace ropescope {

namespace {

constexpr std::int64_t step = 16; // tokens of a coarse row

/// Greater, with NaN above everything.
float worse(float a, float b) { return std::isnan(a) || a >= b ? a : b; }

double number(const Array& array, std::int64_t index) {
  const auto at = static_cast<std::size_t>(index);
  return array.dtype == NumberFormat::float64 ? array.doubles[at] : static_cast<double>(array.floats[at]);
}

double rms_of(const Array& array) {
  double sum = 0;
  if (array.dtype == NumberFormat::float64)
    for (const double x : array.doubles) sum += x * x;
  else
    for (const float x : array.floats) sum += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(sum / static_cast<double>(std::max<std::int64_t>(1, array.size())));
}

/// Where a number of the output lies.
std::string place_of(std::int64_t index, const KernelRun& run) {
  const std::int64_t row = index / run.shape.head_dim, token = run.shape.token_of_row(row);
  const std::int64_t head = run.head_of(row / (run.shape.inner * run.shape.tokens), row % run.shape.inner);
  return fmt::format("head {}, row {}, component {}", head, grouped(static_cast<double>(token)),
                     index % run.shape.head_dim);
}

std::string evidence_of(const Finding& finding, const KernelRun& run, const std::string& out) {
  if (const ParameterValue* first = finding.causes.front().find("first"))
    return fmt::format("In {} that is {}.", out, place_of(std::get<std::int64_t>(*first), run));
  if (finding.rows_wrong == 0)
    return fmt::format("{} is the expected output in all {} rows; max |Δ| {:.2g}.", out,
                       grouped(static_cast<double>(finding.rows)), finding.max_abs_error);
  return fmt::format("{} differs from the expected output in {} of {} rows, max |Δ| {:.3g}.", out,
                     grouped(static_cast<double>(finding.rows_wrong)), grouped(static_cast<double>(finding.rows)),
                     finding.max_abs_error);
}

std::string tolerance_of(const Finding& finding, const KernelRun& run) {
  std::string words;
  if (std::isfinite(finding.residual) && finding.causes.front().name != "unknown")
    words = fmt::format("So explained, {:.2g} of it remains. ", finding.residual);
  if (finding.verdict == Verdict::match) words = fmt::format("Off by {:.2g} on the whole. ", finding.expected_residual);
  if (finding.tolerance > 0)
    words += fmt::format("Rounding explains {:.2g}: {}.", finding.tolerance, finding.tolerance_reason);
  if (!finding.indistinguishable.empty()) {
    words += " This file cannot tell it from:";
    for (std::size_t i = 0; i < finding.indistinguishable.size(); ++i)
      words += (i == 0 ? " " : ", ") + in_words({finding.indistinguishable[i]}, run);
    words += finding.decide_by.empty() ? "." : "; to decide: " + finding.decide_by + '.';
  }
  return words;
}

std::vector<Tried> tried_in(const Finding& finding, const KernelRun& run) {
  std::vector<Tried> tried;
  bool idle = false;
  for (const Hypothesis& hypothesis : finding.hypotheses) {
    const bool arithmetic = hypothesis.causes.front().name == "precision" || hypothesis.causes.front().name == "match";
    const bool of_no_use = !tried.empty() && arithmetic && finding.verdict == Verdict::mismatch &&
                           std::abs(hypothesis.residual - finding.expected_residual) < 0.02 * finding.expected_residual;
    if (of_no_use && idle) continue;
    idle |= of_no_use;
    tried.push_back({of_no_use ? "as the model asks" : in_words(hypothesis.causes, run), hypothesis.residual});
  }
  return tried;
}

/// Half the spacing of numbers at 1 of the format that the output holds.
double unit_of(const Array& out) {
  switch (format_held(out)) {
  case NumberFormat::bfloat16: return 0x1p-9;
  case NumberFormat::float16: return 0x1p-12;
  case NumberFormat::float64: return 0x1p-53;
  default: return 0x1p-25;
  }
}

void set_scale(CheckedKernel& kernel) {
  const float most = kernel.errors.greatest(0, kernel.errors.tokens(), 0, kernel.errors.pairs());
  const double greatest = std::isfinite(most) ? static_cast<double>(most) : 0.0, size = kernel.rms * kernel.gain;
  kernel.rounding = kernel.finding.tolerance * size;
  kernel.scale.greatest = std::max({greatest, 1.5 * size, 1e-12});
  kernel.scale.least = std::max(unit_of(kernel.run.out) * size, kernel.scale.greatest * 1e-8);
}

void set_expected(CheckedKernel& kernel) {
  const KernelRun& run = kernel.run;
  const Spectrum spectrum = make_spectrum(run.rope, run.length());
  for (const double theta : spectrum.inv_freq) kernel.theta.push_back(run.rope.layout.pairs.direction * theta);
  if (!run.rope.rotates) std::fill(kernel.theta.begin(), kernel.theta.end(), 0.0);
  kernel.axes = pair_axes(run.rope, run.positions.axes);
  if (kernel.axes.empty()) kernel.axes.assign(kernel.theta.size(), 0);
  kernel.gain = spectrum.attention_factor;
  kernel.at = pair_components(pair_index(run.rope.layout.pairs, run.shape.head_dim, spectrum.pairs()),
                              run.shape.head_dim, spectrum.pairs());
}

/// Calls work with the first number of every row of a token that belongs to the head; −1: to any.
template <typename Work>
void for_rows(const KernelRun& run, std::int64_t head, std::int64_t token, Work work) {
  const RowShape& shape = run.shape;
  for (std::int64_t outer = 0; outer < shape.outer; ++outer)
    for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
      const std::int64_t of = run.head_of(outer, inner);
      if (head < 0 || of == head) work(((outer * shape.tokens + token) * shape.inner + inner) * shape.head_dim, of);
    }
}

PairOfRow read_pair(const CheckedKernel& kernel, std::int64_t row, std::int64_t token, std::int64_t pair) {
  const auto i = static_cast<std::size_t>(pair);
  const PairComponents& at = kernel.at;
  PairOfRow read;
  read.input = {number(kernel.run.in, row + at.in_first[i]), number(kernel.run.in, row + at.in_second[i])};
  read.kernel = {number(kernel.run.out, row + at.out_first[i]), number(kernel.run.out, row + at.out_second[i])};
  read.expected = kernel.multiplier(token, pair) * read.input;
  read.theta = kernel.theta[i];
  return read;
}

} // namespace

ErrorMap::ErrorMap(std::vector<float> errors, std::int64_t pairs)
    : errors_(std::move(errors)), tokens_(pairs > 0 ? static_cast<std::int64_t>(errors_.size()) / pairs : 0),
      pairs_(pairs) {
  coarse_.assign(static_cast<std::size_t>((tokens_ + step - 1) / step * pairs_), 0);
  for (std::int64_t t = 0; t < tokens_; ++t)
    for (std::int64_t i = 0; i < pairs_; ++i) {
      float& cell = coarse_[static_cast<std::size_t>(t / step * pairs_ + i)];
      cell = worse(at(t, i), cell);
    }
}

float ErrorMap::greatest(std::int64_t first_token, std::int64_t end_token, std::int64_t first_pair,
                         std::int64_t end_pair) const {
  float most = 0;
  const auto over_pairs = [&](const std::vector<float>& from, std::int64_t row) {
    for (std::int64_t i = first_pair; i < end_pair; ++i)
      most = worse(from[static_cast<std::size_t>(row * pairs_ + i)], most);
  };
  for (std::int64_t t = first_token; t < end_token;) {
    const bool whole = t % step == 0 && t + step <= end_token;
    over_pairs(whole ? coarse_ : errors_, whole ? t / step : t);
    t += whole ? step : 1;
  }
  return most;
}

double ErrorScale::share(double error) const {
  return std::clamp(std::log(std::max(error, 1e-30) / least) / std::log(greatest / least), 0.0, 1.0);
}

std::complex<double> CheckedKernel::multiplier(std::int64_t token, std::int64_t pair) const {
  return std::polar(gain, theta[static_cast<std::size_t>(pair)] * static_cast<double>(position(token, pair)));
}

PairOfRow CheckedKernel::pair_of_row(std::int64_t head, std::int64_t token, std::int64_t pair) const {
  PairOfRow worst;
  double most = -1;
  for_rows(run, head, token, [&](std::int64_t row, std::int64_t of) {
    PairOfRow read = read_pair(*this, row, token, pair);
    const double error = std::norm(read.kernel - read.expected);
    if (most >= 0 && !(error > most)) return;
    most = error;
    worst = read;
    worst.head = of;
  });
  return worst;
}

ErrorMap errors_of_head(const CheckedKernel& kernel, std::int64_t head) {
  const std::int64_t tokens = kernel.run.shape.tokens, pairs = kernel.at.pairs();
  std::vector<float> errors(static_cast<std::size_t>(tokens * pairs));
  constexpr std::int64_t tokens_of_a_task = 64;
  in_parallel(static_cast<std::size_t>((tokens + tokens_of_a_task - 1) / tokens_of_a_task), 0, [&](std::size_t task) {
    const std::int64_t begin = static_cast<std::int64_t>(task) * tokens_of_a_task;
    for (std::int64_t t = begin; t < std::min(tokens, begin + tokens_of_a_task); ++t)
      for (std::int64_t i = 0; i < pairs; ++i) {
        double squares = 0;
        std::int64_t count = 0;
        for_rows(kernel.run, head, t, [&](std::int64_t row, std::int64_t) {
          const PairOfRow read = read_pair(kernel, row, t, i);
          squares += std::norm(read.kernel - read.expected);
          count += 2;
        });
        errors[static_cast<std::size_t>(t * pairs + i)] =
            static_cast<float>(std::sqrt(squares / static_cast<double>(std::max<std::int64_t>(1, count))));
      }
  });
  return {std::move(errors), pairs};
}

std::shared_ptr<const CheckedKernel> checked_kernel(KernelRun run, const std::string& out_name) {
  auto kernel = std::make_shared<CheckedKernel>();
  kernel->finding = check(run);
  kernel->run = std::move(run);
  Finding& finding = kernel->finding;
  set_expected(*kernel);
  kernel->errors = ErrorMap(std::move(finding.error), finding.pairs);
  finding.error = {};
  kernel->rms = rms_of(kernel->run.in);
  set_scale(*kernel);
  kernel->evidence = evidence_of(finding, kernel->run, std::filesystem::path(out_name).filename().string());
  kernel->tolerance = tolerance_of(finding, kernel->run);
  kernel->facts = facts_of(finding, kernel->run);
  kernel->hypotheses = tried_in(finding, kernel->run);
  return kernel;
}

std::shared_ptr<const CheckedKernel> check_files(const KernelFiles& files, const Model& model, const LayerRope& layer) {
  return checked_kernel(read_kernel_run(files, model, layer), files.out);
}

} // namespace ropescope
