#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <epoxy/gl.h>

namespace ropescope::gpu {

/// The text of a shader with its #include lines replaced, ready for the driver.
std::string expand_shader(std::string_view asset_name, std::string_view defines);

/// A compute program made of one file of shaders/.
class Program {
public:
  /// `defines`: lines put before the text. Throws Error with the file, the driver's log and the numbered source.
  explicit Program(std::string_view asset_name, std::string_view defines = "");
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void use() const;
  void set(const char* uniform, std::uint32_t) const;
  void set(const char* uniform, std::uint32_t, std::uint32_t) const;
  void set(const char* uniform, float, float) const;
  void set(const char* uniform, double, double) const;

  /// Runs at least `invocations` in groups of `group`, spread over two dimensions where one is too short.
  void dispatch(std::int64_t invocations, std::int64_t group) const;

private:
  GLint location(const char* uniform) const;
  GLuint program_ = 0;
};

} // namespace ropescope::gpu
