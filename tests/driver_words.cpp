#include "tests/driver_words.h"

#include <doctest/doctest.h>

#include "app/gpu/debug.h"
#include "tests/scratch.h"

namespace ropescope::test {

namespace {

ExpectedDriverWords* expected = nullptr;

void hear(std::string_view words) {
  if (expected)
    expected->words.emplace_back(words);
  else
    FAIL_CHECK("the driver says: ", std::string(words)); // does not throw, as this is within a call of the driver
}

[[maybe_unused]] const bool listening = (gpu::listen_to_driver(hear), true); // before any test makes a context

} // namespace

ExpectedDriverWords::ExpectedDriverWords() { expected = this; }
ExpectedDriverWords::~ExpectedDriverWords() { expected = nullptr; }

gpu::ProgramSource never_compiled(gpu::ProgramSource source) {
  source.text += "// " + Scratch().path.string() + "\n"; // a name that nothing has
  return source;
}

NobodyListens::NobodyListens() { gpu::listen_to_driver(nullptr); }
NobodyListens::~NobodyListens() { gpu::listen_to_driver(hear); }

} // namespace ropescope::test
