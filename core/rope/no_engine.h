#pragma once
#include "core/rope/engine.h"

namespace ropescope {

/// Stands where an engine cannot run, and says why: whoever holds it asks why_not() and tests no null pointer.
/// Every operation throws Error with that reason.
class NoEngine final : public Engine {
public:
  /// `name`: of the engine that it stands for. `reason`: a sentence without its full stop, not empty.
  NoEngine(std::string name, std::string reason);

  std::string_view why_not() const override { return reason_; }
  std::string name() const override { return name_; }
  std::string device() const override { return "none"; }
  void rotate(const Rotation&, const RowShape&, std::span<const float> in, std::span<float> out) override;
  void rotate(const Rotation&, const RowShape&, std::span<const double> in, std::span<double> out) override;
  void rotate(const Rotation&, const RowShape&, std::span<const Bfloat16> in, std::span<Bfloat16> out) override;
  void rotate(const Rotation&, const RowShape&, std::span<const Float16> in, std::span<Float16> out) override;
  std::vector<std::uint32_t> phases(const Rotation&) override;
  std::vector<CosSin<float>> product_table(const ProductTable&) override;
  void scan(const ScoreScan&, std::span<float> scores) override;
  void scan(const ScoreScan&, std::span<const std::int64_t> edges, std::span<ScoreBin> bins) override;

private:
  [[noreturn]] void refuse() const;

  std::string name_, reason_;
};

} // namespace ropescope
