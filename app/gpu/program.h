#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <epoxy/gl.h>

#include "app/gpu/errors.h"
#include "app/gpu/program_source.h"

namespace ropescope::gpu {

/// A shader that the driver refuses. what() is one sentence: the program, file and line of the mistake where the driver
/// names a line, and the first line of the driver's log.
class ShaderError : public GpuError {
public:
  ShaderError(const std::string& sentence, std::string details) : GpuError(sentence), details_(std::move(details)) {}

  /// For whoever mends the shader: the whole log and the numbered source. With ROPESCOPE_SHADER_LOG in the environment
  /// they are also printed on standard error.
  const std::string& details() const { return details_; }

private:
  std::string details_;
};

/// A compute program in the current context.
class Program {
public:
  /// Throws ShaderError.
  explicit Program(const ProgramSource&);
  /// Throws Error also where a file is missing.
  Program(const ShaderFiles& shaders, ProgramId id) : Program(program_source(shaders, id)) {}
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Runs at least `invocations` in groups of `group`, spread over two dimensions where one is too short.
  void dispatch(std::int64_t invocations, std::int64_t group) const;

private:
  template <typename T>
  friend class Uniform;

  /// Where OpenGL keeps a uniform; −1 where the compiler found that no result depends on it. `type`: such as
  /// GL_FLOAT_VEC2. Throws std::logic_error where the text declares no uniform of that name, or one of another type.
  GLint location(const char* uniform, GLenum type) const;

  std::string name_;
  std::vector<std::string> declared_uniforms_;
  GLuint program_ = 0;
};

/// What a uniform of each type is called in OpenGL, and how it is set. A location of −1 is passed over.
constexpr GLenum uniform_type(std::uint32_t) { return GL_UNSIGNED_INT; }
constexpr GLenum uniform_type(std::array<std::uint32_t, 2>) { return GL_UNSIGNED_INT_VEC2; }
constexpr GLenum uniform_type(std::array<float, 2>) { return GL_FLOAT_VEC2; }
constexpr GLenum uniform_type(std::array<double, 2>) { return GL_DOUBLE_VEC2; }
inline void set_uniform(GLuint program, GLint at, std::uint32_t x) { glProgramUniform1ui(program, at, x); }
inline void set_uniform(GLuint program, GLint at, std::array<std::uint32_t, 2> x) {
  glProgramUniform2ui(program, at, x[0], x[1]);
}
inline void set_uniform(GLuint program, GLint at, std::array<float, 2> x) {
  glProgramUniform2f(program, at, x[0], x[1]);
}
inline void set_uniform(GLuint program, GLint at, std::array<double, 2> x) {
  glProgramUniform2d(program, at, x[0], x[1]);
}

/// A uniform of a program: T is std::uint32_t for uint, and std::array<…, 2> for uvec2, vec2 and dvec2. It is looked up
/// once, and a name that the shader does not have is an error where OpenGL would say nothing.
template <typename T>
class Uniform {
public:
  /// Throws std::logic_error where the program's text declares no uniform of that name, or one of another type: a
  /// mistake in this program and not of the machine, which the CPU must not step in for and hide.
  Uniform(const Program& program, const char* name)
      : program_(program.program_), location_(program.location(name, uniform_type(T{}))) {}

  /// Counts for what the program computes from now on.
  void set(const T& value) const { set_uniform(program_, location_, value); }

private:
  GLuint program_;
  GLint location_;
};

} // namespace ropescope::gpu
