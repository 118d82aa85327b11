#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/latest.h"

namespace ropescope::shell {

/// An entry of a folder.
struct FolderEntry {
  std::string name;
  bool is_folder = false;

  bool is_hidden() const { return name.starts_with("."); }
  bool operator==(const FolderEntry&) const = default;
};

/// What a dialog wants to know of a path.
struct Look {
  std::filesystem::path path;
  bool is_typed = false; ///< a person typed it, and it may be a file, a folder, or nothing
};

/// What was found.
struct Seen {
  enum class Kind : std::uint8_t { folder, file, nothing };
  std::filesystem::path path;
  bool is_typed = false;
  Kind kind = Kind::folder;
  std::vector<FolderEntry> entries; ///< some of the folder's; the others come in other pieces
  std::string trouble;              ///< why there are no more of them; empty: nothing troubles
};

/// Reads folders beside the frame, in pieces: a folder may have many entries, and may lie on a network.
using FolderReader = Latest<Look, Seen>;

/// The work of a FolderReader. Does not throw: what troubles is said in the piece.
void look(const Look&, FolderReader::Run&);

/// Folders first, then files; each by name, numbers by their value ("layer 9" before "layer 10"), and capital letters
/// as small ones.
bool comes_before(const FolderEntry&, const FolderEntry&);

/// The home folder ($HOME); nothing where there is none.
std::optional<std::filesystem::path> home_folder();

/// Where files are written while nobody has said where: the current folder; the home folder where that is "/" or cannot
/// be written, as of a program that a desktop started.
std::filesystem::path usual_folder();

/// What a person typed as a whole path: "~" is the home folder, what does not begin with "/" lies in `folder`.
std::filesystem::path expanded(std::string_view typed, const std::filesystem::path& folder);

/// The same backwards, for people: "~/models" of a folder in the home folder.
std::string abbreviated(const std::filesystem::path&);

/// A path that is typed: what stands before the last "/" and with it, and the beginning of a name behind it.
struct TypedPath {
  std::string_view folder, name;
};
TypedPath typed_path(std::string_view);

/// The longest beginning that all names which begin with `name` have in common; `name` itself where none does.
/// A folder that is the only one ends with "/".
std::string completed(std::string_view name, const std::vector<FolderEntry>&);

} // namespace ropescope::shell
