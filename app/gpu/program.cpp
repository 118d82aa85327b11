#include "app/gpu/program.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "app/gpu/driver_time.h"
#include "core/text.h"

namespace ropescope::gpu {

namespace {

constexpr std::int64_t greatest_group_count = 65535; // what every OpenGL 4.3 allows per dimension

/// The driver's log of a shader or of a program; `get` and `get_log` are OpenGL's functions for the one or the other.
template <typename Get, typename GetLog>
std::string info_log(GLuint object, Get get, GetLog get_log) {
  GLint length = 0;
  get(object, GL_INFO_LOG_LENGTH, &length);
  std::string log(static_cast<std::size_t>(std::max(length, 1)), '\0');
  get_log(object, length, nullptr, log.data());
  return log.substr(0, log.find('\0')); // the length counts the terminating 0
}

/// The names of all uniforms that a source declares: the word after "uniform" and a type. All files of shaders/ declare
/// each on a line of its own. The driver cannot be asked for them: it leaves out those that no result depends on, and
/// setting one of these is no mistake.
std::vector<std::string> uniforms_of(const std::string& source) {
  std::vector<std::string> names;
  std::istringstream lines(source);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, type, name;
    if (words >> word >> type >> name && word == "uniform") names.push_back(name.substr(0, name.find(';')));
  }
  return names;
}

/// The text with line numbers before its lines, as the driver's log counts them after all includes.
std::string numbered(const std::string& source) {
  std::istringstream lines(source);
  std::string text;
  int number = 0;
  for (std::string line; std::getline(lines, line);) text += fmt::format("{:4} {}\n", ++number, line);
  return text;
}

/// What a sentence quotes of a log: its first line with anything on it.
std::string first_line(const std::string& log) {
  const std::size_t begin = log.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "the driver gives no reason";
  return printable(log.substr(begin, log.find_first_of("\r\n", begin) - begin));
}

/// Which line of the text a line of a log speaks of: drivers write "0:157(5): error", "0(157) : error" or "ERROR:
/// 0:157: ", where 0 is the number of the text. 0 where it speaks of none.
std::size_t line_meant(const std::string& words) {
  const std::size_t text = words.find_first_of("0123456789");
  if (text == std::string::npos || words[text] != '0' || text + 1 >= words.size()) return 0;
  const char between = words[text + 1];
  return between == ':' || between == '(' ? std::strtoul(words.c_str() + text + 2, nullptr, 10) : 0;
}

[[noreturn]] void refuse(const ProgramSource& source, std::string_view what, const std::string& log) {
  const std::string details = fmt::format("{} {}:\n{}\n{}", source.name, what, log, numbered(source.text));
  if (std::getenv("ROPESCOPE_SHADER_LOG")) std::fputs(details.c_str(), stderr);
  const std::string words = first_line(log), place = source.place(line_meant(words));
  throw ShaderError(fmt::format("{} {}: {}{}{}", source.name, what, place, place.empty() ? "" : ": ", words), details);
}

} // namespace

Program::Program(const ProgramSource& source) : name_(source.name), declared_uniforms_(uniforms_of(source.text)) {
  const char* text = source.text.c_str();
  // Drivers compile here, which takes a large part of a start: counted as theirs.
  const DriverTime driver;
  const GLuint shader = glCreateShader(GL_COMPUTE_SHADER);
  glShaderSource(shader, 1, &text, nullptr);
  glCompileShader(shader);
  GLint compiled = GL_FALSE;
  glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
  if (!compiled) {
    const std::string log = info_log(shader, glGetShaderiv, glGetShaderInfoLog);
    glDeleteShader(shader);
    refuse(source, "does not compile as a compute shader", log);
  }
  program_ = glCreateProgram();
  glAttachShader(program_, shader);
  glLinkProgram(program_);
  glDeleteShader(shader);
  GLint linked = GL_FALSE;
  glGetProgramiv(program_, GL_LINK_STATUS, &linked);
  if (!linked) {
    const std::string log = info_log(program_, glGetProgramiv, glGetProgramInfoLog);
    glDeleteProgram(program_);
    refuse(source, "does not link", log);
  }
}

Program::~Program() {
  // OpenGL keeps a deleted program alive while it is in use. Dear ImGui would then put its own in its place and, after
  // drawing, want back what is gone.
  GLint in_use = 0;
  glGetIntegerv(GL_CURRENT_PROGRAM, &in_use);
  if (static_cast<GLuint>(in_use) == program_) glUseProgram(0);
  glDeleteProgram(program_);
}

GLint Program::location(const char* uniform, GLenum type) const {
  GLuint index = GL_INVALID_INDEX;
  glGetUniformIndices(program_, 1, &uniform, &index);
  if (index == GL_INVALID_INDEX) {
    const auto& names = declared_uniforms_;
    if (std::find(names.begin(), names.end(), uniform) != names.end()) return -1;
    throw std::logic_error(fmt::format("{} declares no uniform {}", name_, uniform));
  }
  GLint declared = 0;
  glGetActiveUniformsiv(program_, 1, &index, GL_UNIFORM_TYPE, &declared);
  if (static_cast<GLenum>(declared) != type)
    throw std::logic_error(fmt::format("{} declares the uniform {} as another type (0x{:04x}) than is set (0x{:04x})",
                                       name_, uniform, declared, type));
  return glGetUniformLocation(program_, uniform);
}

void Program::dispatch(std::int64_t invocations, std::int64_t group) const {
  const std::int64_t groups = (invocations + group - 1) / group;
  if (groups == 0) return;
  glUseProgram(program_);
  // The rectangle of groups may hold more than were asked for: every shader leaves out what is beyond its count.
  const std::int64_t width = std::min(groups, greatest_group_count), height = (groups + width - 1) / width;
  glDispatchCompute(static_cast<GLuint>(width), static_cast<GLuint>(height), 1);
  // Without it neither the next program nor glGetBufferSubData need see what this one wrote.
  glMemoryBarrier(GL_SHADER_STORAGE_BARRIER_BIT | GL_BUFFER_UPDATE_BARRIER_BIT);
}

} // namespace ropescope::gpu
