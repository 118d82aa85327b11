#include "tests/core/check/axial_kernels.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace ropescope::test {

namespace {

using Sequence = AxialKernel::Sequence;
using Count = AxialKernel::Count;
using Pairs = AxialKernel::Pairs;

} // namespace

std::int64_t AxialKernel::rotary() const {
  std::int64_t sum = 0;
  for (const AxialAxis& axis : axes) sum += axis.components;
  return sum;
}

std::vector<std::pair<std::size_t, double>> AxialKernel::list() const {
  std::vector<std::pair<std::size_t, std::int64_t>> order; // axis, its pair
  std::int64_t longest = 0;
  for (const AxialAxis& axis : axes) longest = std::max(longest, axis.components / 2);
  std::vector<std::int64_t> next(axes.size());
  if (sequence == Sequence::blocks || sequence == Sequence::sections)
    for (std::size_t a = 0; a < axes.size(); ++a)
      for (std::int64_t j = 0; j < axes[a].components / 2; ++j) order.emplace_back(a, j);
  else if (sequence == Sequence::dealt)
    for (std::int64_t j = 0; j < longest; ++j)
      for (std::size_t a = 0; a < axes.size(); ++a)
        if (j < axes[a].components / 2) order.emplace_back(a, j);
  if (sequence == Sequence::interleaved_sections)
    for (std::int64_t i = 0; i < rotary() / 2; ++i) {
      const auto a = static_cast<std::size_t>(i % 3);
      const bool own = a != 0 && i < 3 * axes[a].components / 2;
      order.emplace_back(own ? a : 0, next[own ? a : 0]++);
    }
  std::vector<std::pair<std::size_t, double>> result;
  // LTX pads in front with pairs that never turn.
  if (count == Count::rising) result.assign(static_cast<std::size_t>(dead() / 2), {0, 0.0});
  const double pairs = static_cast<double>(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [a, j] = order[i];
    const double own = static_cast<double>(axes[a].components / 2), n = static_cast<double>(j);
    double theta = std::pow(axes[a].base, -n / own);
    if (count == Count::run_on) theta = std::pow(base, -static_cast<double>(i) / pairs);
    if (count == Count::shared)
      theta = std::pow(base, -(static_cast<double>(axes.size()) * n + static_cast<double>(a)) / pairs);
    if (count == Count::rising) theta = std::pow(axes[a].base, n / (own - 1)) * std::numbers::pi / 2;
    result.emplace_back(a, theta);
  }
  return result;
}

std::vector<std::pair<std::int64_t, std::int64_t>> AxialKernel::components() const {
  std::vector<std::pair<std::int64_t, std::int64_t>> result;
  const std::int64_t pairs = (count == Count::rising ? head_dim : rotary()) / 2;
  if (pairs_in_axes()) {
    std::int64_t begin = 0;
    for (const AxialAxis& axis : axes) {
      for (std::int64_t j = 0; j < axis.components / 2; ++j)
        result.emplace_back(begin + j, begin + axis.components / 2 + j);
      begin += axis.components;
    }
    return result;
  }
  for (std::int64_t i = 0; i < pairs; ++i)
    result.push_back(pairs_half() ? std::pair{i, i + pairs} : std::pair{2 * i, 2 * i + 1});
  return result;
}

RopeConfig AxialKernel::config() const {
  RopeConfig config;
  HeadLayout& layout = config.layout;
  layout.head_dim = head_dim;
  layout.rotary_dim = count == Count::rising ? head_dim : rotary();
  layout.spanned_heads = heads_spanned;
  layout.pairs.pairing = layout.pairs.output = pairs_half() || pairs_in_axes() ? Pairing::half : Pairing::interleaved;
  if (pairs_in_axes()) layout.pairs.blocks = static_cast<std::int64_t>(axes.size());
  config.base = base;
  if (sequence == Sequence::sections || sequence == Sequence::interleaved_sections) {
    config.axes.rule = sequence == Sequence::sections ? AxisRule::sections : AxisRule::sections_interleaved;
    for (const AxialAxis& axis : axes) config.axes.mrope_section.push_back(axis.components / 2);
    return config;
  }
  config.axes.rule = AxisRule::listed;
  for (const AxialAxis& axis : axes) {
    PositionAxis one;
    one.name = axis.name;
    one.components = axis.components;
    if (axis.base != base) one.base = axis.base;
    config.axes.list.push_back(one);
  }
  config.axes.order = sequence == Sequence::dealt ? PairSequence::dealt : PairSequence::blocks;
  config.axes.count = count == Count::restart  ? FrequencyCount::restart
                      : count == Count::run_on ? FrequencyCount::run_on
                      : count == Count::shared ? FrequencyCount::shared
                                               : FrequencyCount::rising;
  if (count == Count::rising) config.axes.leading_pairs = dead() / 2;
  config.axes.scale = scale;
  config.axes.shift = shift;
  if (mixed) config.axes.table = AngleTable::repeated;
  // Positions of this class are fractions in a file too.
  if (scale == 1 && !std::all_of(positions.begin(), positions.end(), [](const auto& axis) {
        return std::all_of(axis.begin(), axis.end(), [](double p) { return p == std::nearbyint(p); });
      }))
    config.axes.positions.sides = SideRule::crop;
  return config;
}

KernelRun axial_run(const AxialKernel& model, const AxialKernel& kernel, const AxialRows& rows) {
  KernelRun run;
  run.rope = model.config();
  std::vector<double> values;
  for (const auto& axis : model.positions) values.insert(values.end(), axis.begin(), axis.end());
  run.positions = positions_of(static_cast<std::int64_t>(model.positions.size()), values);
  using Shape = AxialRows::Shape;
  const auto tokens = static_cast<std::int64_t>(model.tokens());
  const std::int64_t batch = rows.shape == Shape::tokens || rows.shape == Shape::tokens_heads ? 1 : rows.batch,
                     heads = rows.shape == Shape::tokens ? 1 : rows.heads, d = model.head_dim;
  const bool inside = rows.shape != Shape::batch_heads_tokens;
  run.shape = inside ? RowShape{batch, tokens, heads, d} : RowShape{batch * heads, tokens, 1, d};
  run.heads = heads;
  std::mt19937 random(rows.seed);
  std::normal_distribution<float> normal;
  const auto list = kernel.list();
  const auto at = kernel.components();
  const auto angle = [&](std::size_t token, std::size_t entry) {
    const auto [axis, theta] = list[entry];
    const double p = kernel.positions[axis][token];
    if (!rows.float32_angles) return kernel.direction * theta * (kernel.scale * p + kernel.shift);
    const float single = static_cast<float>(theta) *
                         (static_cast<float>(kernel.scale) * static_cast<float>(p) + static_cast<float>(kernel.shift));
    return kernel.direction * static_cast<double>(single);
  };
  std::vector<double> cos, sin; // [token][entry]
  for (std::size_t t = 0; t < kernel.tokens(); ++t)
    for (std::size_t i = 0; i < list.size(); ++i) {
      cos.push_back(kernel.gain * std::cos(angle(t, i)));
      sin.push_back(kernel.gain * std::sin(angle(t, i)));
    }
  for (Array* array : {&run.in, &run.out}) {
    array->dtype = rows.format;
    array->shape = {run.shape.outer, tokens, run.shape.inner, d};
  }
  const auto push = [&](Array& array, double x) {
    if (rows.format == NumberFormat::float64)
      array.doubles.push_back(x);
    else
      array.floats.push_back(rounded(rows.format, static_cast<float>(x)));
  };
  std::vector<double> x(static_cast<std::size_t>(d)), y;
  for (std::int64_t outer = 0; outer < run.shape.outer; ++outer)
    for (std::int64_t t = 0; t < tokens; ++t)
      for (std::int64_t inner = 0; inner < run.shape.inner; ++inner) {
        for (double& one : x) one = static_cast<double>(rounded(rows.format, normal(random)));
        y = x;
        for (std::size_t i = 0; i < at.size(); ++i) {
          const auto a = static_cast<std::size_t>(at[i].first), b = static_cast<std::size_t>(at[i].second);
          // In ERNIE-Image component c has entry ⌊c/2⌋, and its partner is half a head away.
          const std::size_t of_a = kernel.mixed ? a / 2 : i, of_b = kernel.mixed ? b / 2 : i;
          const std::size_t row = static_cast<std::size_t>(t) * list.size();
          y[a] = x[a] * cos[row + of_a] - x[b] * sin[row + of_a];
          y[b] = x[b] * cos[row + of_b] + x[a] * sin[row + of_b];
        }
        for (const double one : x) push(run.in, one);
        for (const double one : y) push(run.out, one);
      }
  return run;
}

namespace {

using Grid = std::vector<std::vector<double>>;

/// Adds a token.
void at(Grid& grid, std::vector<double> place) {
  for (std::size_t a = 0; a < grid.size(); ++a) grid[a].push_back(a < place.size() ? place[a] : 0);
}

AxialKernel axial(std::string name, std::vector<AxialAxis> axes, Pairs pairs) {
  AxialKernel kernel;
  kernel.name = std::move(name);
  kernel.axes = std::move(axes);
  kernel.pairs = pairs;
  kernel.base = kernel.axes.front().base;
  kernel.head_dim = kernel.rotary();
  kernel.positions.resize(kernel.axes.size());
  return kernel;
}

} // namespace

std::vector<AxialKernel> axial_models(unsigned seed) {
  std::mt19937 random(seed * 31 + 7);
  const auto among = [&](int least, int most) {
    return least + static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
  };
  const int F = among(2, 5), H = among(4, 9), W = H + among(1, 5), text = among(6, 20);
  std::vector<AxialKernel> all;

  AxialKernel flux = axial("Flux 1", {{"t", 16}, {"h", 56}, {"w", 56}}, Pairs::interleaved);
  for (int k = 0; k < text; ++k) at(flux.positions, {0, 0, 0});
  for (int r = 0; r < H; ++r)
    for (int c = 0; c < W; ++c) at(flux.positions, {0, double(r), double(c)});
  all.push_back(flux);

  AxialKernel wan = axial("Wan 2", {{"t", 44}, {"h", 42}, {"w", 42}}, Pairs::interleaved);
  for (int f = 0; f < F; ++f)
    for (int r = 0; r < H; ++r)
      for (int c = 0; c < W; ++c) at(wan.positions, {double(f), double(r), double(c)});
  all.push_back(wan);

  AxialKernel qwen = axial("Qwen-Image", {{"t", 16}, {"h", 56}, {"w", 56}}, Pairs::interleaved);
  for (int k = 0; k < text; ++k) at(qwen.positions, {double(W / 2 + k), double(W / 2 + k), double(W / 2 + k)});
  for (int r = 0; r < H; ++r)
    for (int c = 0; c < W; ++c) at(qwen.positions, {0, double(r - (H - H / 2)), double(c - (W - W / 2))});
  all.push_back(qwen);

  AxialKernel hunyuan = axial("HunyuanVideo", {{"t", 16, 256}, {"h", 56, 256}, {"w", 56, 256}}, Pairs::interleaved);
  hunyuan.positions = wan.positions;
  all.push_back(hunyuan);

  AxialKernel cog = axial("CogVideoX", {{"t", 16}, {"h", 24}, {"w", 24}}, Pairs::interleaved);
  for (int f = 0; f < F; ++f)
    for (int r = 0; r < H; ++r)
      for (int c = 0; c < W; ++c) at(cog.positions, {double(f), 30.0 * r / H, 7 + 29.0 * c / W});
  all.push_back(cog);

  AxialKernel cosmos = axial("Cosmos", {{"t", 44, 10000 * std::pow(2, 44.0 / 42)}, {"h", 42}, {"w", 42}}, Pairs::half);
  cosmos.base = 10000;
  for (int f = 0; f < F; ++f)
    for (int r = 0; r < H; ++r)
      for (int c = 0; c < W; ++c) at(cosmos.positions, {f * 24.0 / 16, double(r), double(c)});
  all.push_back(cosmos);

  AxialKernel z = axial("Z-Image", {{"t", 32, 256}, {"h", 48, 256}, {"w", 48, 256}}, Pairs::interleaved);
  for (int r = 0; r < H; ++r)
    for (int c = 0; c < W; ++c) at(z.positions, {double(text + 1), double(r), double(c)});
  for (int k = 0; k < text; ++k) at(z.positions, {double(1 + k), 0, 0});
  all.push_back(z);

  AxialKernel vl = axial("Qwen2.5-VL", {{"t", 32, 1e6}, {"h", 48, 1e6}, {"w", 48, 1e6}}, Pairs::half);
  vl.sequence = Sequence::sections;
  vl.count = Count::run_on;
  for (int k = 0; k < text; ++k) at(vl.positions, {double(k), double(k), double(k)});
  for (int f = 0; f < F; ++f)
    for (int r = 0; r < H; ++r)
      for (int c = 0; c < W; ++c) at(vl.positions, {double(text + 2 * f), double(text + r), double(text + c)});
  for (int k = 0; k < 5; ++k) at(vl.positions, {double(text + W + k), double(text + W + k), double(text + W + k)});
  all.push_back(vl);

  AxialKernel vl3 = axial("Qwen3-VL", {{"t", 48, 5e6}, {"h", 40, 5e6}, {"w", 40, 5e6}}, Pairs::half);
  vl3.sequence = Sequence::interleaved_sections;
  vl3.count = Count::run_on;
  vl3.positions = vl.positions;
  all.push_back(vl3);

  AxialKernel tower = axial("vision tower", {{"h", 32}, {"w", 32}}, Pairs::half);
  for (int r = 0; r < H; ++r)
    for (int c = 0; c < W; ++c) at(tower.positions, {double(r), double(c)});
  all.push_back(tower);

  AxialKernel minimax = axial("MiniMax-H3", {{"t", 32}, {"h", 32}, {"w", 32}}, Pairs::half);
  minimax.count = Count::shared;
  minimax.head_dim = 128;
  minimax.positions = wan.positions;
  all.push_back(minimax);

  AxialKernel allegro = axial("Allegro", {{"t", 32}, {"h", 32}, {"w", 32}}, Pairs::half_in_axes);
  allegro.positions = wan.positions;
  all.push_back(allegro);

  AxialKernel ltx = axial("LTX", {{"t", 42}, {"h", 42}, {"w", 42}}, Pairs::interleaved);
  ltx.sequence = Sequence::dealt;
  ltx.count = Count::rising;
  ltx.head_dim = 128;
  ltx.scale = 2, ltx.shift = -1;
  for (int f = 0; f < F; ++f)
    for (int r = 0; r < H; ++r)
      for (int c = 0; c < W; ++c) at(ltx.positions, {f * 8.0 / 25 / 20, r * 32.0 / 2048, c * 32.0 / 2048});
  all.push_back(ltx);

  AxialKernel ernie = axial("ERNIE-Image", {{"t", 32, 256}, {"h", 48, 256}, {"w", 48, 256}}, Pairs::half);
  ernie.mixed = true;
  for (int r = 0; r < H; ++r)
    for (int c = 0; c < W; ++c) at(ernie.positions, {double(text), double(r), double(c)});
  for (int k = 0; k < text; ++k) at(ernie.positions, {double(k), 0, 0});
  all.push_back(ernie);
  return all;
}

namespace {

std::size_t last(const AxialKernel& kernel) { return kernel.axes.size() - 1; }

bool whole(const std::vector<double>& positions) {
  return std::all_of(positions.begin(), positions.end(), [](double p) { return p == std::nearbyint(p); });
}

bool video(const AxialKernel& kernel) { return kernel.name == "Wan 2" || kernel.name == "HunyuanVideo"; }

} // namespace

std::vector<AxialFault> axial_faults() {
  std::vector<AxialFault> all;
  const auto add = [&](std::string name, std::vector<std::string> causes, std::string axis,
                       std::function<bool(AxialKernel&)> change) {
    all.push_back({std::move(name), std::move(causes), std::move(axis), std::move(change)});
  };
  add("rows and columns exchanged", {"axis_order"}, "", [](AxialKernel& k) {
    std::swap(k.positions[last(k)], k.positions[last(k) - 1]);
    return true;
  });
  add("three axes turned round", {"axis_order"}, "", [](AxialKernel& k) {
    if (k.axes.size() != 3) return false;
    std::rotate(k.positions.begin(), k.positions.begin() + 1, k.positions.end());
    return true;
  });
  add("components of the axes in another order", {"axis_order"}, "", [](AxialKernel& k) {
    if (k.axes.size() != 3 || k.mixed || k.sequence != Sequence::blocks) return false;
    std::rotate(k.axes.begin(), k.axes.begin() + 1, k.axes.end());
    std::rotate(k.positions.begin(), k.positions.begin() + 1, k.positions.end());
    return true;
  });
  add("sections of other sizes", {"axis_order", "pairs_wrong"}, "", [](AxialKernel& k) {
    if (k.axes.size() != 3 || k.mixed || k.count == Count::shared || k.count == Count::rising ||
        k.sequence == Sequence::interleaved_sections || k.pairs == Pairs::half_in_axes)
      return false;
    k.axes[0].components += 4, k.axes[1].components -= 2, k.axes[2].components -= 2;
    return true;
  });
  add("chunked for interleaved sections", {"axis_order"}, "", [](AxialKernel& k) {
    if (k.sequence != Sequence::sections && k.sequence != Sequence::interleaved_sections) return false;
    k.sequence = k.sequence == Sequence::sections ? Sequence::interleaved_sections : Sequence::sections;
    return true;
  });
  add("frequencies that run on, or begin anew", {"axis_frequencies"}, "", [](AxialKernel& k) {
    if (k.mixed || k.count == Count::rising) return false;
    k.count = k.count == Count::run_on ? Count::restart : Count::run_on;
    return true;
  });
  add("another base of one axis", {"base"}, "h", [](AxialKernel& k) {
    if (k.count != Count::restart) return false;
    k.axes[k.axes.size() - 2].base = 3000;
    return true;
  });
  add("scaling of one axis lost", {"base", "axis_frequencies", "scaling_ignored"}, "t", [](AxialKernel& k) {
    if (k.name != "Cosmos") return false;
    k.axes[0].base = 10000;
    return true;
  });
  add("another base", {"base"}, "", [](AxialKernel& k) {
    k.base = 123456;
    const double own = k.axes.back().base;
    for (AxialAxis& axis : k.axes)
      if (axis.base == own) axis.base = 123456;
    return k.name != "Cosmos" && k.count != Count::rising;
  });
  add("centring lost", {"axis_positions"}, "h", [](AxialKernel& k) {
    if (k.name != "Qwen-Image") return false;
    auto& rows = k.positions[1];
    const double least = *std::min_element(rows.begin(), rows.end());
    for (double& p : rows) p -= least;
    return true;
  });
  add("centring added", {"axis_positions"}, "w", [](AxialKernel& k) {
    auto& columns = k.positions[last(k)];
    if (!whole(columns) || k.name == "Qwen-Image") return false;
    const double n = *std::max_element(columns.begin(), columns.end()) + 1;
    for (double& p : columns) p -= std::floor(n / 2);
    return true;
  });
  add("frame rate ignored", {"axis_positions"}, "t", [](AxialKernel& k) {
    if (k.name != "Cosmos" && k.name != "LTX") return false;
    for (double& p : k.positions[0]) p *= k.name == "LTX" ? 25.0 / 24 : 16.0 / 24;
    return true;
  });
  add("time scaled", {"axis_positions", "position_scale"}, "t", [](AxialKernel& k) {
    if (!video(k)) return false;
    for (double& p : k.positions[0]) p *= 4;
    return true;
  });
  add("offset by the text missing", {"axis_positions"}, "t", [](AxialKernel& k) {
    if (k.name != "Z-Image" && k.name != "ERNIE-Image") return false;
    const double image = k.positions[0].front();
    for (std::size_t t = 0; t < k.tokens() && k.positions[0][t] == image; ++t) k.positions[0][t] = 0;
    return true;
  });
  add("one axis not turned", {"axis_positions"}, "h", [](AxialKernel& k) {
    const std::size_t h = k.axes.size() - 2;
    std::fill(k.positions[h].begin(), k.positions[h].end(), 0);
    return true;
  });
  add("one axis at one place", {"axis_positions"}, "w", [](AxialKernel& k) {
    if (!whole(k.positions[last(k)])) return false;
    std::fill(k.positions[last(k)].begin(), k.positions[last(k)].end(), 3);
    return true;
  });
  add("one axis one further", {"axis_positions"}, "h", [](AxialKernel& k) {
    const std::size_t h = k.axes.size() - 2;
    for (double& p : k.positions[h]) p += 1;
    return true;
  });
  add("the grid by columns", {"axis_positions"}, "h,w", [](AxialKernel& k) {
    if (k.name != "Wan 2" && k.name != "HunyuanVideo" && k.name != "vision tower" && k.name != "Allegro") return false;
    const std::size_t h = k.axes.size() - 2, w = h + 1;
    const auto rows = static_cast<std::size_t>(k.positions[h].back()) + 1,
               columns = static_cast<std::size_t>(k.positions[w].back()) + 1;
    for (std::size_t t = 0; t < k.tokens(); ++t) {
      const std::size_t n = t % (rows * columns);
      k.positions[h][t] = static_cast<double>(n % rows);
      k.positions[w][t] = static_cast<double>(n / rows);
    }
    return true;
  });
  add("text at other places", {"axis_positions", "position_offset"}, "", [](AxialKernel& k) {
    if (k.name != "Qwen-Image" && k.name != "Flux 1") return false;
    for (std::size_t t = 0; t < 6; ++t) // the first six are text in every case
      for (auto& axis : k.positions) axis[t] = static_cast<double>(t);
    return true;
  });
  add("pairing within the axes, or across them", {"pairing"}, "", [](AxialKernel& k) {
    if (k.sequence != Sequence::blocks || k.mixed || k.count != Count::restart) return false;
    k.pairs = k.pairs == Pairs::half_in_axes ? Pairs::half : Pairs::half_in_axes;
    return true;
  });
  add("halves for neighbours, or the other way", {"pairing"}, "", [](AxialKernel& k) {
    if (k.pairs == Pairs::half_in_axes || k.mixed) return false;
    k.pairs = k.pairs == Pairs::half ? Pairs::interleaved : Pairs::half;
    return true;
  });
  add("the other way", {"inverse_rotation"}, "", [](AxialKernel& k) {
    k.direction = -1;
    return true;
  });
  add("an attention factor", {"attention_factor"}, "", [](AxialKernel& k) {
    if (k.mixed || k.head_dim != k.rotary()) return false;
    k.gain = 1.2;
    return true;
  });
  add("positions without 2·p − 1", {"axis_positions"}, "t,h,w", [](AxialKernel& k) {
    if (k.name != "LTX") return false;
    k.scale = 1, k.shift = 0;
    return true;
  });
  add("a rotation for a mixed convention", {"rotation_unmixed"}, "", [](AxialKernel& k) {
    if (!k.mixed) return false;
    k.mixed = false;
    return true;
  });
  add("fractions cut off", {"axis_positions"}, "h", [](AxialKernel& k) {
    if (k.name != "CogVideoX") return false;
    const auto given = k.positions[1];
    for (double& p : k.positions[1]) p = std::floor(p);
    return k.positions[1] != given;
  });
  return all;
}

} // namespace ropescope::test
