#pragma once
#include <string>
#include <string_view>

#include "core/array.h"
#include "core/io/file.h"
#include "core/io/numbers.h"

namespace ropescope {

/// The first bytes of a zip archive, which is what a .npz file is.
inline constexpr std::string_view zip_magic = "PK\x03\x04";

/// One array of a .npz file (numpy.savez, savez_compressed): a zip archive of .npy files, stored or deflated, in zip64
/// too. `name` with or without its .npy; empty: the only one. Every size is a claim of the file and is checked against
/// it before memory is taken: what is stored takes as much as the file has, and what is deflated no more than it says,
/// at most 2³² bytes. Throws Error.
Array read_npz(InputFile&, const std::string& name, const ArrayOptions& = {});

} // namespace ropescope
