#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/check/basics/run.h"
#include "core/check/finding.h"

namespace ropescope::test {

// Kernels with bugs, from formulas in plain double: nothing here comes from the engines or from core/check.

/// One of the models whose kernels go wrong here.
struct CaseModel {
  std::string name;
  std::int64_t head_dim = 128, rotary_dim = 128;
  double base = 10000;
  enum Scheme { plain, llama3, yarn } scheme = plain;
  double factor = 1, original = 8192, low_freq = 1, high_freq = 4, beta_fast = 32, beta_slow = 1;
  bool truncate = true;
  bool interleaved = false;

  RopeConfig config() const;
  double gain() const;               ///< YaRN's attention factor
  double denominator = 0, shift = 0; ///< of the exponent; 0: rotary_dim
  std::vector<double> theta() const; ///< rad/token
};

std::vector<CaseModel> case_models();

/// A kernel: what it takes for the model, and what else it does.
struct CaseKernel {
  CaseModel model;
  bool reads_interleaved = false, writes_interleaved = false;
  double gain = 1;
  std::function<double(double position, std::int64_t token, std::int64_t head)> position;
  std::function<double(double angle)> cosine, sine;
  std::function<bool(std::int64_t token, std::int64_t head)> turns; ///< else the row passes unchanged
  std::function<double(double)> round_theta, round_angle, round_table;
  /// What is written in the place of a right row, whose pairs turn by position × theta; empty: that row.
  std::function<void(const CaseModel&, std::int64_t token, std::int64_t head, double position, const double* in,
                     double* out)>
      after;
  bool mixed_table = false;
  double times = 1;
};

CaseKernel right_kernel(const CaseModel&);

struct CaseShape {
  std::string name;
  std::int64_t outer, tokens, inner;
  std::vector<std::int64_t> positions;
};

/// Runs of tokens from 0 on, and rows up to far out with gaps.
std::vector<CaseShape> case_shapes();

/// Random rows through a kernel, input and output rounded to a format.
KernelRun run_kernel(const CaseModel& model, const CaseKernel&, const CaseShape&, NumberFormat, unsigned seed);

/// A cause as check should name it, and those of its parameters that matter.
struct ExpectedCause {
  std::string name;
  Parameters parameters;
};

/// A bug: how it changes the right kernel, and what check should say of it.
struct CaseBug {
  std::string name; ///< its class
  std::vector<ExpectedCause> causes;
  CaseKernel kernel;
  CaseShape shape;
  /// Formats of rows in which nobody can tell the bug, so that the kernel is right; and why.
  std::vector<NumberFormat> hidden_in;
  std::string why_hidden;
};

/// Every bug that a model can have in a shape.
std::vector<CaseBug> case_bugs(const CaseModel&, const CaseShape&);

/// The bugs of a part of a kernel: of some pairs, heads, components or numbers; and of matrices, gains and positions
/// that are no rotation's.
std::vector<CaseBug> case_part_bugs(const CaseModel&, const CaseShape&);

/// Two bugs at once.
std::vector<CaseBug> case_double_bugs(const CaseModel&, const CaseShape&);

/// Whether every expected cause is among those found, with its parameters: counts exact, base within 0.1 %, others
/// within 1e-3; and as many causes as expected. A cause named in `indistinguishable` counts too where it is single.
bool as_expected(const CaseBug&, const Finding&);

/// Causes by their JSON names, with parameters: "base measured=10000 + rows_wrong rows#3".
std::string words(const std::vector<Cause>&);
std::string words(const std::vector<ExpectedCause>&);

} // namespace ropescope::test
