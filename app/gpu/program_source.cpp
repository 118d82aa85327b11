#include "app/gpu/program_source.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <fmt/format.h>

#include "app/assets/assets.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/text.h"

namespace ropescope::gpu {

namespace {

constexpr std::array rows{
    ProgramRow{ProgramId::table, "table.comp", ""},
    ProgramRow{ProgramId::table_float64, "table.comp", "ROPESCOPE_FLOAT64"},
    ProgramRow{ProgramId::rotate, "rotate.comp", ""},
    ProgramRow{ProgramId::rotate_float64, "rotate.comp", "ROPESCOPE_FLOAT64"},
    ProgramRow{ProgramId::rotate_wide, "rotate_wide.comp", ""},
    ProgramRow{ProgramId::phases, "phases.comp", ""},
    ProgramRow{ProgramId::product, "product.comp", ""},
    ProgramRow{ProgramId::score, "score.comp", ""},
    ProgramRow{ProgramId::reduce, "reduce.comp", ""},
    ProgramRow{ProgramId::copy, "copy.comp", ""},
};

// A row is found by its place.
static_assert([] {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].id != static_cast<ProgramId>(i)) return false;
  return rows.back().id == ProgramId::copy;
}());

constexpr std::string_view include_line = "#include \"";

/// A file of a folder may be anybody's, and is refused beyond this size; ours have a few KiB.
constexpr std::uintmax_t greatest_file = 1 << 20;

/// Files of one program. Ours have at most 7, shared.h being included several times; one that includes itself would
/// have no end.
constexpr std::size_t most_files = 64;

/// Appends a file with those that it includes.
void append_file(ProgramSource& source, const ShaderFiles& shaders, std::string_view file) {
  const std::size_t index = source.files.size();
  if (index == most_files)
    throw Error(fmt::format("{} includes more than {} files: does {} include itself?", source.name, most_files - 1,
                            shaders.name(file)));
  source.files.push_back(shaders.name(file));
  std::istringstream lines(shaders.text(file));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.starts_with(include_line)) {
      const std::size_t begin = include_line.size();
      append_file(source, shaders, line.substr(begin, line.find('"', begin) - begin));
      continue;
    }
    // GLSL allows any character in a comment, but some drivers' preprocessors refuse bytes that are not ASCII.
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) > 126; }, '?');
    source.text += line + '\n';
    source.lines.push_back({index, number});
  }
}

/// Appends a line of no file.
void append_line(ProgramSource& source, std::string_view line) {
  source.text += fmt::format("{}\n", line);
  source.lines.push_back({0, 0});
}

} // namespace

std::string ShaderFiles::text(std::string_view file) const {
  return folder.empty() ? std::string(asset(name(file))) : read_file(folder / file, greatest_file);
}

std::string ShaderFiles::name(std::string_view file) const {
  return folder.empty() ? fmt::format("shaders/{}", file) : printable((folder / file).string());
}

std::span<const ProgramRow> program_rows() { return rows; }

ProgramSource program_source(const ShaderFiles& shaders, ProgramId id) {
  const ProgramRow& row = rows.at(static_cast<std::size_t>(id));
  ProgramSource source{.name = shaders.name(row.file), .text = {}, .lines = {}, .files = {}};
  append_line(source, "#version 430 core");
  if (!row.define.empty()) {
    source.name += fmt::format(" with {}", row.define);
    append_line(source, fmt::format("#define {}", row.define));
  }
  append_file(source, shaders, row.file);
  return source;
}

std::string ProgramSource::place(std::size_t line) const {
  if (line == 0 || line > lines.size() || lines[line - 1].line == 0) return {};
  return fmt::format("{}:{}", files[lines[line - 1].file], lines[line - 1].line);
}

} // namespace ropescope::gpu
