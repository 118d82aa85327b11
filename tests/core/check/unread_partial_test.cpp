#include <cmath>

#include <doctest/doctest.h>

#include "core/check/checked_files.h"
#include "core/config/config_json.h"
#include "core/io/npy.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

/// Rows of one head, [tokens, head_dim], of which the first rotary_dim components turn as halves.
void write_kernel(const test::Scratch& scratch, std::int64_t rotary_dim, double by) {
  constexpr std::int64_t tokens = 60, head_dim = 64;
  Array in;
  in.shape = {1, 1, tokens, head_dim};
  for (std::int64_t i = 0; i < tokens * head_dim; ++i)
    in.floats.push_back(static_cast<float>(std::sin(0.37 * static_cast<double>(i * i % 9973))));
  Array out = in;
  for (std::int64_t t = 0; t < tokens; ++t)
    for (std::int64_t i = 0; i < rotary_dim / 2; ++i) {
      const double angle =
          (static_cast<double>(t) + by) * std::pow(1e4, -2 * static_cast<double>(i) / static_cast<double>(rotary_dim));
      const auto a = static_cast<std::size_t>(t * head_dim + i), b = a + static_cast<std::size_t>(rotary_dim / 2);
      const double x = static_cast<double>(in.floats[a]), y = static_cast<double>(in.floats[b]);
      out.floats[a] = static_cast<float>(x * std::cos(angle) - y * std::sin(angle));
      out.floats[b] = static_cast<float>(y * std::cos(angle) + x * std::sin(angle));
    }
  write_npy(scratch.path / "q.npy", in);
  write_npy(scratch.path / "out.npy", out);
}

} // namespace

TEST_CASE("where two codes read a partial factor in two ways, a kernel is right as either, and wrong as neither") {
  const Model model = parse_model_config(
      R"({"model_type":"llama","head_dim":64,"num_attention_heads":1,"rope_theta":10000,"partial_rotary_factor":0.5})",
      "config.json");
  REQUIRE(model.unread_partial == 0.5);
  CHECK(model.layers[0].config.layout.rotary_dim == 64); // transformers 5.24
  const test::Scratch scratch;
  KernelFiles files;
  files.in = (scratch.path / "q.npy").string();
  files.out = (scratch.path / "out.npy").string();
  for (const auto& [rotary_dim, by, right] :
       {std::tuple{32, 0.0, true}, {64, 0.0, true}, {32, 1.0, false}, {64, 1.0, false}, {16, 0.0, false}}) {
    const auto& of_rotary_dim = rotary_dim;
    CAPTURE(of_rotary_dim);
    const auto& of_by = by;
    CAPTURE(of_by);
    write_kernel(scratch, rotary_dim, by);
    const auto checked = check_files(files, model, model.layers[0]);
    CHECK((checked->finding.verdict != Verdict::mismatch) == right);
    REQUIRE(!checked->run.notes.empty());
    CHECK(checked->run.notes.back().starts_with("partial_rotary_factor 0.5: "));
  }
}
