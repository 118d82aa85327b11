#include "app/cli/engines.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/gpu/gl_engine.h"
#include "core/error.h"

namespace ropescope::cli {

void add_engine_option(CLI::App& app, std::string& engine, const std::vector<std::string>& names) {
  app.add_option("--engine", engine, "what computes")->check(CLI::IsMember(names))->capture_default_str();
}

using gpu::EngineChoice;

EngineChoice engine_choice(const std::string& name) {
  return name == "cpu" ? EngineChoice::cpu : name == "gpu" ? EngineChoice::gpu : EngineChoice::automatic;
}

namespace {

/// Returns make(). Its Errors get the option's name: the sentence would otherwise not say who asked for a GPU.
template <typename Make>
auto asked_for_gpu(Make make) {
  try {
    return make();
  } catch (const Error& error) {
    throw Error(fmt::format("--engine gpu: {}", error.what()));
  }
}

} // namespace

gpu::Engines make_engines(EngineChoice choice) {
  return choice == EngineChoice::gpu ? asked_for_gpu([] { return gpu::Engines(EngineChoice::gpu); })
                                     : gpu::Engines(choice);
}

ChosenEngine::ChosenEngine(const std::string& name) {
  if (name != "gpu") {
    engine_ = std::make_unique<CpuEngine>();
    return;
  }
  asked_for_gpu([&] {
    // The context first: GlEngine is made in whatever context is current.
    context_.emplace();
    engine_ = std::make_unique<gpu::GlEngine>();
  });
}

} // namespace ropescope::cli
