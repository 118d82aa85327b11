#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/io/file.h"
#include "core/io/numbers.h"

namespace ropescope {

/// What the header of a .safetensors file says of one tensor.
struct TensorEntry {
  std::string name;
  std::string dtype;               ///< as the file spells it: "F32", "BF16", "F8_E4M3", …
  std::vector<std::int64_t> shape; ///< at most 32 axes
  std::uint64_t begin = 0;         ///< where its bytes lie in the file
  std::uint64_t end = 0;
};

/// Every tensor of the file, of whatever dtype, in the header's order. Only the header is read. All of it is
/// checked before anything is returned: names that do not repeat, extents, bytes that lie within the file and are as
/// many as shape and dtype ask for. Memory stays a small multiple of the header, which may have 100 MB as in the
/// safetensors library. Throws Error.
std::vector<TensorEntry> list_safetensors(const std::filesystem::path&);

/// The tensor of that name, or without one the only tensor of the file; F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I8–I64
/// and U8–U64 (beyond 2⁶³ − 1 they become that); C64 where the options take it. Other tensors are not read. Throws
/// Error.
Array read_safetensors(const std::filesystem::path&, const std::string& name = "", const ArrayOptions& = {});
Array read_safetensors(InputFile&, const std::string& name = "", const ArrayOptions& = {});

/// A file of one tensor in the array's dtype, integers as I64. Whole or not at all. Throws Error.
void write_safetensors(const std::filesystem::path&, const std::string& name, const Array&);

} // namespace ropescope
