#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <epoxy/gl.h>

#include "app/gpu/errors.h"

namespace ropescope::gpu {

/// The text of a shader with its #include lines replaced, ready for the driver.
std::string expand_shader(std::string_view asset_name, std::string_view defines);

/// A shader that the driver refuses. what() is one sentence: the file and the first line of the driver's log.
class ShaderError : public GpuError {
public:
  ShaderError(const std::string& sentence, std::string details) : GpuError(sentence), details_(std::move(details)) {}

  /// For whoever mends the shader: the whole log and the numbered source. With ROPESCOPE_SHADER_LOG in the environment
  /// they are also printed on standard error.
  const std::string& details() const { return details_; }

private:
  std::string details_;
};

/// A compute program made of one file of shaders/.
class Program {
public:
  /// `defines`: lines put before the text. Throws ShaderError.
  explicit Program(std::string_view asset_name, std::string_view defines = "");
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void use() const;

  /// Sets a uniform of the program in use. Throws std::logic_error where the shader declares none of that name: OpenGL
  /// itself would say nothing.
  void set(const char* uniform, std::uint32_t) const;
  void set(const char* uniform, std::uint32_t, std::uint32_t) const;
  void set(const char* uniform, float, float) const;
  void set(const char* uniform, double, double) const;

  /// Runs at least `invocations` in groups of `group`, spread over two dimensions where one is too short.
  void dispatch(std::int64_t invocations, std::int64_t group) const;

private:
  struct Uniform {
    std::string name;
    GLint location; ///< −1 where the compiler found that no result depends on it
  };
  GLint location(const char* uniform) const;

  std::string asset_name_;
  std::vector<Uniform> uniforms_; ///< all that the text declares
  GLuint program_ = 0;
};

} // namespace ropescope::gpu
