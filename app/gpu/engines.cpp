#include "app/gpu/engines.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "app/gpu/context.h"
#include "app/gpu/gl_engine.h"
#include "core/error.h"
#include "core/rope/no_engine.h"
#include "core/text.h"

namespace ropescope::gpu {

namespace {

/// An engine that stands for the missing GPU and tells people why the CPU computes.
std::unique_ptr<Engine> no_gpu(std::string_view reason) {
  return std::make_unique<NoEngine>("gpu", fmt::format("{}: computed on the CPU", reason));
}

/// The folder that shaders are reloaded from. Throws Error where there is none.
std::filesystem::path shader_folder() {
  const char* const wanted = std::getenv("ROPESCOPE_SHADERS");
  std::filesystem::path folder = wanted && *wanted ? wanted : "./shaders";
  std::error_code unreadable; // counts as no folder
  if (std::filesystem::is_directory(folder, unreadable)) return folder;
  if (wanted && *wanted)
    throw Error(fmt::format("ROPESCOPE_SHADERS is {}, which is not a folder", in_quotes(folder.string())));
  throw Error("there is no folder ./shaders here; set ROPESCOPE_SHADERS to a copy of the source's shaders/");
}

} // namespace

std::unique_ptr<Engine> make_gpu_engine(SelfTest extent) {
  try {
    return std::make_unique<GlEngine>(extent);
  } catch (const Error& error) {
    return no_gpu(error.what());
  }
}

Engines::Engines(EngineChoice wanted) : choice(wanted) {
  software_ = current_context_info().software;
  if (choice == EngineChoice::gpu)
    gpu = std::make_unique<GlEngine>(); // asked for by name: its Error goes to the caller, the CPU does not step in
  else
    // A GPU that will not compute the pictures is only measured beside the CPU. The quick self-test is enough for that,
    // and the first frame need not wait for more shaders to be compiled.
    gpu = make_gpu_engine(software_ || choice == EngineChoice::cpu ? SelfTest::quick : SelfTest::whole);
  gpu_device = gpu->device();
}

void Engines::choose(EngineChoice wanted) {
  if (wanted == EngineChoice::gpu && !has_gpu()) throw Error(fmt::format("engine: gpu: {}", gpu->why_not()));
  choice = wanted;
}

Engines::Engines(std::string_view why_no_gpu)
    : gpu(no_gpu(why_no_gpu)), gpu_device(gpu->device()), choice(EngineChoice::cpu) {}

bool Engines::draws_on_gpu() const {
  return has_gpu() && (choice == EngineChoice::gpu || (choice == EngineChoice::automatic && !software_));
}

std::string_view Engines::why_this_one() const {
  if (draws_on_gpu()) return "The pictures are computed on the GPU.";
  if (!has_gpu()) return "The pictures are computed on the CPU, because there is no other engine.";
  return choice == EngineChoice::cpu ? "The pictures are computed on the CPU, as asked."
                                     : "The pictures are computed on the CPU, because this GPU is software; where the "
                                       "GPU is asked for, it takes it all the same.";
}

const ShaderState& Engines::reload_shaders() {
  try {
    const ShaderFiles files{shader_folder()};
    // The old engine stays whole until the new one has passed its test.
    gpu = std::make_unique<GlEngine>(SelfTest::whole, files);
    gpu_device = gpu->device();
    const std::string folder = printable(files.folder.string());
    shaders = {.badge = fmt::format("shaders from {}", folder),
               .message = fmt::format("the shaders of {} are in force", folder),
               .refused = false,
               .taken = shaders.taken + 1};
  } catch (const Error& error) {
    keep_shaders(error.what());
  } catch (const std::logic_error& error) {
    // A uniform that is missing is a mistake of this program, except in a file that somebody just edited.
    keep_shaders(error.what());
  }
  return shaders;
}

void Engines::keep_shaders(std::string_view reason) {
  shaders.badge = has_gpu() ? "last good shaders kept" : "no shaders in force";
  shaders.message =
      fmt::format("{}: {}", has_gpu() ? "the last good shaders are kept" : "no shaders are in force", reason);
  shaders.refused = true;
}

void Engines::give_up_gpu(const std::string& reason) { gpu = no_gpu(reason); }

} // namespace ropescope::gpu
