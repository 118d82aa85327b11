#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/file.h"

namespace ropescope {

/// Whether a file begins as GGUF does.
bool is_gguf(InputFile&);

/// The metadata of a GGUF file, version 2 or 3, little-endian: its keys, whose values are read when they are asked for,
/// and the names of its tensors. The constructor checks all of the metadata, and only then can values be asked for.
/// Where a tensor's numbers lie is checked when that tensor is read, so that a file which was cut off after its
/// metadata still tells its keys. Memory stays a small multiple of the names; metadata may have 256 MiB, and a million
/// keys and tensors each. Source: ggml-org/llama.cpp @ 0c1e57098, ggml/src/gguf.cpp.
class GgufFile {
public:
  /// Keeps the file, which must live as long. `name` is the file's in errors, which every function here throws with
  /// the place in the file.
  GgufFile(InputFile&, std::string name);

  /// The names that have `part` in them, sorted.
  std::vector<std::string> keys_with(std::string_view part) const;
  std::vector<std::string> tensors_with(std::string_view part) const;

  std::uint64_t tensor_count() const { return tensors_.size(); }

  /// A key's value, nothing where the file lacks the key. Whole numbers of any width count as integers, and as numbers;
  /// a list of integers may be a single one, and in it true and false count as 1 and 0.
  std::optional<double> number(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  std::optional<std::string> text(std::string_view key);
  std::optional<std::vector<std::int64_t>> integers(std::string_view key); ///< at most 65536

  /// Whether a key says nothing: it is false, 0, an empty text, a list of nothing else, or 1.0 where its name says that
  /// it multiplies or divides (…factor, …scale).
  bool is_off(std::string_view key);

  /// A tensor of F32, F16 or F64, at most 65536 numbers, as it lies; nothing where the file has none of that name.
  std::optional<std::vector<double>> tensor(std::string_view name);

  [[noreturn]] void refuse(const std::string& what) const;

private:
  struct Key {
    std::string name;
    std::uint32_t type;
    std::uint64_t value; ///< where it lies in the file
  };
  struct Tensor {
    std::string name;
    std::uint32_t type;
    std::uint64_t count;  ///< numbers
    std::uint64_t offset; ///< from data_ on
  };
  class Cursor;

  void read_keys(Cursor&, std::uint64_t count);
  void read_tensors(Cursor&, std::uint64_t count);
  const Key* find(std::string_view key) const;
  [[noreturn]] void refuse_value(const Key&, std::string_view expected) const;
  std::int64_t integer_at(const Key&, Cursor&, std::uint32_t type, std::string_view expected) const;

  std::string name_;
  InputFile& file_;
  std::vector<Key> keys_;       ///< by name
  std::vector<Tensor> tensors_; ///< by name
  std::uint64_t alignment_ = 32, data_ = 0;
};

} // namespace ropescope
