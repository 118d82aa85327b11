#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/check/basics/run.h"
#include "core/error.h"
#include "core/io/position_source.h"
#include "core/model/model.h"

namespace ropescope {

/// The files of a kernel that is to be checked, and how to read them. A plain value.
struct KernelFiles {
  std::string in, out; ///< .npy, .npz[:NAME], .safetensors[:NAME], or raw with dtype and shape
  PositionSource positions;
  std::string layout = "auto"; ///< "half", "interleaved", or the model's
  std::string dtype;           ///< of raw files, and of arrays that hold bytes for float8
  std::vector<std::int64_t> shape;
  std::optional<std::int64_t> token_axis; ///< from 0, or negative from the last; where data and shape do not tell
  std::optional<double> seq_len;          ///< tokens
  std::string config;                     ///< the model's file, as a scene keeps it; not read
  bool inverse = false;                   ///< a backward kernel: it should turn by −θ
  bool tables = false;                    ///< `in` and `out` are tables of cos and sin, and no kernel's rows
  std::string heads;                      ///< "A-B" or "A": only these heads are compared; empty: all
  std::optional<double> budget;           ///< rad; angles of weaker arithmetic may be off by as much

  bool operator==(const KernelFiles&) const = default;
};

/// More than one axis of an array may count the tokens, and nothing tells which.
class AmbiguousTokenAxis : public Error {
public:
  AmbiguousTokenAxis(const std::string& sentence, std::vector<std::int64_t> possible)
      : Error(sentence), axes(std::move(possible)) {}
  std::vector<std::int64_t> axes; ///< those that may, from 0
};

/// Of a single token the position is asked for too: at position 0 nothing turns.
class UnknownPosition : public AmbiguousTokenAxis {
public:
  using AmbiguousTokenAxis::AmbiguousTokenAxis;
};

/// Reads them for one of a model's layer types, whose pairing `layout` may replace. Throws Error, and
/// AmbiguousTokenAxis where more than one axis may count the tokens: check_files() (core/check/checked_files.h) then
/// asks the data.
KernelRun read_kernel_run(const KernelFiles&, const Model&, const LayerRope&);

/// The file of "FILE" or "FILE:TENSOR".
std::string without_tensor_name(const std::string& path);

} // namespace ropescope
