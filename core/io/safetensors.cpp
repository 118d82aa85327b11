#include "core/io/safetensors.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/io/numbers.h"
#include "core/text.h"

namespace ropescope {

namespace {

using Json = nlohmann::json;

// A file is 8 bytes of length, a JSON header of that length, then the numbers. 100 MB is the limit of the safetensors
// library; 32 axes are NumPy's limit of old. A header of known fields nests 3 deep ({tensor: {field: [numbers]}}); the
// fourth level leaves room for a field that is not known, and nothing nests without limit.
constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t greatest_header = 100'000'000;
constexpr std::size_t greatest_rank = 32, greatest_depth = 4;

struct KnownDtype {
  std::string_view name;
  Encoding format;
};

// Dtypes that can be read as numbers. A file may hold tensors of others, which are listed and not read.
constexpr auto known_dtypes = std::to_array<KnownDtype>({
    {"F64", encoding_of(NumberFormat::float64)},
    {"F32", encoding_of(NumberFormat::float32)},
    {"F16", encoding_of(NumberFormat::float16)},
    {"BF16", encoding_of(NumberFormat::bfloat16)},
    {"F8_E4M3", encoding_of(NumberFormat::float8_e4m3)},
    {"F8_E5M2", encoding_of(NumberFormat::float8_e5m2)},
    {"I64", integer_encoding(8, true)},
    {"I32", integer_encoding(4, true)},
    {"I16", integer_encoding(2, true)},
    {"I8", integer_encoding(1, true)},
    {"U64", integer_encoding(8, false)},
    {"U32", integer_encoding(4, false)},
    {"U16", integer_encoding(2, false)},
    {"U8", integer_encoding(1, false)},
});

// Two float32 a number. Not among the others: nothing but a kernel's rows is complex.
constexpr std::string_view complex_dtype = "C64";
constexpr Encoding complex_encoding{NumberFormat::float32, 8, true, false};

std::optional<Encoding> format_of(std::string_view dtype) {
  for (const KnownDtype& known : known_dtypes)
    if (known.name == dtype) return known.format;
  return std::nullopt;
}

std::string_view dtype_name(std::optional<NumberFormat> dtype) {
  for (const KnownDtype& known : known_dtypes)
    if (known.format.format == dtype) return known.name; // I64 is the first of the integers
  return {};
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw Error(fmt::format("{}: {}", path.string(), what));
}

/// Takes the entries out of the header as the parser meets them: a tree of a 100 MB header would take many times that.
/// `depth_` says what is met: 1, a tensor's name; 2, one of its fields; 3, a number in a field's list. Every function
/// that the parser calls returns true to go on; whatever is not accepted is thrown as Error.
class HeaderReader final : public nlohmann::json_sax<Json> {
public:
  explicit HeaderReader(const std::filesystem::path& path) : path_(path) {}

  std::vector<TensorEntry> take() { return std::move(entries_); }

  // Kinds of values that no known field has. They are allowed in fields that are not known.
  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("true or false"); }
  bool number_integer(number_integer_t) override { return unexpected("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { return unexpected("a number that is no integer"); }
  bool binary(binary_t&) override { return unexpected("bytes"); }

  bool number_unsigned(number_unsigned_t number) override {
    if (depth_ == 3 && field_ == Field::shape) return add_extent(number);
    if (depth_ == 3 && field_ == Field::data_offsets) return add_offset(number);
    return unexpected("a number");
  }

  bool string(string_t& text) override {
    // __metadata__ holds strings for people; nothing in it is used.
    if (depth_ == 2 && in_metadata_) return true;
    if (depth_ != 2 || field_ != Field::dtype) return unexpected("a string");
    entries_.back().dtype = std::move(text);
    return true;
  }

  bool start_object(std::size_t) override {
    // It goes on only within a field that is not known.
    if (depth_ > 1) unexpected("an object");
    if (depth_ == 1 && !in_metadata_) begin_entry();
    return deeper();
  }

  bool key(string_t& text) override {
    if (depth_ == 1) {
      in_metadata_ = text == "__metadata__";
      name_ = std::move(text);
    } else if (depth_ == 2 && !in_metadata_) {
      begin_field(text);
    }
    return true;
  }

  bool end_object() override {
    if (--depth_ == 1 && !in_metadata_) end_entry();
    return true;
  }

  bool start_array(std::size_t) override {
    const bool list = depth_ == 2 && !in_metadata_ && (field_ == Field::shape || field_ == Field::data_offsets);
    if (!list) unexpected("a list");
    return deeper();
  }

  bool end_array() override {
    --depth_;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    refuse(path_, fmt::format("the safetensors header is not JSON at its byte {}", position));
  }

private:
  enum class Field : std::uint8_t { other, dtype, shape, data_offsets };
  static constexpr std::array field_names{"", "dtype", "shape", "data_offsets"};
  static constexpr std::array expected{"", "a string", "a list of at most 32 extents", "a list of two numbers"};

  /// Refuses a value that stands where another kind was expected; fields that nobody knows may hold anything.
  bool unexpected(const char* what) {
    if (depth_ == 1) refuse(path_, fmt::format("tensor {} is {}, expected an object", in_quotes(name_), what));
    if (in_metadata_) refuse(path_, fmt::format("__metadata__ holds {}, expected strings", what));
    if (field_ != Field::other) refuse_field(what);
    return true;
  }

  [[noreturn]] void refuse_field(const char* what) {
    const auto field = static_cast<std::size_t>(field_);
    refuse(path_, fmt::format("tensor {}: its {} {} {}, expected {}", in_quotes(name_), field_names[field],
                              depth_ == 3 ? "holds" : "is", what, expected[field]));
  }

  bool deeper() {
    if (++depth_ <= greatest_depth) return true;
    refuse(path_, fmt::format("the safetensors header nests deeper than {} levels", greatest_depth));
  }

  /// A tensor's object opens: an entry with its name, and none of its fields seen yet.
  void begin_entry() {
    entries_.emplace_back().name = name_;
    seen_ = {};
    offsets_ = 0;
    field_ = Field::other;
  }

  void begin_field(std::string_view key) {
    const auto found = std::find(field_names.begin() + 1, field_names.end(), key);
    const auto field = found == field_names.end() ? 0 : static_cast<std::size_t>(found - field_names.begin());
    field_ = static_cast<Field>(field);
    // JSON allows a key twice, and readers differ in which one counts: two programs could read two tensors.
    if (field && std::exchange(seen_[field], true))
      refuse(path_, fmt::format("tensor {} has {} twice", in_quotes(name_), key));
  }

  void end_entry() {
    for (std::size_t field = 1; field < seen_.size(); ++field)
      if (!seen_[field]) refuse(path_, fmt::format("tensor {} lacks {}", in_quotes(name_), field_names[field]));
    field_ = Field::data_offsets;
    // The sentence names the field at hand.
    if (offsets_ != 2) refuse_field("a list of another length");
  }

  bool add_extent(std::uint64_t extent) {
    std::vector<std::int64_t>& shape = entries_.back().shape;
    if (shape.size() == greatest_rank) refuse_field("more axes");
    // Extents are kept signed, as all shapes here.
    if (extent > std::numeric_limits<std::int64_t>::max()) refuse_field("an extent that no file has");
    shape.push_back(static_cast<std::int64_t>(extent));
    return true;
  }

  bool add_offset(std::uint64_t offset) {
    if (offsets_ == 2) refuse_field("more numbers");
    (offsets_++ == 0 ? entries_.back().begin : entries_.back().end) = offset;
    return true;
  }

  const std::filesystem::path& path_;
  std::vector<TensorEntry> entries_;
  std::string name_; ///< of the tensor at hand
  std::size_t depth_ = 0, offsets_ = 0;
  std::array<bool, 4> seen_{}; ///< by Field
  Field field_ = Field::other;
  bool in_metadata_ = false;
};

std::string read_header(InputFile& file) {
  const std::filesystem::path& path = file.path();
  std::array<char, length_bytes> bytes;
  if (file.size() < length_bytes) refuse(path, "not a .safetensors file (shorter than the 8 bytes it begins with)");
  file.read(0, bytes);
  std::uint64_t length = 0;
  // Little-endian: the last byte is the highest.
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  if (length > file.size() - length_bytes)
    refuse(path, fmt::format("truncated, or not a .safetensors file: its header claims {} bytes and the file has {}",
                             length, file.size()));
  if (length > greatest_header)
    refuse(path, fmt::format("the safetensors header has {} bytes, expected at most {}", length, greatest_header));
  std::string header(static_cast<std::size_t>(length), '\0');
  file.read(length_bytes, header);
  if (!header.starts_with('{')) refuse(path, "not a .safetensors file (its header does not begin with {)");
  return header;
}

/// By sorting: comparing each name with each would take hours for a header full of names.
void check_names(const std::vector<TensorEntry>& entries, const std::filesystem::path& path) {
  std::vector<std::string_view> names;
  names.reserve(entries.size());
  for (const TensorEntry& entry : entries) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) refuse(path, fmt::format("tensor {} is there twice, expected once", in_quotes(*twice)));
}

/// Checks the entry's offsets, which count from the end of the header, against `available` bytes there.
void check_entry(const TensorEntry& entry, std::uint64_t available, const std::filesystem::path& path) {
  const auto refuse_entry = [&](const std::string& what) {
    refuse(path, fmt::format("tensor {}: {}", in_quotes(entry.name), what));
  };
  if (entry.begin > entry.end || entry.end > available)
    refuse_entry(fmt::format("data_offsets [{}, {}], expected a range within the {} bytes after the header",
                             entry.begin, entry.end, available));
  const auto format = entry.dtype == complex_dtype ? std::optional(complex_encoding) : format_of(entry.dtype);
  // A dtype that is not known has no width to check by; the shape's product must still not overflow.
  const auto needed = byte_count(entry.shape, format ? format->width : 1);
  if (!needed) refuse_entry(fmt::format("shape ({}) is larger than any file", fmt::join(entry.shape, ", ")));
  if (format && *needed != entry.end - entry.begin)
    refuse_entry(fmt::format("shape ({}) of {} needs {} bytes, and data_offsets [{}, {}] hold {}",
                             fmt::join(entry.shape, ", "), entry.dtype, *needed, entry.begin, entry.end,
                             entry.end - entry.begin));
}

std::vector<TensorEntry> read_entries(InputFile& file) {
  const std::filesystem::path& path = file.path();
  const std::string header = read_header(file);
  HeaderReader reader(path);
  Json::sax_parse(header, &reader);
  std::vector<TensorEntry> entries = reader.take();
  check_names(entries, path);
  const std::uint64_t data = length_bytes + header.size();
  for (TensorEntry& entry : entries) {
    check_entry(entry, file.size() - data, path);
    // In the header offsets count from the end of the header; from here on, from the file's first byte.
    entry.begin += data;
    entry.end += data;
  }
  return entries;
}

/// "3 tensors ("a", "b", …)"
std::string some_names(const std::vector<TensorEntry>& entries) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < entries.size() && i < 4; ++i) names.push_back(in_quotes(entries[i].name));
  if (names.size() < entries.size()) names.push_back("…");
  return fmt::format("{} {} ({})", entries.size(), entries.size() == 1 ? "tensor" : "tensors", fmt::join(names, ", "));
}

const TensorEntry& choose(const std::vector<TensorEntry>& entries, const std::string& name,
                          const std::filesystem::path& path) {
  if (entries.empty()) refuse(path, "holds no tensor");
  // Never a guess among several: the wrong tensor would be judged in silence.
  if (name.empty() && entries.size() == 1) return entries.front();
  if (name.empty())
    refuse(path, fmt::format("holds {}, expected a single one or the name of one", some_names(entries)));
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == name; });
  if (found == entries.end())
    refuse(path, fmt::format("holds {} and none named {}", some_names(entries), in_quotes(name)));
  return *found;
}

} // namespace

std::vector<TensorEntry> list_safetensors(const std::filesystem::path& path) {
  InputFile file(path);
  return read_entries(file);
}

Array read_safetensors(const std::filesystem::path& path, const std::string& name, const ArrayOptions& options) {
  InputFile file(path);
  return read_safetensors(file, name, options);
}

Array read_safetensors(InputFile& file, const std::string& name, const ArrayOptions& options) {
  const std::filesystem::path& path = file.path();
  const std::vector<TensorEntry> entries = read_entries(file);
  const TensorEntry& entry = choose(entries, name, path);
  auto format = format_of(entry.dtype);
  const bool complex = options.complex && entry.dtype == complex_dtype && !entry.shape.empty();
  if (complex) format = encoding_of(NumberFormat::float32);
  // Integers of the width that was asked for are its bits.
  if (options.bits && format && format->width == static_cast<std::size_t>(properties_of(*options.bits).bytes))
    format = encoding_of(*options.bits);
  if (!format)
    refuse(path, fmt::format("tensor {}: dtype {}, expected F64, F32, F16, BF16, F8_E4M3, F8_E5M2 or an integer",
                             in_quotes(entry.name), in_quotes(entry.dtype)));
  Array array;
  array.shape = entry.shape;
  if (complex) array.shape.back() *= 2; // its bytes were counted: no overflow
  if (options.complex) *options.complex = complex;
  make_room(array, *format);
  read_in_pieces(file, entry.begin, entry.end, [&](std::string_view bytes, std::uint64_t at) {
    decode_numbers(bytes, *format, at / format->width, array);
  });
  return array;
}

void write_safetensors(const std::filesystem::path& path, const std::string& name, const Array& array) {
  if (name == "__metadata__") refuse(path, "a tensor cannot be named __metadata__, expected another name");
  std::string data;
  append_numbers(array, data);
  const Json entry = {{"dtype", dtype_name(array.dtype)}, {"shape", array.shape}, {"data_offsets", {0, data.size()}}};
  std::string header;
  try {
    // dump() throws where a string is not UTF-8, and the name is the only one that people give.
    header = Json{{name, entry}}.dump();
  } catch (const Json::type_error&) {
    refuse(path, fmt::format("tensor name {} is not UTF-8", in_quotes(name)));
  }
  header.append((8 - header.size() % 8) % 8, ' '); // data begins at a multiple of 8

  std::string bytes;
  for (std::size_t i = 0; i < length_bytes; ++i) bytes += static_cast<char>(header.size() >> 8 * i & 255);
  data.insert(0, bytes + header); // in place: a copy of the numbers would double the memory
  write_file(path, data);
}

} // namespace ropescope
