#pragma once
#include "core/rope/engine.h"

namespace ropescope {

/// The engine that every machine has.
class CpuEngine final : public Engine {
public:
  std::string name() const override { return "cpu"; }
  std::string device() const override;
  void rotate(const Rotation&, const RowShape&, std::span<const float> in, std::span<float> out) override;
  void rotate(const Rotation&, const RowShape&, std::span<const double> in, std::span<double> out) override;
  std::vector<std::uint32_t> phases(const Rotation&) override;
  std::vector<CosSin<float>> product_table(const ProductTable&) override;
  void scan(const ScoreScan&, std::span<float> scores) override;
  void scan(const ScoreScan&, std::span<const std::int64_t> edges, std::span<ScoreBin> bins) override;
};

} // namespace ropescope
