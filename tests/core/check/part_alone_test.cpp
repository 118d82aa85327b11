#include <doctest/doctest.h>

#include "core/check/checked_files.h"
#include "core/config/config_json.h"
#include "core/io/npy.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/positions.h"
#include "core/rope/spectrum.h"
#include "tests/scratch.h"

using namespace ropescope;

TEST_CASE("rows of the part that turns alone are judged as that part of the head, at any offset") {
  const test::Scratch scratch;
  for (
      const char* config :
      {R"({"model_type":"phi","hidden_size":256,"num_attention_heads":4,"rope_theta":10000,"partial_rotary_factor":0.5})",
       R"({"model_type":"gptj","n_embd":256,"n_head":4,"rotary_dim":16})",
       R"({"model_type":"stablelm","hidden_size":320,"num_attention_heads":4,"partial_rotary_factor":0.25})"}) {
    CAPTURE(std::string(config));
    const Model model = parse_model_config(config, "config.json");
    const RopeConfig& rope = model.layers[0].config;
    REQUIRE(rope.layout.rotary_dim < rope.layout.head_dim);
    for (const std::int64_t off : {0, 1}) {
      Array in;
      in.shape = {2, 4, 24, rope.layout.rotary_dim};
      for (std::int64_t i = 0; i < in.size(); ++i) in.floats.push_back(static_cast<float>((i * 7919) % 1009) / 500 - 1);
      Array out = in;
      RopeConfig part = rope;
      part.layout.head_dim = part.layout.rotary_dim;
      const Spectrum spectrum = make_spectrum(part);
      Positions positions;
      for (std::int64_t t = 0; t < 24; ++t) positions.ids.push_back(100 + off + t);
      CpuEngine().rotate({spectrum.turns, 1, part.layout.pairs, {}, positions}, {8, 24, 1, part.layout.head_dim},
                         std::span<const float>(in.floats), out.floats);
      write_npy(scratch.path / "q.npy", in);
      write_npy(scratch.path / "out.npy", out);
      KernelFiles files;
      files.in = (scratch.path / "q.npy").string();
      files.out = (scratch.path / "out.npy").string();
      files.positions.offset = 100;
      const auto checked = check_files(files, model, model.layers[0]);
      CHECK((checked->finding.verdict == Verdict::mismatch) == (off == 1));
      CHECK(checked->run.notes.front().find("without the rest") != std::string::npos);
    }
  }
}

TEST_CASE("one step of decoding is judged at its position in every format of the rows") {
  const test::Scratch scratch;
  const Model model = parse_model_config(
      R"({"model_type":"llama","head_dim":64,"num_attention_heads":8,"rope_theta":10000})", "config.json");
  const RopeConfig& rope = model.layers[0].config;
  const Spectrum spectrum = make_spectrum(rope);
  for (const NumberFormat format : {NumberFormat::float32, NumberFormat::bfloat16, NumberFormat::float16})
    for (const std::int64_t heads : {2, 4, 8})
      for (const std::int64_t off : {0, 1}) {
        CAPTURE(heads);
        CAPTURE(off);
        Array in;
        in.shape = {1, heads, 1, 64};
        for (std::int64_t i = 0; i < in.size(); ++i)
          in.floats.push_back(rounded(format, static_cast<float>((i * 7919) % 1009) / 500 - 1));
        Array out = in;
        CpuEngine().rotate({spectrum.turns, 1, rope.layout.pairs, {}, {1, {4711 + off}}}, {heads, 1, 1, 64},
                           std::span<const float>(in.floats), out.floats);
        for (float& number : out.floats) number = rounded(format, number);
        write_npy(scratch.path / "q.npy", in);
        write_npy(scratch.path / "out.npy", out);
        KernelFiles files;
        files.in = (scratch.path / "q.npy").string();
        files.out = (scratch.path / "out.npy").string();
        files.positions.offset = 4711;
        const auto checked = check_files(files, model, model.layers[0]);
        CHECK((checked->finding.verdict == Verdict::mismatch) == (off == 1));
        if (off == 1) CHECK(checked->finding.causes.front().name() == "position_offset");
      }
}
