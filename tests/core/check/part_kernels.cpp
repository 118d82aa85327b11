#include "tests/core/check/part_kernels.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ropescope::test {

RopeConfig PartModel::config() const {
  RopeConfig c;
  c.layout.head_dim = head_dim;
  c.layout.rotary_dim = rotary_dim;
  c.base = base;
  c.scaling.max_position_embeddings = 131072;
  c.layout.pairs.pairing = c.layout.pairs.output = interleaved ? Pairing::interleaved : Pairing::half;
  if (!sections.empty()) {
    c.axes.rule = interleaved_sections ? AxisRule::sections_interleaved : AxisRule::sections;
    c.axes.mrope_section = sections;
  }
  return c;
}

std::vector<double> PartModel::theta() const {
  std::vector<double> result;
  for (std::int64_t i = 0; i < pairs(); ++i)
    result.push_back(std::pow(base, -2 * static_cast<double>(i) / static_cast<double>(rotary_dim)));
  return result;
}

std::int64_t PartModel::axis(std::int64_t pair) const {
  if (sections.empty()) return 0;
  if (interleaved_sections) { // h and w take every third pair up to three times their section
    if (pair % 3 == 1 && pair < 3 * sections[1]) return 1;
    if (pair % 3 == 2 && pair < 3 * sections[2]) return 2;
    return 0;
  }
  return pair < sections[0] ? 0 : pair < sections[0] + sections[1] ? 1 : 2;
}

void PartCase::turn(std::int64_t pair, double angle, const double* x, double* y) const {
  const std::int64_t a = model.first(pair), b = model.second(pair);
  y[a] = x[a] * std::cos(angle) - x[b] * std::sin(angle);
  y[b] = x[b] * std::cos(angle) + x[a] * std::sin(angle);
}

double PartCase::angle(std::int64_t pair, std::int64_t token) const {
  const std::int64_t p = in.positions[static_cast<std::size_t>(model.axis(pair))][static_cast<std::size_t>(token)];
  return static_cast<double>(p) * model.theta()[static_cast<std::size_t>(pair)];
}

void PartCase::for_rows(
    const std::function<void(std::int64_t, std::int64_t, std::int64_t, const double*, double*)>& change) {
  for (std::int64_t b = 0; b < in.batch; ++b)
    for (std::int64_t h = 0; h < in.heads; ++h)
      for (std::int64_t t = 0; t < in.tokens; ++t) change(b, h, t, in.row(b, h, t), out.row(b, h, t));
}

KernelRun PartCase::run() const {
  KernelRun run;
  run.rope = model.config();
  run.positions.axes = static_cast<std::int64_t>(in.positions.size());
  for (const auto& axis : in.positions) run.positions.ids.insert(run.positions.ids.end(), axis.begin(), axis.end());
  const std::int64_t b = in.batch, h = in.heads, t = in.tokens, d = in.width;
  run.shape = heads_inside ? RowShape{b, t, h, d} : RowShape{b * h, t, 1, d};
  run.heads = h;
  const auto fill = [&](const PartRows& rows, Array& array) {
    array.dtype = format;
    array.shape = heads_inside ? std::vector<std::int64_t>{b, t, h, d} : std::vector<std::int64_t>{b, h, t, d};
    for (std::int64_t outer = 0; outer < run.shape.outer; ++outer)
      for (std::int64_t token = 0; token < t; ++token)
        for (std::int64_t inner = 0; inner < run.shape.inner; ++inner) {
          const double* row = heads_inside ? rows.row(outer, inner, token) : rows.row(outer / h, outer % h, token);
          for (std::int64_t j = 0; j < d; ++j) array.floats.push_back(rounded(format, static_cast<float>(row[j])));
        }
  };
  fill(in, run.in);
  fill(out, run.out);
  return run;
}

std::string PartCase::words() const {
  return fmt::format("head {} of which {} turn, base {}, {}, sections {}, [{}, {}, {}], {} rows", model.head_dim,
                     model.rotary_dim, model.base, model.interleaved ? "interleaved" : "half",
                     fmt::join(model.sections, ","), in.batch, in.heads, in.tokens, number_format_name(format));
}

PartCase part_case(unsigned seed, bool axes, bool partial) {
  std::mt19937 random(seed * 7919 + 13);
  const auto one_of = [&](std::vector<std::int64_t> choices) { return choices[random() % choices.size()]; };
  PartCase made;
  PartModel& m = made.model;
  m.head_dim = axes ? one_of({64, 96, 128}) : one_of({64, 80, 96, 128, 256});
  m.rotary_dim = partial ? one_of({m.head_dim / 2, m.head_dim / 4}) : m.head_dim;
  m.base = static_cast<double>(one_of({10000, 100000, 500000, 1000000}));
  m.interleaved = !axes && one_of({0, 1}) == 1;
  if (axes) {
    const std::int64_t n = m.pairs() / 8;
    m.interleaved_sections = one_of({0, 1}) == 1;
    m.sections = m.interleaved_sections ? std::vector<std::int64_t>{m.pairs() - 4 * n, 2 * n, 2 * n}
                                        : std::vector<std::int64_t>{2 * n, 3 * n, m.pairs() - 5 * n};
  }
  PartRows& rows = made.in;
  rows.batch = one_of({1, 2, 3});
  rows.heads = one_of({2, 3, 4, 8});
  rows.tokens = one_of({48, 77, 96, 130, 300});
  rows.width = m.head_dim;
  made.heads_inside = one_of({0, 1}) == 1;
  const std::vector<NumberFormat> formats{NumberFormat::float32, NumberFormat::bfloat16, NumberFormat::float16};
  made.format = formats[seed % 3];
  rows.positions.resize(axes ? 3 : 1);
  const std::int64_t from = one_of({0, 0, 5, 100});
  for (std::int64_t t = 0; t < rows.tokens; ++t) {
    rows.positions[0].push_back(from + (axes ? t / 12 : t));
    if (!axes) continue;
    rows.positions[1].push_back(from + t / 4 % 3 + t / 12);
    rows.positions[2].push_back(from + t % 4 + t / 12);
  }
  std::normal_distribution<float> normal;
  for (std::int64_t n = 0; n < rows.batch * rows.heads * rows.tokens * rows.width; ++n)
    rows.numbers.push_back(static_cast<double>(rounded(made.format, normal(random))));
  made.out = made.in;
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = 0; i < m.pairs(); ++i) made.turn(i, made.angle(i, t), x, y);
  });
  return made;
}

const Cause* find_cause(const Finding& finding, const std::string& name) {
  for (const Cause& cause : finding.causes)
    if (cause.name() == name) return &cause;
  return nullptr;
}

} // namespace ropescope::test
