#include "tests/golden.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"

namespace ropescope::test {

using Json = nlohmann::json;

void for_each_golden(const std::string& folder, const std::function<void(const Json&)>& check) {
  const char* asked = std::getenv("ROPESCOPE_GOLDEN");
  const std::filesystem::path path = std::filesystem::path(asked ? asked : ROPESCOPE_TEST_GOLDEN) / folder;
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() != ".json") continue;
    ++count;
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    try {
      std::ifstream stream(entry.path());
      check(Json::parse(stream));
    } catch (const std::exception& error) {
      FAIL_CHECK(name << ": " << error.what());
    }
  }
  CHECK_MESSAGE(count > 0, "no golden file in " << path);
}

namespace {

Positions positions_of(const Json& file) {
  const Json& ids = file.at("position_ids");
  const std::string kind = file.at("rotation").at("positions");
  if (kind == "tokens") return {1, ids.get<std::vector<std::int64_t>>()};
  if (kind != "mrope" && kind != "mrope_interleaved") throw Error(fmt::format("positions \"{}\" are not known", kind));
  Positions positions{3, {}};
  for (const char* axis : {"t", "h", "w"})
    for (const Json& id : ids.at(axis)) positions.ids.push_back(id);
  return positions;
}

std::vector<double> flat(const Json& rows) {
  std::vector<double> numbers;
  for (const Json& row : rows)
    for (const Json& number : row) numbers.push_back(number);
  return numbers;
}

} // namespace

ApplyCase apply_case(const Json& file) {
  ApplyCase result;
  const Json& how = file.at("rotation");
  const ModelConfig model = parse_model_config(file.at("config").dump(), file.at("name").get<std::string>());
  const std::optional<std::string> layer_type =
      how.at("layer_type").is_null() ? std::nullopt : std::optional(how.at("layer_type").get<std::string>());
  result.rope = layer_rope(model, layer_type).config;
  result.positions = positions_of(file);
  result.axes = pair_axes(result.rope, result.positions.axes);
  result.spectrum = make_spectrum(result.rope, static_cast<double>(sequence_length(result.positions)));
  result.q = flat(file.at("q"));
  result.expected = flat(file.at("out").at("float64"));
  result.shape = {1, result.positions.tokens(), 1, static_cast<std::int64_t>(file.at("q").at(0).size())};
  for (const double x : result.q) result.greatest = std::max(result.greatest, std::abs(x));
  // The layout found by model_type is the one the file states.
  CHECK(pairing_name(result.rope.layout.pairing) == how.at("pairing").get<std::string>());
  CHECK(result.rope.layout.direction == how.at("direction").get<int>());
  CHECK(pair_index(result.rope.layout, result.shape.head_dim, result.spectrum.pairs()).offset ==
        how.at("rotary_offset").get<std::int64_t>());
  return result;
}

} // namespace ropescope::test
