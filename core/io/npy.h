#pragma once
#include <filesystem>
#include <string_view>

#include "core/array.h"
#include "core/io/file.h"
#include "core/io/numbers.h"

namespace ropescope {

/// The first bytes of a .npy file.
inline constexpr std::string_view npy_magic = "\x93NUMPY";

/// NumPy's format, versions 1–3 (numpy/lib/format.py): C or Fortran order, either byte order, floating point of 2, 4,
/// 8 bytes and integers of 1–8 (beyond 2⁶³ − 1 they become that). Two bytes without a type are bfloat16, which is how
/// numpy.save writes that of ml_dtypes; its float8 formats it writes as one byte without a type, which tells nobody
/// which of them it is: refused, unless the options say. Sizes are checked against the file before memory is taken, and
/// the array's own is all that is taken but for a mebibyte or two. Throws Error.
Array read_npy(const std::filesystem::path&, const ArrayOptions& = {});
Array read_npy(InputFile&, const ArrayOptions& = {});

/// Version 1.0, C order, little-endian, in the array's dtype, integers as int64. Whole or not at all. Throws Error for
/// bfloat16 and float8, which the format has no name for.
void write_npy(const std::filesystem::path&, const Array&);

} // namespace ropescope
