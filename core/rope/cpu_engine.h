#pragma once
#include "core/rope/engine.h"

namespace ropescope {

/// The engine that every machine has: vectors of whatever width the processor offers, on all its threads.
class CpuEngine final : public Engine {
public:
  explicit CpuEngine(int threads = 0) : threads_(threads) {} ///< 0: one for each processor

  std::string name() const override { return "cpu"; }
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
  int threads_;
};

} // namespace ropescope
