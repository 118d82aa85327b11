#include "core/lecture/show.h"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "core/error.h"
#include "core/text.h"

namespace ropescope::lecture {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t most_pictures = 4;

constexpr const char* expected = "\"show\": expected a picture's name, or a list of columns: [\"pair\", \"score*3\"], "
                                 "[[\"phasors*3\", \"score\"], \"rotations\"]";

ShownPicture read_picture(const std::string& text) {
  ShownPicture picture{.name = text};
  const std::size_t star = text.find('*');
  if (star == std::string::npos) return picture;
  if (star + 2 != text.size() || text[star + 1] < '1' || text[star + 1] > '9')
    throw Error(fmt::format("\"show\": {}: expected a share from 1 to 9 behind \"*\"", in_quotes(text)));
  picture.name = text.substr(0, star);
  picture.share = text[star + 1] - '0';
  return picture;
}

Column read_column(const Json& json) {
  if (json.is_string()) {
    ShownPicture picture = read_picture(json.get<std::string>());
    const double share = std::exchange(picture.share, 1); // alone in its column: the share is the column's
    return {share, {std::move(picture)}};
  }
  Column column;
  if (!json.is_array() || json.empty()) throw Error(expected);
  for (const Json& row : json) {
    if (!row.is_string()) throw Error(expected);
    column.rows.push_back(read_picture(row.get<std::string>()));
  }
  return column;
}

} // namespace

std::vector<Column> read_show(const Json& json) {
  std::vector<Column> columns;
  if (json.is_string())
    columns.push_back(read_column(json));
  else if (json.is_array() && !json.empty())
    for (const Json& column : json) columns.push_back(read_column(column));
  else
    throw Error(expected);
  std::size_t count = 0;
  for (const Column& column : columns) count += column.rows.size();
  if (count > most_pictures) throw Error(fmt::format("\"show\": {} pictures; {} at most", count, most_pictures));
  return columns;
}

} // namespace ropescope::lecture
