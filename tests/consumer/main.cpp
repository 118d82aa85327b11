#include <cstdio>

#include "core/config/config_json.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/embedding.h"

int main() {
  using namespace ropescope;
  const auto model = parse_model_config(R"({"head_dim": 64, "rope_theta": 10000, "model_type": "llama"})", "config");
  const Embedding embedding(ValidRope(model.layers.front().config));
  std::vector<float> rows(8 * 64, 1.0f);
  CpuEngine engine;
  embedding.rotate(engine, {.outer = 1, .tokens = 8, .inner = 1, .head_dim = 64}, consecutive_positions(8), rows, rows);
  std::printf("%.6f %.6f %.6f\n", rows[0], rows[64], rows[64 + 32]); // position 1, pair 0: cos 1 − sin 1, sin 1 + cos 1
}
