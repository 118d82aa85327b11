#include "core/rope/no_engine.h"

#include <cassert>
#include <utility>

#include "core/error.h"

namespace ropescope {

NoEngine::NoEngine(std::string name, std::string reason) : name_(std::move(name)), reason_(std::move(reason)) {
  assert(!reason_.empty()); // an empty one would say that it can run
}

void NoEngine::refuse() const { throw Error(reason_); }

void NoEngine::rotate(const Rotation&, const RowShape&, std::span<const float>, std::span<float>) { refuse(); }
void NoEngine::rotate(const Rotation&, const RowShape&, std::span<const double>, std::span<double>) { refuse(); }
void NoEngine::rotate(const Rotation&, const RowShape&, std::span<const Bfloat16>, std::span<Bfloat16>) { refuse(); }
void NoEngine::rotate(const Rotation&, const RowShape&, std::span<const Float16>, std::span<Float16>) { refuse(); }
std::vector<std::uint32_t> NoEngine::phases(const Rotation&) { refuse(); }
std::vector<CosSin<float>> NoEngine::product_table(const ProductTable&) { refuse(); }
void NoEngine::scan(const ScoreScan&, std::span<float>) { refuse(); }
void NoEngine::scan(const ScoreScan&, std::span<const std::int64_t>, std::span<ScoreBin>) { refuse(); }

} // namespace ropescope
