#pragma once
#include <memory>
#include <optional>
#include <string>

#include "app/gpu/context.h"
#include "app/gpu/engines.h"

namespace CLI {
class App;
}

namespace ropescope::cli {

/// Adds `--engine`, one of `names`.
void add_engine_option(CLI::App&, std::string& engine, const std::vector<std::string>& names);

/// "auto", "cpu" or "gpu" as the option takes them.
gpu::EngineChoice engine_choice(const std::string& name);

/// The engines of a command that draws, in the context that is current. Throws Error, with the option's name, where
/// `gpu` is asked for and cannot run.
gpu::Engines make_engines(gpu::EngineChoice);

/// One engine for a command without a window, with the context it needs.
class ChosenEngine {
public:
  /// `name`: "cpu" or "gpu". Throws Error where it cannot run here.
  explicit ChosenEngine(const std::string& name);
  Engine& operator*() { return *engine_; }

private:
  std::optional<gpu::HeadlessContext> context_; // before engine_, so that it is destroyed after it
  std::unique_ptr<Engine> engine_;
};

} // namespace ropescope::cli
