#pragma once
#include <string>
#include <vector>

#include "app/gpu/program_source.h"

namespace ropescope::test {

// In every test program that is linked with driver_words.cpp, contexts are debug contexts, and what the driver says of
// an error, or with medium or high severity, fails the test that runs (app/gpu/debug.h).

/// While it lives the driver's words are expected: they fail nothing, and are kept here.
class ExpectedDriverWords {
public:
  ExpectedDriverWords();
  ~ExpectedDriverWords();
  ExpectedDriverWords(const ExpectedDriverWords&) = delete;
  ExpectedDriverWords& operator=(const ExpectedDriverWords&) = delete;

  std::vector<std::string> words;
};

/// The program with a comment in it that no program had before: drivers keep what they compiled on the disk, and of
/// what they find there they say nothing.
gpu::ProgramSource never_compiled(gpu::ProgramSource);

/// While it lives nobody listens, and contexts that are made are those of the program.
struct NobodyListens {
  NobodyListens();
  ~NobodyListens();
  NobodyListens(const NobodyListens&) = delete;
  NobodyListens& operator=(const NobodyListens&) = delete;
};

} // namespace ropescope::test
