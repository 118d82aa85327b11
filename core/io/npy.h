#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ropescope {

enum class DType : std::uint8_t { float64, float32, float16, integer };

/// An array in row-major order.
struct Array {
  DType dtype = DType::float32;       ///< of the file; numbers are held as below
  std::vector<std::int64_t> shape;    ///< empty for a single number
  std::vector<float> floats;          ///< of float32 and float16 files
  std::vector<double> doubles;        ///< of float64 files
  std::vector<std::int64_t> integers; ///< of every integer file

  std::int64_t size() const; ///< product of the shape
};

/// NumPy's format, versions 1–3 (numpy/lib/format.py): C or Fortran order, either byte order, floating point of 2, 4,
/// 8 bytes and integers of 1–8 (beyond 2⁶³ − 1 they become that). Sizes are checked against the file before memory is
/// taken. Throws Error.
Array read_npy(const std::filesystem::path&);

/// Version 1.0, C order, little-endian, in the array's dtype (float64, float32 or float16). Whole or not at all.
void write_npy(const std::filesystem::path&, const Array&);

} // namespace ropescope
