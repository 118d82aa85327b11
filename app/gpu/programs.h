#pragma once
#include <array>
#include <cstdint>
#include <type_traits>

#include "app/gpu/program.h"

namespace ropescope::gpu {

using Word2 = std::array<std::uint32_t, 2>;

// The programs of GlEngine, each with the uniforms that its file of shaders/ declares and explains. A name is written
// here once, and compared with the shader when the program is made.

/// table.comp, for cos and sin in float or double.
template <typename Real>
struct TableProgram : Program {
  explicit TableProgram(const ShaderFiles& shaders)
      : Program(shaders, std::is_same_v<Real, double> ? ProgramId::table_float64 : ProgramId::table) {}
  Uniform<std::uint32_t> pair_count{*this, "pair_count"}, token_count{*this, "token_count"};
  Uniform<Word2> strides{*this, "strides"};
  Uniform<std::array<Real, 2>> gain{*this, "gain"};
};

/// What rotate.comp and rotate_wide.comp share: rotate_rows.glsl.
struct RotateProgram : Program {
  using Program::Program;
  Uniform<std::uint32_t> outer{*this, "outer"}, token_count{*this, "token_count"}, inner{*this, "inner"},
      head_dim{*this, "head_dim"}, first_token{*this, "first_token"}, rows_of_run{*this, "rows_of_run"},
      pair_count{*this, "pair_count"}, offset{*this, "offset"}, block{*this, "block"};
  Uniform<Word2> in_stride_gap{*this, "in_stride_gap"}, out_stride_gap{*this, "out_stride_gap"};
};

/// rotate.comp, for rows of float or double in any layout.
template <typename Real>
struct AnyRotateProgram : RotateProgram {
  explicit AnyRotateProgram(const ShaderFiles& shaders)
      : RotateProgram(shaders, std::is_same_v<Real, double> ? ProgramId::rotate_float64 : ProgramId::rotate) {}
  Uniform<std::uint32_t> step_format{*this, "step_format"};
};

struct WideRotateProgram : RotateProgram {
  explicit WideRotateProgram(const ShaderFiles& shaders) : RotateProgram(shaders, ProgramId::rotate_wide) {}
};

struct PhasesProgram : Program {
  explicit PhasesProgram(const ShaderFiles& shaders) : Program(shaders, ProgramId::phases) {}
  Uniform<std::uint32_t> pair_count{*this, "pair_count"}, token_count{*this, "token_count"};
};

struct ProductProgram : Program {
  explicit ProductProgram(const ShaderFiles& shaders) : Program(shaders, ProgramId::product) {}
  Uniform<std::uint32_t> pair_count{*this, "pair_count"}, token_count{*this, "token_count"},
      angle_format{*this, "angle_format"}, table_format{*this, "table_format"};
};

struct ScoreProgram : Program {
  explicit ScoreProgram(const ShaderFiles& shaders) : Program(shaders, ProgramId::score) {}
  Uniform<std::uint32_t> pair_count{*this, "pair_count"}, count{*this, "count"};
  Uniform<Word2> first{*this, "first"};
};

struct ReduceProgram : Program {
  explicit ReduceProgram(const ShaderFiles& shaders) : Program(shaders, ProgramId::reduce) {}
  Uniform<std::uint32_t> bin_count{*this, "bin_count"};
};

struct CopyProgram : Program {
  explicit CopyProgram(const ShaderFiles& shaders) : Program(shaders, ProgramId::copy) {}
  Uniform<std::uint32_t> count{*this, "count"};
};

} // namespace ropescope::gpu
