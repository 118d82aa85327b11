#include "app/gpu/program.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "app/assets/assets.h"
#include "app/gpu/driver_time.h"

namespace ropescope::gpu {

namespace {

constexpr std::int64_t greatest_group_count = 65535; // what every OpenGL 4.3 allows per dimension

/// Appends a shader with the files that it includes. GLSL itself knows no #include.
void expand_into(std::string& text, std::string_view asset_name) {
  std::istringstream lines{std::string(asset(asset_name))};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#include \"")) {
      const std::size_t begin = line.find('"') + 1;
      expand_into(text, fmt::format("shaders/{}", line.substr(begin, line.find('"', begin) - begin)));
      continue;
    }
    // GLSL allows any character in a comment, but some drivers' preprocessors refuse bytes that are not ASCII.
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) > 126; }, '?');
    text += line + '\n';
  }
}

/// The text with line numbers before its lines, as the driver's log counts them after all includes.
std::string numbered(const std::string& source) {
  std::istringstream lines(source);
  std::string text;
  int number = 0;
  for (std::string line; std::getline(lines, line);) text += fmt::format("{:4} {}\n", ++number, line);
  return text;
}

/// The driver's log of a shader or of a program; `get` and `get_log` are OpenGL's functions for the one or the other.
template <typename Get, typename GetLog>
std::string info_log(GLuint object, Get get, GetLog get_log) {
  GLint length = 0;
  get(object, GL_INFO_LOG_LENGTH, &length);
  std::string log(static_cast<std::size_t>(std::max(length, 1)), '\0');
  get_log(object, length, nullptr, log.data());
  return log.c_str(); // up to the terminating 0 that the length counts
}

/// The names of all uniforms that a source declares: the word after "uniform" and a type. All files of shaders/ declare
/// each on a line of its own. The driver cannot be asked for them: it leaves out those that no result depends on, and
/// setting one of these is no mistake.
std::vector<std::string> declared_uniforms(const std::string& source) {
  std::vector<std::string> names;
  std::istringstream lines(source);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, type, name;
    if (words >> word >> type >> name && word == "uniform") names.push_back(name.substr(0, name.find(';')));
  }
  return names;
}

/// What a sentence quotes of a log: its first line with anything on it.
std::string first_line(const std::string& log) {
  const std::size_t begin = log.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "the driver gives no reason";
  return log.substr(begin, log.find_first_of("\r\n", begin) - begin);
}

[[noreturn]] void refuse(std::string_view asset_name, std::string_view what, const std::string& log,
                         const std::string& source) {
  const std::string details = fmt::format("{} {}:\n{}\n{}", asset_name, what, log, numbered(source));
  if (std::getenv("ROPESCOPE_SHADER_LOG")) std::fputs(details.c_str(), stderr);
  throw ShaderError(fmt::format("{} {}: {}", asset_name, what, first_line(log)), details);
}

} // namespace

std::string expand_shader(std::string_view asset_name, std::string_view defines) {
  std::string text = fmt::format("#version 430 core\n{}", defines);
  expand_into(text, asset_name);
  return text;
}

Program::Program(std::string_view asset_name, std::string_view defines) : asset_name_(asset_name) {
  const std::string source = expand_shader(asset_name, defines);
  const char* text = source.c_str();
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
    refuse(asset_name, "does not compile as a compute shader", log, source);
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
    refuse(asset_name, "does not link", log, source);
  }
  // Asked once and kept, since set() is called several times before each dispatch.
  for (std::string& name : declared_uniforms(source)) {
    const GLint location = glGetUniformLocation(program_, name.c_str());
    uniforms_.push_back({std::move(name), location});
  }
}

Program::~Program() { glDeleteProgram(program_); }

GLint Program::location(const char* uniform) const {
  for (const Uniform& known : uniforms_)
    if (known.name == uniform) return known.location;
  // A mistake in this program and not of the machine: no GpuError, for the CPU must not step in and hide it.
  throw std::logic_error(fmt::format("{} declares no uniform {}", asset_name_, uniform));
}

void Program::use() const { glUseProgram(program_); }
void Program::set(const char* uniform, std::uint32_t x) const { glUniform1ui(location(uniform), x); }
void Program::set(const char* uniform, std::uint32_t x, std::uint32_t y) const {
  glUniform2ui(location(uniform), x, y);
}
void Program::set(const char* uniform, float x, float y) const { glUniform2f(location(uniform), x, y); }
void Program::set(const char* uniform, double x, double y) const { glUniform2d(location(uniform), x, y); }

void Program::dispatch(std::int64_t invocations, std::int64_t group) const {
  const std::int64_t groups = (invocations + group - 1) / group;
  if (groups == 0) return;
  // The rectangle of groups may hold more than were asked for: every shader leaves out what is beyond its count.
  const std::int64_t width = std::min(groups, greatest_group_count), height = (groups + width - 1) / width;
  glDispatchCompute(static_cast<GLuint>(width), static_cast<GLuint>(height), 1);
  // Without it neither the next program nor glGetBufferSubData need see what this one wrote.
  glMemoryBarrier(GL_SHADER_STORAGE_BARRIER_BIT | GL_BUFFER_UPDATE_BARRIER_BIT);
}

} // namespace ropescope::gpu
