#include "core/io/npz.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include "core/error.h"
#include "core/io/npy.h"
#include "core/text.h"

namespace ropescope {

namespace {

// PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14-16 (its end), 4.5.3
// (sizes of 64 bits).
constexpr std::uint32_t entry_magic = 0x02014b50, end_magic = 0x06054b50, end64_magic = 0x06064b50,
                        locator_magic = 0x07064b50;
constexpr std::size_t entry_bytes = 46, local_bytes = 30, end_bytes = 22, locator_bytes = 20, end64_bytes = 56;
constexpr std::uint64_t greatest_directory = 1 << 24; // bytes; an array's entry has about 100
constexpr std::uint64_t greatest_deflated = std::uint64_t{1} << 32;
// Deflate makes 1032 bytes of one at most (RFC 1951: 258 bytes of two bits, and a little).
constexpr std::uint64_t greatest_ratio = 1032;

struct Entry {
  std::string name;
  std::uint16_t method = 0; ///< 0 stored, 8 deflated
  std::uint32_t crc = 0;
  std::uint64_t packed = 0, size = 0, header = 0; ///< bytes, bytes, and where its local header begins
};

[[noreturn]] void refuse(const InputFile& file, const std::string& what) {
  throw Error(fmt::format("{}: {}", file.path().string(), what));
}

/// A little-endian number of so many bytes; 0 beyond the end.
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t number = 0;
  for (std::size_t i = width; i-- > 0;)
    number = number << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0);
  return number;
}

std::string read_part(InputFile& file, std::uint64_t at, std::uint64_t length) {
  if (at > file.size() || length > file.size() - at) refuse(file, "truncated, or not a .npz file");
  std::string bytes(static_cast<std::size_t>(length), '\0');
  file.read(at, bytes);
  return bytes;
}

/// Sizes that do not fit into 32 bits stand in a field of their own, those alone, in this order.
void take_long_sizes(Entry& entry, std::string_view extra) {
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::uint64_t kind = number_at(extra, at, 2), length = number_at(extra, at + 2, 2);
    std::size_t next = at + 4;
    if (kind == 1)
      for (std::uint64_t* size : {&entry.size, &entry.packed, &entry.header})
        if (*size == 0xffffffff && next + 8 <= extra.size()) *size = number_at(extra, next, 8), next += 8;
    at += 4 + length;
  }
}

/// The central directory, which stands at the end with a comment behind it of at most 65 535 bytes.
std::string read_directory(InputFile& file) {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(file.size(), end_bytes + 65535);
  const std::string tail = read_part(file, file.size() - tail_bytes, tail_bytes);
  for (std::size_t at = tail.size() < end_bytes ? 0 : tail.size() - end_bytes + 1; at-- > 0;) {
    if (number_at(tail, at, 4) != end_magic) continue;
    std::uint64_t size = number_at(tail, at + 12, 4), begin = number_at(tail, at + 16, 4);
    if ((size == 0xffffffff || begin == 0xffffffff) && at >= locator_bytes &&
        number_at(tail, at - locator_bytes, 4) == locator_magic) {
      const std::string end = read_part(file, number_at(tail, at - locator_bytes + 8, 8), end64_bytes);
      if (number_at(end, 0, 4) != end64_magic) continue;
      size = number_at(end, 40, 8);
      begin = number_at(end, 48, 8);
    }
    if (size > greatest_directory)
      refuse(file, fmt::format("the archive's directory has {} bytes, expected at most {}", size, greatest_directory));
    return read_part(file, begin, size);
  }
  refuse(file, "truncated, or not a .npz file (no end of a zip archive)");
}

std::vector<Entry> read_entries(InputFile& file) {
  const std::string directory = read_directory(file);
  std::vector<Entry> entries;
  for (std::size_t at = 0; at + entry_bytes <= directory.size() && number_at(directory, at, 4) == entry_magic;) {
    const auto field = [&](std::size_t offset, std::size_t width) { return number_at(directory, at + offset, width); };
    const std::size_t name = field(28, 2), extra = field(30, 2), comment = field(32, 2);
    if (name + extra + comment > directory.size() - at - entry_bytes) break;
    Entry entry{directory.substr(at + entry_bytes, name),
                static_cast<std::uint16_t>(field(10, 2)),
                static_cast<std::uint32_t>(field(16, 4)),
                field(20, 4),
                field(24, 4),
                field(42, 4)};
    take_long_sizes(entry, std::string_view(directory).substr(at + entry_bytes + name, extra));
    if (field(8, 2) & 1) refuse(file, fmt::format("array {} is encrypted", in_quotes(entry.name)));
    entries.push_back(std::move(entry));
    at += entry_bytes + name + extra + comment;
  }
  return entries;
}

const Entry& choose(InputFile& file, const std::vector<Entry>& entries, const std::string& name) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    if (entry.name == name || entry.name == name + ".npy") return entry;
    if (names.size() < 4) names.push_back(in_quotes(entry.name.substr(0, entry.name.rfind(".npy"))));
  }
  // Never a guess among several: the wrong array would be judged in silence.
  if (name.empty() && entries.size() == 1) return entries.front();
  if (entries.size() > names.size()) names.push_back("…");
  const std::string held = entries.empty()
                               ? "holds no array"
                               : fmt::format("holds {} {} ({})", entries.size(),
                                             entries.size() == 1 ? "array" : "arrays", fmt::join(names, ", "));
  if (name.empty()) refuse(file, held + ", expected a single one or the name of one");
  refuse(file, fmt::format("{} and none named {}", held, in_quotes(name)));
}

std::string inflated(InputFile& file, const Entry& entry, const std::string& packed) {
  std::string bytes(static_cast<std::size_t>(entry.size), '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) refuse(file, "there is not enough memory to read it");
  // zlib counts in 32 bits; nothing here is longer.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  const int ended = inflate(&stream, Z_FINISH);
  const bool whole = ended == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!whole) refuse(file, fmt::format("array {} is damaged", in_quotes(entry.name)));
  return bytes;
}

std::string read_entry(InputFile& file, const Entry& entry) {
  const std::string local = read_part(file, entry.header, local_bytes);
  if (!local.starts_with(zip_magic)) refuse(file, fmt::format("array {} is not there", in_quotes(entry.name)));
  const std::uint64_t begin = entry.header + local_bytes + number_at(local, 26, 2) + number_at(local, 28, 2);
  if (begin > file.size() || entry.packed > file.size() - begin)
    refuse(file, fmt::format("array {} is truncated", in_quotes(entry.name)));
  if (entry.method != 0 && entry.method != 8)
    refuse(file, fmt::format("array {} is packed by method {}, expected numpy.savez or savez_compressed",
                             in_quotes(entry.name), entry.method));
  const bool stored = entry.method == 0;
  if (stored ? entry.size != entry.packed
             : entry.size > greatest_ratio * entry.packed || entry.size >= greatest_deflated ||
                   entry.packed >= greatest_deflated)
    refuse(file, fmt::format("array {} claims {} bytes made of {}, expected {}", in_quotes(entry.name), entry.size,
                             entry.packed, stored ? "as many" : "less than 2^32, as deflated bytes can be"));
  std::string bytes = read_part(file, begin, entry.packed);
  if (!stored) bytes = inflated(file, entry, bytes);
  if (crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) != entry.crc)
    refuse(file, fmt::format("array {} is damaged (its checksum differs)", in_quotes(entry.name)));
  return bytes;
}

} // namespace

Array read_npz(InputFile& file, const std::string& name, const ArrayOptions& options) {
  const std::vector<Entry> entries = read_entries(file);
  const Entry& entry = choose(file, entries, name);
  InputFile array(file.path(), read_entry(file, entry));
  return read_npy(array, options);
}

} // namespace ropescope
