#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/check/kernel_run.h"
#include "core/io/config_json.h"
#include "core/io/position_source.h"

namespace ropescope {

/// The files of a kernel that is to be checked, and how to read them. A plain value.
struct KernelFiles {
  std::string in, out; ///< .npy, .safetensors[:NAME], or raw with dtype and shape
  PositionSource positions;
  std::string layout = "auto"; ///< "half", "interleaved", or the model's
  std::string dtype;           ///< of raw files
  std::vector<std::int64_t> shape;
  std::optional<std::int64_t> token_axis; ///< where the shape does not tell
  std::optional<double> seq_len;          ///< tokens
  std::string config;                     ///< the model's file, which may tell heads from tokens; may be empty

  bool operator==(const KernelFiles&) const = default;
};

/// Reads them for one of a model's layer types, whose pairing `layout` may replace. Throws Error.
KernelRun read_kernel_run(const KernelFiles&, const Model&, const LayerRope&);

/// The file of "FILE" or "FILE:TENSOR".
std::string without_tensor_name(const std::string& path);

/// What the name of a file says of what it holds.
enum class FileRole : std::uint8_t { unknown, input, output, positions };
FileRole role_of(const std::string& path);

/// Takes dropped files into their places: by name where that tells, else the first is the input and the second the
/// output. Returns false where that was a guess.
bool take_files(KernelFiles&, const std::vector<std::string>& paths);

} // namespace ropescope
