#include "core/check/run_files.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/check/token_readings.h"

namespace ropescope {

KernelRun read_kernel_run(const KernelFiles& files, const Model& model, const LayerRope& layer) {
  KernelReader reader(files, model, layer);
  std::vector<std::int64_t> axes;
  for (const TokenReading& reading : reader.readings()) axes.push_back(reading.axis);
  std::sort(axes.begin(), axes.end());
  if (axes.size() > 1)
    throw AmbiguousTokenAxis(
        fmt::format("{}: shape ({}), and axes {} may each count the tokens; say which axis counts the tokens", files.in,
                    fmt::join(reader.shape(), ", "), fmt::join(axes, " and ")),
        axes);
  return reader.take(reader.readings().front());
}

std::string without_tensor_name(const std::string& path) {
  std::error_code ignored;
  const std::size_t colon = path.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(path, ignored)) return path;
  return path.substr(0, colon);
}

} // namespace ropescope
