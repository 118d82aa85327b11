#pragma once
#include <memory>
#include <string>

#include "core/rope/engine.h"

namespace ropescope::gpu {

/// Rotations and scans in GLSL compute shaders. Belongs to the context that was current when it was made, and
/// must be used and destroyed while that context is current.
class GlEngine final : public Engine {
public:
  /// Why there can be none in the current context, a sentence; empty where there can.
  static std::string why_not();

  /// Throws Error where why_not() has something to say.
  GlEngine();
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

private:
  template <typename Narrow, typename Widen, typename Round>
  void rotate_as_floats(const Rotation&, const RowShape&, std::span<const Narrow> in, std::span<Narrow> out, Widen,
                        Round);

  struct State;
  std::unique_ptr<State> state_;
};

} // namespace ropescope::gpu
