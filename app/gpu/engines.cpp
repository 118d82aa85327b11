#include "app/gpu/engines.h"

#include <fmt/format.h>

#include "app/gpu/context.h"
#include "app/gpu/gl_engine.h"
#include "core/error.h"
#include "core/rope/no_engine.h"

namespace ropescope::gpu {

namespace {

/// An engine that stands for the missing GPU and tells people why the CPU computes.
std::unique_ptr<Engine> no_gpu(std::string_view reason) {
  return std::make_unique<NoEngine>("gpu", fmt::format("{}: computed on the CPU", reason));
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

Engines::Engines(std::string_view why_no_gpu)
    : gpu(no_gpu(why_no_gpu)), gpu_device(gpu->device()), choice(EngineChoice::cpu) {}

bool Engines::draws_on_gpu() const {
  return has_gpu() && (choice == EngineChoice::gpu || (choice == EngineChoice::automatic && !software_));
}

std::string Engines::why_this_one() const {
  if (draws_on_gpu()) return "The pictures are computed on the GPU.";
  if (!has_gpu()) return "The pictures are computed on the CPU, because there is no other engine.";
  return choice == EngineChoice::cpu ? "The pictures are computed on the CPU, as asked."
                                     : "The pictures are computed on the CPU, because this GPU is software; where the "
                                       "GPU is asked for, it takes it all the same.";
}

void Engines::give_up_gpu(const std::string& reason) { gpu = no_gpu(reason); }

} // namespace ropescope::gpu
