#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ropescope::gpu {

/// The files of shaders/ that programs are made from: those built into the program, or those of a folder, which are
/// read anew each time.
struct ShaderFiles {
  std::filesystem::path folder; ///< empty: built in

  /// The text of one file, such as "phase.glsl". Throws Error where there is none of that name, or it cannot be read.
  std::string text(std::string_view file) const;

  /// The file's name for people: "shaders/phase.glsl", or its path in the folder; printable.
  std::string name(std::string_view file) const;
};

/// The compute programs of GlEngine. `_float64`: for rows of double.
enum class ProgramId : std::uint8_t {
  table,
  table_float64,
  rotate,
  rotate_float64,
  rotate_wide,
  phases,
  product,
  score,
  reduce,
  copy
};

/// How a program is made.
struct ProgramRow {
  ProgramId id;
  std::string_view file;   ///< of shaders/
  std::string_view define; ///< a name that is defined before its text; empty: none
};

/// Every program that there is, in the order of ProgramId: GlEngine makes them from these rows, the tests compile them.
std::span<const ProgramRow> program_rows();

/// The whole text of one program, as the driver gets it, and where its lines come from. (With #line directives drivers
/// would count so themselves, but Mesa forgets the file.)
struct ProgramSource {
  std::string name; ///< for people: the file, and what is defined
  std::string text;
  struct Origin {
    std::size_t file; ///< of `files`
    int line;         ///< counted from 1
  };
  std::vector<Origin> lines;      ///< of each line of the text
  std::vector<std::string> files; ///< their names for people, each as often as it is included

  /// "shaders/phase.glsl:46" for a line of the text, counted from 1; empty where it is of no file.
  std::string place(std::size_t line) const;
};

/// Puts #version and #define before the text of a program's file, and files in place of its #include lines, which GLSL
/// does not know. Throws Error where a file is missing or includes itself.
ProgramSource program_source(const ShaderFiles&, ProgramId);

} // namespace ropescope::gpu
