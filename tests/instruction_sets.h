#pragma once
#include <cstdint>

#include <doctest/doctest.h>
#include <hwy/targets.h>

namespace ropescope::test {

/// Runs `check` once on every instruction set that this processor has, as its only one.
template <typename Check>
void on_every_instruction_set(Check check) {
  struct Chosen {
    explicit Chosen(std::int64_t targets) {
      hwy::SetSupportedTargetsForTest(targets);
      hwy::GetChosenTarget().DeInit();
    }
    Chosen(const Chosen&) = delete;
    Chosen& operator=(const Chosen&) = delete;
    ~Chosen() {
      hwy::SetSupportedTargetsForTest(0);
      hwy::GetChosenTarget().DeInit();
    }
  };
  for (std::int64_t left = hwy::SupportedTargets(); left != 0; left &= left - 1) {
    const std::int64_t target = left & -left;
    const Chosen chosen(target);
    CAPTURE(hwy::TargetName(target));
    check();
  }
}

} // namespace ropescope::test
