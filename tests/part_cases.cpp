#include <algorithm>
#include <cmath>

#include "tests/kernel_cases.h"

namespace ropescope::test {

namespace {

using Numbers = std::vector<std::int64_t>;

/// What a kernel makes of one row.
struct Row {
  const CaseModel& model;
  std::vector<double> theta; ///< rad/token
  std::int64_t token, head;
  double position;
  const double* in;
  double* out;

  std::int64_t pairs() const { return static_cast<std::int64_t>(theta.size()); }
  std::int64_t first(std::int64_t i) const { return model.interleaved ? 2 * i : i; }
  std::int64_t second(std::int64_t i) const { return model.interleaved ? 2 * i + 1 : i + pairs(); }
  double angle(std::int64_t i) const { return position * theta[static_cast<std::size_t>(i)]; }
  void turn(std::int64_t i, double angle) const {
    const double a = in[first(i)], b = in[second(i)], c = model.gain() * std::cos(angle),
                 s = model.gain() * std::sin(angle);
    out[first(i)] = a * c - b * s;
    out[second(i)] = b * c + a * s;
  }
};

class PartBugs {
public:
  PartBugs(const CaseModel& model, const CaseShape& shape) : model_(model), shape_(shape) {}

  void add(const std::string& name, ExpectedCause cause, const std::function<void(Row&)>& change) {
    CaseBug bug{name, {std::move(cause)}, right_kernel(model_), shape_, {}, {}};
    bug.kernel.after = [change, theta = model_.theta()](const CaseModel& model, std::int64_t token, std::int64_t head,
                                                        double position, const double* in, double* out) {
      Row row{model, theta, token, head, position, in, out};
      change(row);
    };
    all.push_back(std::move(bug));
  }

  void add_all();

  const CaseModel& model_;
  const CaseShape& shape_;
  std::vector<CaseBug> all;
};

void PartBugs::add_all() {
  const std::int64_t heads = shape_.inner > 1 ? shape_.inner : shape_.outer, width = model_.head_dim;
  add("pair_matrix", {"pair_matrix", {{"like", std::string("minus_lost")}}}, [](Row& r) {
    for (std::int64_t i = 0; i < r.pairs(); ++i) {
      const double a = r.in[r.first(i)], b = r.in[r.second(i)], g = r.model.gain();
      r.out[r.first(i)] = g * (a * std::cos(r.angle(i)) + b * std::sin(r.angle(i)));
    }
  });
  add("halves_exchanged", {"halves_exchanged", {{"exchanged", std::string("halves")}}},
      [](Row& r) { std::swap_ranges(r.out, r.out + r.pairs(), r.out + r.pairs()); });
  add("heads_wrong", {"heads_wrong", {{"heads", Numbers{1}}, {"how", std::string("zero")}}}, [width](Row& r) {
    if (r.head == 1) std::fill(r.out, r.out + width, 0.0);
  });
  add("heads_wrong", {"heads_wrong", {{"heads", Numbers{heads - 1}}, {"how", std::string("other")}}}, [heads](Row& r) {
    for (std::int64_t i = 0; r.head == heads - 1 && i < r.pairs(); ++i) r.turn(i, 0.9 * r.angle(i));
  });
  if (model_.rotary_dim < width)
    add("components_wrong", {"components_wrong", {{"how", std::string("zero")}}},
        [width](Row& r) { std::fill(r.out + 2 * r.pairs(), r.out + width, 0.0); });
  add("pairs_wrong", {"pairs_wrong", {{"pairs", Numbers{2, 3}}}}, [](Row& r) {
    for (const std::int64_t i : {2, 3}) r.turn(i, 1.2 * r.angle(i));
  });
  add("own_frequencies", {"own_frequencies", {}}, [](Row& r) {
    for (std::int64_t i = 0; i < r.pairs(); ++i) r.turn(i, r.angle(i) * (i % 3 == 0 ? 1.25 : 0.8));
  });
  add("row_gain", {"row_gain", {{"like", std::string("rms_norm")}}}, [width](Row& r) {
    double squares = 0;
    for (std::int64_t j = 0; j < width; ++j) squares += r.in[j] * r.in[j] / static_cast<double>(width);
    for (std::int64_t j = 0; j < width; ++j) r.out[j] /= std::sqrt(squares);
  });
  add("elements_wrong", {"elements_wrong", {{"equal_to", std::string("zero")}}}, [](Row& r) {
    for (std::int64_t j = 0; j < 2 * r.pairs(); ++j)
      if ((r.token * 131 + r.head * 71 + j * 37 + r.token * j * 7) % 101 == 0) r.out[j] = 0;
  });
  add("positions_other", {"positions_other", {}}, [](Row& r) {
    const double p = static_cast<double>(static_cast<std::int64_t>(r.position) * 37 % 1009);
    for (std::int64_t i = 0; i < r.pairs(); ++i) r.turn(i, p * r.theta[static_cast<std::size_t>(i)]);
  });
  add("positions_row_number", {"positions_row_number", {{"first", std::int64_t{0}}}}, [](Row& r) {
    for (std::int64_t i = 0; i < r.pairs(); ++i)
      r.turn(i, static_cast<double>(r.token) * r.theta[static_cast<std::size_t>(i)]);
  });
  auto& gaps = all.back().shape.positions; // rows dropped from a cache
  for (std::size_t t = 0; t < gaps.size(); ++t) gaps[t] = static_cast<std::int64_t>(t < 4 ? t : t + 60);
}

} // namespace

std::vector<CaseBug> case_part_bugs(const CaseModel& model, const CaseShape& shape) {
  PartBugs bugs(model, shape);
  bugs.add_all();
  return std::move(bugs.all);
}

} // namespace ropescope::test
