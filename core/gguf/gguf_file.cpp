#include "core/gguf/gguf_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "core/io/by_name.h"
#include "core/io/numbers.h"
#include "core/text.h"

namespace ropescope {

namespace {

static_assert(std::endian::native == std::endian::little, "a little-endian file's numbers are taken as they lie");

constexpr std::string_view magic = "GGUF";
// A tokenizer of a million tokens takes some tens of megabytes. What claims more than this is no model's file, or a
// trap.
constexpr std::uint64_t greatest_metadata = 256u << 20, greatest_entries = 1'000'000;
// 65535 bytes: the limit of names in GGUF's specification. 65536 entries of a list: more than a model has layers or
// pairs; a longer list (a tokenizer's) is skipped where nobody asks for it and refused where somebody does.
constexpr std::uint64_t greatest_name = 65535, greatest_list = 65536;
// Lists of lists: skip_value() calls itself.
constexpr int greatest_depth = 4;
constexpr std::uint32_t greatest_rank = 4;
// A key is a name with a length of 8 bytes, a type of 4, and a value; a tensor a name, a rank, a type and an offset. A
// count that the rest of the file has no room for is refused before anything is made of it.
constexpr std::uint64_t least_key = 8 + 4 + 1, least_tensor = 8 + 4 + 4 + 8; ///< bytes of one in the file
constexpr std::size_t part = 1 << 16;                                        ///< bytes read at a time

// In the order of the numbers that stand for them in a file.
enum Type : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };

/// Of the types that have one; 0 of a string and a list.
constexpr std::array<std::uint64_t, 13> widths{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
constexpr std::array<const char*, 13> type_names{"an integer", "an integer", "an integer", "an integer", "an integer",
                                                 "an integer", "a number",   "a truth",    "a string",   "a list",
                                                 "an integer", "an integer", "a number"};

/// Of ggml's numbers for tensor types: those whose numbers lie plainly. Quantised ones are not read.
std::optional<Encoding> tensor_format(std::uint32_t type) {
  switch (type) {
  case 0: return encoding_of(NumberFormat::float32);
  case 1: return encoding_of(NumberFormat::float16);
  case 28: return encoding_of(NumberFormat::float64);
  default: return std::nullopt;
  }
}

} // namespace

/// Reads on from a place in the file, in parts, and never beyond its end.
class GgufFile::Cursor {
public:
  Cursor(GgufFile& gguf, std::uint64_t at) : gguf_(gguf), at_(at) {}

  std::uint64_t at() const { return at_; }

  /// How many things of at least `width` bytes can follow.
  std::uint64_t room(std::uint64_t width) const { return (gguf_.file_.size() - at_) / width; }

  template <typename T>
  T number() {
    std::array<char, sizeof(T)> bytes;
    take(bytes);
    return std::bit_cast<T>(bytes);
  }

  std::string text(const char* what) {
    const auto length = number<std::uint64_t>();
    if (length <= room(1) && length > greatest_name)
      gguf_.refuse(fmt::format("{} at byte {} has {} bytes, expected at most {}", what, at_, length, greatest_name));
    require(length);
    std::string text(static_cast<std::size_t>(length), '\0');
    take(text);
    return text;
  }

  void skip(std::uint64_t bytes) {
    require(bytes);
    at_ += bytes;
  }

  /// Goes past a value and checks that it lies within the file. Lists of numbers are skipped at once; lists of strings
  /// and of lists have to be walked, as each entry has its own length.
  void skip_value(std::uint32_t type, int depth = 0) {
    require_known(type);
    if (type == string) return skip(number<std::uint64_t>());
    if (type != array) return skip(widths[type]);
    if (depth == greatest_depth)
      gguf_.refuse(fmt::format("a list at byte {} is nested deeper than {} levels", at_, greatest_depth));
    const auto of = number<std::uint32_t>();
    const auto count = list_count(of);
    if (widths[of] > 0) return skip(count * widths[of]);
    for (std::uint64_t i = 0; i < count; ++i) skip_value(of, depth + 1);
  }

  /// The length of a list, of which that many entries fit into the file.
  std::uint64_t list_count(std::uint32_t type) {
    require_known(type);
    const auto count = number<std::uint64_t>();
    const std::uint64_t least = type == string ? 8 : type == array ? 12 : widths[type];
    // Before anything is made of the claim: a list takes memory only where the file has as much.
    if (count > room(least))
      gguf_.refuse(fmt::format("a list at byte {} claims {} entries, and the file has {} bytes", at_, count,
                               gguf_.file_.size()));
    return count;
  }

private:
  void require_known(std::uint32_t type) const {
    if (type >= widths.size())
      gguf_.refuse(fmt::format("a value of type {} before byte {}, expected one of the types 0 to 12", type, at_));
  }

  /// Throws unless so many more bytes are there. It is called before at_ moves, so at_ never passes the file's end and
  /// `at_ + bytes` cannot overflow.
  void require(std::uint64_t bytes) const {
    if (bytes > room(1))
      gguf_.refuse(fmt::format("truncated: {} bytes are claimed at byte {} of the metadata, and the file has {}", bytes,
                               at_, gguf_.file_.size()));
    if (at_ + bytes > greatest_metadata)
      gguf_.refuse(fmt::format("the metadata is longer than {} bytes", greatest_metadata));
  }

  /// Copies the next bytes out of a buffer of 64 KiB: a file has some hundred thousand small values, and a system call
  /// for each would be slow.
  void take(std::span<char> to) {
    require(to.size());
    for (std::size_t done = 0; done < to.size();) {
      if (at_ < begin_ || at_ >= begin_ + buffer_.size()) fill();
      const auto from = static_cast<std::size_t>(at_ - begin_);
      const std::size_t count = std::min(to.size() - done, buffer_.size() - from);
      std::copy_n(buffer_.data() + from, count, to.data() + done);
      done += count;
      at_ += count;
    }
  }

  void fill() {
    begin_ = at_;
    buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(part, room(1))));
    gguf_.file_.read(begin_, buffer_);
  }

  GgufFile& gguf_;
  std::uint64_t at_, begin_ = 0;
  std::string buffer_; ///< the file's bytes from begin_ on
};

bool is_gguf(InputFile& file) {
  std::array<char, magic.size()> first{};
  if (file.size() >= first.size()) file.read(0, first);
  return std::string_view(first.data(), first.size()) == magic;
}

GgufFile::GgufFile(InputFile& file, std::string name) : name_(std::move(name)), file_(file) {
  if (!is_gguf(file_)) refuse("not a GGUF file (it does not begin with GGUF)");
  Cursor cursor(*this, magic.size());
  const auto version = cursor.number<std::uint32_t>();
  // Version 3 of a big-endian file is read as 0x03000000.
  if (version != 0 && (version & 0xffff) == 0) refuse("a big-endian GGUF file, expected a little-endian one");
  if (version != 2 && version != 3) refuse(fmt::format("GGUF version {}, expected 2 or 3", version));
  const auto tensor_count = cursor.number<std::uint64_t>(), key_count = cursor.number<std::uint64_t>();
  // In the file's order. The keys tell the alignment, which the place of the tensors' numbers needs.
  read_keys(cursor, key_count);
  read_tensors(cursor, tensor_count);
  // Tensors' offsets count from here; the sum cannot overflow, as the cursor has stayed within the file.
  data_ = (cursor.at() + alignment_ - 1) / alignment_ * alignment_;
}

void GgufFile::refuse(const std::string& what) const { throw Error(fmt::format("{}: {}", name_, printable(what))); }

void GgufFile::read_keys(Cursor& cursor, std::uint64_t count) {
  if (count > std::min(greatest_entries, cursor.room(least_key)))
    refuse(fmt::format("{} keys are claimed, and the file has {} bytes and may have {} keys", count, file_.size(),
                       greatest_entries));
  for (std::uint64_t i = 0; i < count; ++i) {
    Key& key = keys_.emplace_back();
    key.name = cursor.text("a key's name");
    if (key.name.empty()) refuse(fmt::format("key {} of {} has no name", i + 1, count));
    key.type = cursor.number<std::uint32_t>();
    key.value = cursor.at();
    cursor.skip_value(key.type);
  }
  // Sorted before the first look-up: find() searches by halves.
  if (const std::string* twice = sort_by_name(keys_))
    refuse(fmt::format("key {} is there twice, expected once", in_quotes(*twice)));
  if (const auto alignment = integer("general.alignment")) {
    if (*alignment < 1 || *alignment > (1 << 30) || !std::has_single_bit(static_cast<std::uint64_t>(*alignment)))
      refuse(fmt::format("general.alignment is {}, expected a power of two", *alignment));
    alignment_ = static_cast<std::uint64_t>(*alignment);
  }
}

void GgufFile::read_tensors(Cursor& cursor, std::uint64_t count) {
  if (count > std::min(greatest_entries, cursor.room(least_tensor)))
    refuse(fmt::format("{} tensors are claimed, and the file has {} bytes and may have {} tensors", count, file_.size(),
                       greatest_entries));
  for (std::uint64_t i = 0; i < count; ++i) {
    Tensor& tensor = tensors_.emplace_back();
    tensor.name = cursor.text("a tensor's name");
    const auto rank = cursor.number<std::uint32_t>();
    if (rank > greatest_rank)
      refuse(fmt::format("tensor {} has {} axes, expected at most {}", in_quotes(tensor.name), rank, greatest_rank));
    tensor.count = 1;
    for (std::uint32_t axis = 0; axis < rank; ++axis) {
      const auto extent = cursor.number<std::uint64_t>();
      // Divided, as the product could overflow. Beyond 2⁶⁰ there is no file, and 8 bytes times that still fit.
      if (extent != 0 && tensor.count > (std::uint64_t{1} << 60) / extent)
        refuse(fmt::format("tensor {} is larger than any file", in_quotes(tensor.name)));
      tensor.count *= extent;
    }
    tensor.type = cursor.number<std::uint32_t>();
    tensor.offset = cursor.number<std::uint64_t>();
  }
  if (const std::string* twice = sort_by_name(tensors_))
    refuse(fmt::format("tensor {} is there twice, expected once", in_quotes(*twice)));
}

std::vector<std::string> GgufFile::keys_with(std::string_view part) const { return names_with(keys_, part); }

std::vector<std::string> GgufFile::tensors_with(std::string_view part) const { return names_with(tensors_, part); }

const GgufFile::Key* GgufFile::find(std::string_view name) const { return find_by_name(keys_, name); }

void GgufFile::refuse_value(const Key& key, std::string_view expected) const {
  refuse(fmt::format("key {} is {}, expected {}", in_quotes(key.name), type_names[key.type], expected));
}

std::int64_t GgufFile::integer_at(const Key& key, Cursor& cursor, std::uint32_t type, std::string_view expected) const {
  switch (type) {
  case u8: return cursor.number<std::uint8_t>();
  case i8: return cursor.number<std::int8_t>();
  case u16: return cursor.number<std::uint16_t>();
  case i16: return cursor.number<std::int16_t>();
  case u32: return cursor.number<std::uint32_t>();
  case i32: return cursor.number<std::int32_t>();
  case i64: return cursor.number<std::int64_t>();
  case u64: break;
  default: refuse_value(key, expected);
  }
  const auto value = cursor.number<std::uint64_t>();
  // Everything here counts in signed numbers.
  if (value >> 63) refuse(fmt::format("key {} is {}, expected a smaller number", in_quotes(key.name), value));
  return static_cast<std::int64_t>(value);
}

std::optional<double> GgufFile::number(std::string_view name) {
  const Key* key = find(name);
  if (!key) return std::nullopt;
  Cursor cursor(*this, key->value);
  if (key->type == f32) return cursor.number<float>();
  if (key->type == f64) return cursor.number<double>();
  return static_cast<double>(integer_at(*key, cursor, key->type, "a number"));
}

std::optional<std::int64_t> GgufFile::integer(std::string_view name) {
  const Key* key = find(name);
  if (!key) return std::nullopt;
  Cursor cursor(*this, key->value);
  return integer_at(*key, cursor, key->type, "an integer");
}

std::optional<bool> GgufFile::flag(std::string_view name) {
  const Key* key = find(name);
  if (!key) return std::nullopt;
  if (key->type != boolean) refuse_value(*key, "a truth");
  return Cursor(*this, key->value).number<std::uint8_t>() != 0;
}

std::optional<std::string> GgufFile::text(std::string_view name) {
  const Key* key = find(name);
  if (!key) return std::nullopt;
  if (key->type != string) refuse_value(*key, "a string");
  return Cursor(*this, key->value).text("a string");
}

std::optional<std::vector<std::int64_t>> GgufFile::integers(std::string_view name) {
  constexpr std::string_view expected = "an integer or a list of integers";
  const Key* key = find(name);
  if (!key) return std::nullopt;
  Cursor cursor(*this, key->value);
  std::uint32_t type = key->type;
  std::uint64_t count = 1;
  if (type == array) {
    type = cursor.number<std::uint32_t>();
    count = cursor.list_count(type);
  }
  // Checked before the loop, of a list that the file has room for: the claim alone takes no memory.
  if (count > greatest_list)
    refuse(fmt::format("key {} has {} entries, expected at most {}", in_quotes(name), count, greatest_list));
  std::vector<std::int64_t> list;
  for (std::uint64_t i = 0; i < count; ++i)
    list.push_back(integer_at(*key, cursor, type == boolean ? std::uint32_t{u8} : type, expected));
  return list;
}

bool GgufFile::is_off(std::string_view name) {
  const Key* key = find(name);
  if (!key) return true;
  Cursor cursor(*this, key->value);
  if (key->type == string) return cursor.number<std::uint64_t>() == 0;
  std::uint64_t bytes = widths[key->type];
  if (key->type == array) {
    const auto of = cursor.number<std::uint32_t>();
    const auto count = cursor.list_count(of);
    // A list of texts or a long one is no switch.
    if (count > 0 && (widths[of] == 0 || count > greatest_list)) return false;
    bytes = count * widths[of];
  }
  // Of every type, 0 and false are zeros to the last byte.
  bool zeros = true;
  for (std::uint64_t i = 0; i < bytes; ++i) zeros = cursor.number<char>() == 0 && zeros;
  const bool multiplies = name.ends_with("factor") || name.ends_with("scale");
  return zeros || (multiplies && (key->type == f32 || key->type == f64) && number(name) == 1);
}

std::optional<std::vector<double>> GgufFile::tensor(std::string_view name) {
  const Tensor* found = find_by_name(tensors_, name);
  if (!found) return std::nullopt;
  const Tensor& tensor = *found;
  const auto format = tensor_format(tensor.type);
  const auto refuse_tensor = [&](const std::string& what) {
    refuse(fmt::format("tensor {}: {}", in_quotes(name), what));
  };
  if (!format) refuse_tensor(fmt::format("type {}, expected F32, F16 or F64", tensor.type));
  if (tensor.count > greatest_list)
    refuse_tensor(fmt::format("{} numbers, expected at most {}", tensor.count, greatest_list));
  if (tensor.offset % alignment_ != 0)
    refuse_tensor(fmt::format("offset {}, expected a multiple of {}", tensor.offset, alignment_));
  const std::uint64_t bytes = tensor.count * format->width, size = file_.size();
  // Subtractions in this order cannot overflow, whatever the file claims.
  if (data_ > size || tensor.offset > size - data_ || bytes > size - data_ - tensor.offset)
    refuse_tensor(fmt::format("{} bytes from byte {} of the data on, and the file has {} bytes of data", bytes,
                              tensor.offset, data_ > size ? 0 : size - data_));
  std::string raw(static_cast<std::size_t>(bytes), '\0');
  file_.read(data_ + tensor.offset, raw);
  Array numbers;
  numbers.shape = {static_cast<std::int64_t>(tensor.count)};
  make_room(numbers, *format);
  decode_numbers(raw, *format, 0, numbers);
  // decode_numbers() puts narrow formats into floats; callers compute in double.
  if (format->width < 8) numbers.doubles.assign(numbers.floats.begin(), numbers.floats.end());
  return std::move(numbers.doubles);
}

} // namespace ropescope
