#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "app/gpu/engine_choice.h"
#include "app/gpu/errors.h"
#include "app/gpu/self_test.h"
#include "core/rope/cpu_engine.h"

namespace ropescope::gpu {

/// A GlEngine of the current context, or a NoEngine that says why there is none.
std::unique_ptr<Engine> make_gpu_engine(SelfTest = SelfTest::whole);

/// Which shaders the GPU computes with, and what became of the last wish for others.
struct ShaderState {
  std::string badge;       ///< a few words: "shaders from ./shaders"; empty while they are those of the program
  std::string message;     ///< what the last reload did, a sentence without its full stop; empty before the first
  bool refused = false;    ///< whether the last reload changed nothing
  std::uint64_t taken = 0; ///< reloads that took effect: where it grows, what the GPU computed before is out of date
};

/// The engines of this machine. Made while an OpenGL context is current, and destroyed while it is.
struct Engines {
  CpuEngine cpu;
  std::unique_ptr<Engine> gpu; ///< never null: where it cannot run, it says why_not()
  std::string gpu_device;      ///< its device(), kept also after the GPU was given up
  EngineChoice choice;
  ShaderState shaders; ///< of `gpu`

  /// `automatic` computes the pictures on the GPU, except where OpenGL is software: that runs on the same processors as
  /// the CPU engine, and slower. Where the GPU cannot run, the CPU computes them. Throws Error where `gpu` is asked for
  /// and cannot run.
  explicit Engines(EngineChoice);
  /// Another choice from now on. Throws Error, and changes nothing, where `gpu` is asked for and cannot run.
  void choose(EngineChoice);

  /// Without OpenGL, so anywhere: the CPU alone. `why_no_gpu`: for people.
  explicit Engines(std::string_view why_no_gpu);
  /// Whether the GPU engine can compute, whether or not it is the one that is used.
  bool has_gpu() const { return gpu->why_not().empty(); }
  /// Whether the GPU computes the pictures.
  bool draws_on_gpu() const;
  std::string_view why_this_one() const; ///< a sentence for people: which engine computes the pictures, and why
  /// The engine that computes the pictures. May change after work_or_give_up_gpu() and
  /// reload_shaders().
  Engine& preferred() { return draws_on_gpu() ? *gpu : static_cast<Engine&>(cpu); }

  /// Reads the shaders of a folder and computes with them from now on: of the one that the environment's
  /// ROPESCOPE_SHADERS names, else of ./shaders. Where there is none, or a shader in it does not compile, lacks a
  /// uniform or fails the self-test, everything stays as it was. Returns `shaders`, whose message says which. A GPU
  /// that was given up is tried again. Replaces `gpu`; requires the context that the engines were made in. Takes up to
  /// a second, in which drivers compile; a shader that never ends is not noticed.
  const ShaderState& reload_shaders();

  /// Does `work`. Where the GPU fails in it, gives the GPU up for good (gpu->why_not() says why), does it once more
  /// on the CPU, and returns true. But a file that the GPU was asked for fails with it: then GpuError goes on.
  template <typename Work>
  bool work_or_give_up_gpu(Work work, bool for_file) {
    try {
      work();
      return false;
    } catch (const GpuError& error) {
      if (for_file && choice == EngineChoice::gpu) throw;
      give_up_gpu(error.what());
    }
    work();
    return true;
  }

private:
  void give_up_gpu(const std::string& reason);
  void keep_shaders(std::string_view reason);
  bool software_ = false;
};

} // namespace ropescope::gpu
