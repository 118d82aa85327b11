#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/check/run_files.h"

namespace ropescope {

/// A kernel's input and output as they lie in their files, brought to one rank: [… , head_dim].
struct KernelArrays {
  Array in, out;
  std::size_t file_axes = 0; ///< of the input's file, the last one too
  bool split = false;        ///< the file's last axis holds several heads: here they are an axis of their own
  bool complex = false;      ///< the files hold complex numbers, real and imaginary parts next to each other here
  bool same_shape = true;
  std::vector<std::pair<std::size_t, std::size_t>> exchanged; ///< pairs of axes that may lie the other way in the
                                                              ///< output; where the shapes differ, one of them must
  std::vector<std::string> notes;                             ///< sentences for people
};

/// Throws Error, also where the shapes do not belong together.
KernelArrays read_kernel_arrays(const KernelFiles&, const HeadLayout&);

} // namespace ropescope
