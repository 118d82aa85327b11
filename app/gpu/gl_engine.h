#pragma once
#include <memory>
#include <string>

#include "app/gpu/program_source.h"
#include "app/gpu/self_test.h"
#include "core/rope/engine.h"

namespace ropescope::gpu {

/// Rotations and scans in GLSL compute shaders. What the driver reports or leaves out throws GpuError. Belongs to the
/// context that was current when it was made, and must be used and destroyed while that context is current.
class GlEngine final : public Engine {
public:
  /// Throws Error, with a sentence of why, where there can be none in the current context: it is too old, a shader does
  /// not compile, or it fails its self-test. Shaders of a folder are compiled at once, all of them; its
  /// shared.h must be this program's; and
  /// std::logic_error is thrown where one lacks a uniform that this program sets.
  explicit GlEngine(SelfTest = SelfTest::whole, const ShaderFiles& = {});
  ~GlEngine() override;

  std::string name() const override { return "gpu"; }
  std::string device() const override;
  void rotate(const Rotation&, const RowShape&, std::span<const float> in, std::span<float> out) override;
  void rotate(const Rotation&, const RowShape&, std::span<const double> in, std::span<double> out) override;
  void rotate(const Rotation&, const RowShape&, std::span<const Bfloat16> in, std::span<Bfloat16> out) override;
  void rotate(const Rotation&, const RowShape&, std::span<const Float16> in, std::span<Float16> out) override;
  std::vector<std::uint32_t> phases(const Rotation&) override;
  std::vector<CosSin<float>> product_table(const ProductTable&) override;
  void scan(const ScoreScan&, std::span<float> scores) override;
  void scan(const ScoreScan&, std::span<const std::int64_t> edges, std::span<ScoreBin> bins) override;

  /// Seconds of each of `runs` turns of rows that are on the GPU already, and stay there: what `bench` measures.
  /// The rows must fit into one buffer.
  std::vector<double> time_rotation(const Rotation&, const RowShape&, int runs);

  /// The same for a copy from one buffer to another.
  std::vector<double> time_copy(std::int64_t floats, int runs);

private:
  template <typename Narrow, typename Widen, typename Round>
  void rotate_as_floats(const Rotation&, const RowShape&, std::span<const Narrow> in, std::span<Narrow> out, Widen,
                        Round);

  struct State; ///< programs and buffers; hidden, so that who includes this file needs no OpenGL header
  std::unique_ptr<State> state_;
};

} // namespace ropescope::gpu
