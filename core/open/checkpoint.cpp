#include "core/open/checkpoint.h"

#include <string>

#include <fmt/format.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/json_value-inl.h"
#include "core/io/safetensors.h"

namespace ropescope {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t greatest_index = 16u << 20; // of 100 000 tensors some 10 MB
constexpr std::int64_t greatest_tensor = 65536;      // numbers: as many as the widest head has components

/// The file that the index names for a tensor whose name ends so, and the tensor.
struct Place {
  fs::path file;
  std::string tensor;
};

std::optional<Place> place_by_index(const fs::path& index, std::string_view ending) {
  InputFile file(index);
  if (file.size() > greatest_index)
    throw Error(fmt::format("{}: has {} bytes, expected at most {}", index.string(), file.size(), greatest_index));
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  file.read(0, text);
  const Json root = parse_json(text);
  const Json* map = root.is_object() ? present(root, "weight_map") : nullptr;
  if (!map || !map->is_object()) return std::nullopt;
  for (const auto& [name, shard] : map->items())
    // A name alone: an index does not reach into other folders.
    if (name.ends_with(ending) && shard.is_string())
      return Place{index.parent_path() / fs::path(shard.get<std::string>()).filename(), name};
  return std::nullopt;
}

std::optional<Place> place_in_file(const fs::path& file, std::string_view ending) {
  for (const TensorEntry& entry : list_safetensors(file))
    if (entry.name.ends_with(ending)) return Place{file, entry.name};
  return std::nullopt;
}

} // namespace

std::optional<std::vector<double>> tensor_beside(const fs::path& config, std::string_view ending) {
  const fs::path folder = config.parent_path(), whole = folder / "model.safetensors",
                 index = folder / "model.safetensors.index.json";
  std::error_code error;
  std::optional<Place> place;
  if (fs::is_regular_file(whole, error)) place = place_in_file(whole, ending);
  if (!place && fs::is_regular_file(index, error)) place = place_by_index(index, ending);
  if (!place) return std::nullopt;
  for (const TensorEntry& entry : list_safetensors(place->file)) {
    if (entry.name != place->tensor) continue;
    std::int64_t count = 1;
    for (const std::int64_t extent : entry.shape) count = extent > greatest_tensor ? extent : count * extent;
    if (count > greatest_tensor)
      throw Error(fmt::format("{}: tensor {} has more than {} numbers, expected one for each frequency",
                              place->file.string(), entry.name, greatest_tensor));
  }
  const Array array = read_safetensors(place->file, place->tensor);
  if (array.holds_integers())
    throw Error(fmt::format("{}: tensor {} holds integers, expected floats", place->file.string(), place->tensor));
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < array.size(); ++i) numbers.push_back(array.number(i));
  return numbers;
}

} // namespace ropescope
