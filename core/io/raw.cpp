#include "core/io/raw.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/numbers.h"

namespace ropescope {

namespace {

Encoding encoding_named(std::string_view dtype) {
  if (const auto format = number_format_from_name(dtype)) return encoding_of(*format);
  std::vector<std::string_view> names;
  for (const NumberFormat format : all_number_formats) names.push_back(number_format_name(format));
  throw Error(fmt::format("dtype {}: expected one of {}", dtype, fmt::join(names, ", ")));
}

} // namespace

Array read_raw(const std::filesystem::path& path, std::string_view dtype, const std::vector<std::int64_t>& shape) {
  const Encoding format = encoding_named(dtype);
  for (const std::int64_t extent : shape)
    if (extent < 0)
      throw Error(fmt::format("shape ({}): expected extents that are not negative", fmt::join(shape, ", ")));
  InputFile file(path);
  const auto wanted = byte_count(shape, format.width);
  // The size is the only check there is: such a file says nothing of itself.
  if (!wanted || *wanted != file.size())
    throw Error(fmt::format("{}: {} bytes, expected shape ({}) × {} bytes of {}", path.string(), file.size(),
                            fmt::join(shape, ", "), format.width, dtype));
  Array array;
  array.shape = shape;
  make_room(array, format);
  read_in_pieces(file, 0, file.size(), [&](std::string_view bytes, std::uint64_t at) {
    decode_numbers(bytes, format, at / format.width, array);
  });
  return array;
}

} // namespace ropescope
