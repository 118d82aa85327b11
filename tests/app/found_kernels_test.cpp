#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/io/file.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name, command;
  std::string verdict; ///< "match or precision" where either is right; empty: any
  int status = 0;
  std::vector<std::string> causes; ///< one of these must be among those named
};

std::vector<Case> cases_in(const fs::path& folder) {
  std::vector<Case> cases;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!fs::exists(entry.path() / "case.json")) continue;
    const auto json = nlohmann::json::parse(read_file(entry.path() / "case.json", 1 << 20));
    const auto& right = json.at("right");
    cases.push_back({entry.path().filename().string(), json.at("command"),
                     right.at("verdict").is_null() ? "" : right.at("verdict").get<std::string>(), right.at("exit"),
                     right.at("causes")});
  }
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
  return cases;
}

/// What is wrong with the answer; empty where it is right.
std::string fault_of(const Case& kernel, const test::Outcome& outcome) {
  if (outcome.status != kernel.status) return fmt::format("exit status {}: {}", outcome.status, outcome.err);
  const auto json = nlohmann::json::parse(outcome.out, nullptr, false);
  if (json.is_discarded()) return kernel.causes.empty() ? "" : "no JSON: " + outcome.err;
  const std::string verdict = json.at("verdict");
  if (kernel.verdict.find(verdict) == std::string::npos && !kernel.verdict.empty()) return "verdict " + verdict;
  std::vector<std::string> named{json.at("cause")};
  if (json.contains("also"))
    for (const auto& also : json["also"]) named.push_back(also.at("cause"));
  const bool found = std::any_of(named.begin(), named.end(), [&](const std::string& name) {
    return std::find(kernel.causes.begin(), kernel.causes.end(), name) != kernel.causes.end();
  });
  return found ? "" : "cause " + named.front();
}

} // namespace

TEST_CASE("every kernel that was got wrong once is judged as its case says, through the command line") {
  const char* other = std::getenv("ROPESCOPE_KERNELS");
  const fs::path folder = other ? fs::path(other) : fs::path(ROPESCOPE_TEST_SOURCE) / "tests/kernels";
  const std::vector<Case> cases = cases_in(folder);
  REQUIRE(!cases.empty());
  for (const Case& kernel : cases) {
    CAPTURE(kernel.name);
    test::Scratch scratch;
    fs::copy(folder / kernel.name, scratch.path, fs::copy_options::recursive);
    // "ropescope check …"
    const std::string arguments = kernel.command.substr(kernel.command.find(' ') + 1);
    CHECK(fault_of(kernel, test::run_program(scratch, arguments + " --json")) == "");
  }
}
