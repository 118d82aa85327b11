#include "app/cli/engines.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/error.h"

namespace ropescope::cli {

void add_engine_option(CLI::App& app, std::string& engine, const std::vector<std::string>& names) {
  app.add_option("--engine", engine, "what computes")->check(CLI::IsMember(names))->capture_default_str();
}

EngineChoice engine_choice(const std::string& name) {
  return name == "cpu" ? EngineChoice::cpu : name == "gpu" ? EngineChoice::gpu : EngineChoice::automatic;
}

ChosenEngine::ChosenEngine(const std::string& name) {
  if (name != "gpu") {
    engine_ = std::make_unique<CpuEngine>();
    return;
  }
  try {
    context_.emplace();
    engine_ = std::make_unique<gpu::GlEngine>();
  } catch (const Error& error) {
    throw Error(fmt::format("--engine gpu: {}", error.what()));
  }
}

} // namespace ropescope::cli
