#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/check/basics/run.h"

namespace ropescope::test {

// Kernels of image and video models, right and wrong, from formulas in plain double: nothing here comes from the
// engines, from the tables of classes or from core/check.

/// An axis of a token's position, its components and the base of its frequencies.
struct AxialAxis {
  std::string name;
  std::int64_t components = 0;
  double base = 10000;
};

/// What a class does, and a kernel for it instead.
struct AxialKernel {
  std::string name;
  std::vector<AxialAxis> axes;
  enum class Sequence { blocks, dealt, sections, interleaved_sections } sequence = Sequence::blocks;
  enum class Count { restart, run_on, shared, rising } count = Count::restart;
  enum class Pairs { interleaved, half, half_in_axes } pairs = Pairs::interleaved;
  std::int64_t head_dim = 128, heads_spanned = 1;
  double base = 10000; ///< of run_on and shared
  double scale = 1, shift = 0;
  double gain = 1, direction = 1;
  bool mixed = false; ///< component c has angle ⌊c/2⌋ of the list, as ERNIE-Image

  std::vector<std::vector<double>> positions; ///< [axis][token]

  bool pairs_half() const { return pairs == Pairs::half; }
  bool pairs_in_axes() const { return pairs == Pairs::half_in_axes; }
  std::int64_t rotary() const;
  std::int64_t dead() const { return head_dim - rotary(); } ///< components that lead (rising) or pass
  /// Axis and frequency of each pair, in the order of the list.
  std::vector<std::pair<std::size_t, double>> list() const;
  /// Components of each pair.
  std::vector<std::pair<std::int64_t, std::int64_t>> components() const;
  std::size_t tokens() const { return positions.front().size(); }

  RopeConfig config() const; ///< of a right one
};

/// How its rows lie in the array, how many, and how its angles are formed.
struct AxialRows {
  enum class Shape { batch_tokens_heads, batch_heads_tokens, tokens_heads, tokens } shape = Shape::batch_tokens_heads;
  std::int64_t batch = 1, heads = 2;
  NumberFormat format = NumberFormat::float32;
  bool float32_angles = false;
  unsigned seed = 1;
};

/// Rows through `kernel`, as a run of a model that asks for `model`.
KernelRun axial_run(const AxialKernel& model, const AxialKernel& kernel, const AxialRows&);

/// Classes of diffusers and transformers with tokens of a small grid.
std::vector<AxialKernel> axial_models(unsigned seed);

/// A mistake: how it changes a right kernel; false where the class cannot have it.
struct AxialFault {
  std::string name;
  std::vector<std::string> causes; ///< any of them, by their JSON names
  std::string axis;                ///< that a parameter should name; empty: none
  std::function<bool(AxialKernel&)> change;
};
std::vector<AxialFault> axial_faults();

} // namespace ropescope::test
