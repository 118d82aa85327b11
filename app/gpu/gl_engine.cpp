#include "app/gpu/gl_engine.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <type_traits>

#include <fmt/format.h>

#include "app/gpu/buffer.h"
#include "app/gpu/context.h"
#include "app/gpu/debug.h"
#include "app/gpu/errors.h"
#include "app/gpu/programs.h"
#include "core/error.h"
#include "core/float16.h"
#include "core/parallel.h"
#include "shaders/shared.h"

namespace ropescope::gpu {

namespace {

using Word4 = std::array<std::uint32_t, 4>;

// GLSL 4.30 has no 64-bit integers: positions and turns go to the shaders as two words, the low one first. All counts
// and strides fit into one word, because a buffer never has 2³² numbers.
constexpr std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
constexpr std::uint32_t word(std::int64_t value) { return static_cast<std::uint32_t>(value); }

/// A 16-bit format as the shaders name it.
constexpr std::uint32_t step_of(NumberFormat format) {
  return format == NumberFormat::bfloat16  ? ROPESCOPE_STEP_BFLOAT16
         : format == NumberFormat::float16 ? ROPESCOPE_STEP_FLOAT16
                                           : ROPESCOPE_STEP_NONE;
}

/// Each pair as four words, as shaders/table.comp reads them: low and high word of its turns, its axis, 0.
void upload_turns(Buffer& buffer, std::span<const std::uint64_t> turns, std::span<const std::uint8_t> axes) {
  std::vector<Word4> pairs;
  for (std::size_t i = 0; i < turns.size(); ++i)
    pairs.push_back({low(turns[i]), high(turns[i]), axes.empty() ? 0u : axes[i], 0u});
  buffer.upload(std::span<const Word4>(pairs));
  buffer.bind(ROPESCOPE_BIND_TURNS);
}

/// Positions as two words each. A negative one keeps its two's complement: phases are counted modulo 2⁶⁴, so it is
/// right.
void upload_positions(Buffer& buffer, std::span<const std::int64_t> ids) {
  std::vector<Word2> words;
  for (const std::int64_t id : ids)
    words.push_back({low(static_cast<std::uint64_t>(id)), high(static_cast<std::uint64_t>(id))});
  buffer.upload(std::span<const Word2>(words));
  buffer.bind(ROPESCOPE_BIND_POSITIONS);
}

/// 2¹⁵ invocations keep every processor of a GPU busy. Where there is more work each invocation turns a run of several
/// rows and reads cos and sin once for all of them. A run has at most 16 rows where they lie together in memory, 8
/// where they lie apart (measured on llvmpipe).
constexpr std::int64_t invocations_wanted = std::int64_t{1} << 15, longest_run = 16, longest_run_apart = 8;

/// Whether every number of a layout is a multiple of ROPESCOPE_WIDTH, so that one invocation can take that many
/// neighbouring pairs, all within one block and on whole vectors. A gap of 1 is the interleaved pairing, which the
/// shader knows. The wide program cannot round after each step.
bool fits_wide(const Rotation& rotation, const RowShape& shape, const PairIndex& index) {
  const auto whole = [](std::int64_t components) { return components % ROPESCOPE_WIDTH == 0; };
  return rotation.step == NumberFormat::float32 && whole(shape.head_dim) && whole(index.offset) && whole(index.block) &&
         (index.in_gap == 1 || whole(index.in_gap)) && (index.out_gap == 1 || whole(index.out_gap));
}

/// Seconds of each of `runs` calls of `work`, up to the end of the GPU's part. One call before them does not count: at
/// the first use drivers still compile and fetch memory.
template <typename Work>
std::vector<double> timed(int runs, Work work) {
  std::vector<double> seconds;
  for (int run = -1; run < runs; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    glFinish();
    if (run >= 0) seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  require_no_errors();
  return seconds;
}

/// Throws Error where a folder's shared.h is not the one that this program was compiled with: the two sides of a shader
/// would count differently.
void require_same_numbers(const ShaderFiles& shaders) {
  constexpr const char* shared = "shared.h";
  if (!shaders.folder.empty() && shaders.text(shared) != ShaderFiles{}.text(shared))
    throw Error(
        fmt::format("{} is not the one that this program was built with, and its numbers are built into it: build "
                    "the program again",
                    shaders.name(shared)));
}

} // namespace

/// Programs for rows of one floating-point type. Those for double are made when first needed: not every GPU computes in
/// double, and one that does not must still start.
template <typename Real>
struct RowPrograms {
  explicit RowPrograms(const ShaderFiles& shaders) : table(shaders), rotate(shaders) {}
  TableProgram<Real> table;
  AnyRotateProgram<Real> rotate;
};

/// Everything that lives in the OpenGL context. A program that every start needs is compiled at once, so that a driver
/// which refuses it is found out before the first picture; the others when first needed, so that a start is short.
struct GlEngine::State {
  explicit State(const ShaderFiles& files) : shaders(files) {
    // Whoever edits shaders reads of a mistake at once, wherever it is; and no program is made of a later state of the
    // folder than the others.
    if (shaders.folder.empty()) return;
    float64.emplace(shaders);
    product.emplace(shaders);
    copy.emplace(shaders);
  }

  ShaderFiles shaders;
  RowPrograms<float> float32{shaders};
  WideRotateProgram rotate_wide{shaders};
  PhasesProgram phases{shaders};
  ScoreProgram score{shaders};
  ReduceProgram reduce{shaders};
  std::optional<RowPrograms<double>> float64;
  std::optional<ProductProgram> product;
  std::optional<CopyProgram> copy;
  Buffer turns, positions, table, in, out, weights, edges, scores;

  template <typename T>
  const T& made(std::optional<T>& program) {
    if (!program) program.emplace(shaders);
    return *program;
  }

  template <typename Real>
  const RowPrograms<Real>& programs() {
    if constexpr (std::is_same_v<Real, float>)
      return float32;
    else {
      return made(float64);
    }
  }

  /// Computes cos and sin of every token and pair into buffer `table`, and leaves it bound. The entry of a token and a
  /// pair is token·token_stride + pair·pair_stride: rotations want the pairs of a token together, scans the distances
  /// of a pair. The gains multiply cos and sin; a negative sin_gain turns the other way.
  template <typename Real>
  void fill_table(std::span<const std::uint64_t> frequencies, std::span<const std::uint8_t> axes,
                  std::span<const std::int64_t> ids, std::int64_t tokens, std::uint32_t token_stride,
                  std::uint32_t pair_stride, Real cos_gain, Real sin_gain) {
    const auto pairs = static_cast<std::int64_t>(frequencies.size());
    upload_turns(turns, frequencies, axes);
    upload_positions(positions, ids);
    table.reserve(pairs * tokens * 2 * static_cast<std::int64_t>(sizeof(Real)));
    table.bind(ROPESCOPE_BIND_TABLE);
    const TableProgram<Real>& program = programs<Real>().table;
    program.pair_count.set(word(pairs));
    program.token_count.set(word(tokens));
    program.strides.set({token_stride, pair_stride});
    program.gain.set({cos_gain, sin_gain});
    program.dispatch(pairs * tokens, ROPESCOPE_GROUP);
  }

  /// Uploads a table that the caller made, in place of one that fill_table computes: an entry for every token and pair.
  template <typename Real>
  void upload_table(const Rotation& rotation) {
    const auto pairs = static_cast<std::size_t>(rotation.pairs()),
               tokens = static_cast<std::size_t>(rotation.positions.tokens());
    std::vector<std::array<Real, 2>> entries(tokens * pairs);
    constexpr std::size_t of_a_task = 1024; // tokens: some hundred kilobytes
    in_parallel((tokens + of_a_task - 1) / of_a_task, 0, [&](std::size_t task) {
      for (std::size_t token = task * of_a_task; token < std::min(tokens, (task + 1) * of_a_task); ++token)
        for (std::size_t i = 0; i < pairs; ++i) {
          const auto axis = static_cast<std::size_t>(rotation.axis(static_cast<std::int64_t>(i)));
          const std::size_t row = rotation.places.empty() ? token : rotation.places[axis * tokens + token];
          const auto& [c, s] = rotation.table[row * pairs + i];
          entries[token * pairs + i] = {static_cast<Real>(c), static_cast<Real>(s)};
        }
    });
    table.upload(std::span<const std::array<Real, 2>>(entries));
    table.bind(ROPESCOPE_BIND_TABLE);
  }

  /// The program that a rotation takes.
  struct Kernel {
    const RotateProgram& program;
    std::int64_t width; // pairs, or components that pass, of one invocation
  };

  /// Fills the table, chooses the program and sets the uniforms that every piece of this rotation has in common.
  template <typename Real>
  Kernel prepare(const Rotation& rotation, const RowShape& shape) {
    const auto gain = static_cast<Real>(rotation.attention_factor);
    if (rotation.table.empty())
      fill_table<Real>(rotation.turns, rotation.pair_axis, rotation.positions.ids, shape.tokens, word(rotation.pairs()),
                       1, gain, gain * static_cast<Real>(rotation.layout.direction));
    else
      upload_table<Real>(rotation);
    const PairIndex index = pair_index(rotation.layout, shape.head_dim, rotation.pairs());
    const bool wide = std::is_same_v<Real, float> && fits_wide(rotation, shape, index);
    const AnyRotateProgram<Real>& any = programs<Real>().rotate;
    const RotateProgram& program = wide ? static_cast<const RotateProgram&>(rotate_wide) : any;
    program.inner.set(word(shape.inner));
    program.head_dim.set(word(shape.head_dim));
    program.pair_count.set(word(rotation.pairs()));
    program.offset.set(word(index.offset));
    program.in_stride_gap.set({word(index.in_stride), word(index.in_gap)});
    program.out_stride_gap.set({word(index.out_stride), word(index.out_gap)});
    program.block.set(word(index.block));
    if (!wide) any.step_format.set(step_of(rotation.step));
    return {program, wide ? ROPESCOPE_WIDTH : 1};
  }

  /// Turns `outer` × `tokens` × inner rows of buffer `in` into buffer `out`; their first token is `first_token` of the
  /// table. A row has `items` pieces of work: one for each pair and one for each component that no pair covers, which
  /// are pairs + (head_dim − 2·pairs) = head_dim − pairs. The rows of one token take the same cos and sin, so that a
  /// run goes along them: along `inner`, where they are neighbours in memory, else along `outer`.
  /// shaders/rotate_rows.glsl counts the same way.
  static void turn(const Kernel& kernel, const Rotation& rotation, const RowShape& shape, std::int64_t outer,
                   std::int64_t first_token, std::int64_t tokens) {
    const RotateProgram& program = kernel.program;
    const bool together = shape.inner > 1;
    const std::int64_t items = (shape.head_dim - rotation.pairs()) / kernel.width,
                       along = together ? shape.inner : outer, apart = tokens * (together ? outer : 1),
                       run = std::clamp<std::int64_t>(items * apart * along / invocations_wanted, 1,
                                                      std::min(along, together ? longest_run : longest_run_apart));
    program.first_token.set(word(first_token));
    program.token_count.set(word(tokens));
    program.outer.set(word(outer));
    program.rows_of_run.set(word(run));
    program.dispatch(items * apart * ((along + run - 1) / run), ROPESCOPE_GROUP);
  }

  template <typename Real>
  void rotate(const Rotation& rotation, const RowShape& shape, std::span<const Real> rows_in,
              std::span<Real> rows_out) {
    // Nothing turns: a shader would get buffers without memory. Components that no pair covers are copied by
    // contract.
    if (rotation.pairs() == 0 || shape.size() == 0) {
      if (rows_in.data() != rows_out.data()) std::copy(rows_in.begin(), rows_in.end(), rows_out.begin());
      return;
    }
    forget_errors();
    const Kernel kernel = prepare<Real>(rotation, shape);
    // Large arrays go in pieces of at most 128 MiB, so that any size fits into the GPU's memory. A piece is one stretch
    // of memory: some tokens of one `outer`, or all tokens of several. (Where not all tokens fit, room / tokens is 0
    // and outer_at_once becomes 1.) One token is never divided; reserve() refuses one that is too large.
    const std::int64_t token_size = shape.inner * shape.head_dim,
                       room = std::min(Buffer::greatest_size(), std::int64_t{1} << 27) /
                              (token_size * static_cast<std::int64_t>(sizeof(Real))),
                       tokens_at_once = std::clamp<std::int64_t>(room, 1, shape.tokens),
                       outer_at_once = std::clamp<std::int64_t>(room / shape.tokens, 1, shape.outer);
    for (std::int64_t first_outer = 0; first_outer < shape.outer; first_outer += outer_at_once)
      for (std::int64_t first = 0; first < shape.tokens; first += tokens_at_once) {
        const std::int64_t outer = std::min(outer_at_once, shape.outer - first_outer),
                           tokens = std::min(tokens_at_once, shape.tokens - first);
        const auto begin = static_cast<std::size_t>((first_outer * shape.tokens + first) * token_size),
                   count = static_cast<std::size_t>(outer * tokens * token_size);
        in.upload(rows_in.subspan(begin, count));
        in.bind(ROPESCOPE_BIND_IN);
        out.expect_results(static_cast<std::int64_t>(count * sizeof(Real)));
        out.bind(ROPESCOPE_BIND_OUT);
        turn(kernel, rotation, shape, outer, first, tokens);
        out.download(rows_out.subspan(begin, count));
      }
  }

  /// Leaves s(first) … s(first + count − 1) in `scores`.
  void scan(const ScoreScan& scan, std::int64_t count) {
    forget_errors();
    const auto pairs = static_cast<std::int64_t>(scan.turns.size());
    // cos and sin of the distances 0 … 63 from a centre, once for all blocks: shaders/score.comp adds them to each
    // centre.
    const Positions offsets = consecutive_positions(ROPESCOPE_BLOCK);
    fill_table<float>(scan.turns, {}, offsets.ids, ROPESCOPE_BLOCK, 1, ROPESCOPE_BLOCK, 1.0f, 1.0f);
    std::vector<std::array<float, 2>> pair_weights;
    for (const auto& [a, b] : scan.weights) pair_weights.push_back({static_cast<float>(a), static_cast<float>(b)});
    weights.upload(std::span<const std::array<float, 2>>(pair_weights));
    weights.bind(ROPESCOPE_BIND_WEIGHTS);
    scores.expect_results(count * static_cast<std::int64_t>(sizeof(float)));
    scores.bind(ROPESCOPE_BIND_OUT);
    score.pair_count.set(word(pairs));
    score.count.set(word(count));
    score.first.set({low(static_cast<std::uint64_t>(scan.first)), high(static_cast<std::uint64_t>(scan.first))});
    constexpr std::int64_t distances_of_a_group = ROPESCOPE_BLOCK * ROPESCOPE_SCAN_BLOCKS;
    // Counted in work groups and not in invocations: each group computes distances_of_a_group scores.
    score.dispatch((count + distances_of_a_group - 1) / distances_of_a_group, 1);
  }
};

GlEngine::GlEngine(SelfTest extent, const ShaderFiles& shaders) {
  const ContextInfo info = current_context_info();
  if (!info.has_compute())
    throw Error(fmt::format("OpenGL {}.{} has no compute shaders (4.3 has)", info.major, info.minor));
  // Asked before anything is compiled: where Mesa 26.1 could not read a shader, it crashes when that is linked. A
  // driver may offer OpenGL 4.3 and an older GLSL, by a setting of its user.
  constexpr int least_glsl = 430;
  if (const int glsl = epoxy_glsl_version(); glsl < least_glsl)
    throw Error(fmt::format("the GPU's driver reads GLSL up to {}.{:02}, and compute shaders need {}.{:02}", glsl / 100,
                            glsl % 100, least_glsl / 100, least_glsl % 100));
  keep_error_words();
  require_same_numbers(shaders);
  forget_errors(); // those that others left in this context
  state_ = std::make_unique<State>(shaders);
  require_right_results(*this, extent);
}

GlEngine::~GlEngine() = default;

std::string GlEngine::device() const { return current_context_info().renderer; }

void GlEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const float> in,
                      std::span<float> out) {
  state_->rotate(rotation, shape, in, out);
}

void GlEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const double> in,
                      std::span<double> out) {
  state_->rotate(rotation, shape, in, out);
}

/// GLSL 4.30 has no 16-bit numbers in memory: rows are widened to float here, turned on the GPU, and rounded here. As
/// the contract of Engine says, `step` does not count for such rows.
template <typename Narrow, typename Widen, typename Round>
void GlEngine::rotate_as_floats(const Rotation& rotation, const RowShape& shape, std::span<const Narrow> in,
                                std::span<Narrow> out, Widen widen, Round round) {
  Rotation plainly = rotation;
  plainly.step = NumberFormat::float32;
  std::vector<float> rows(in.size());
  std::transform(in.begin(), in.end(), rows.begin(), widen);
  state_->rotate(plainly, shape, std::span<const float>(rows), std::span(rows));
  std::transform(rows.begin(), rows.end(), out.begin(), round);
}

void GlEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const Bfloat16> in,
                      std::span<Bfloat16> out) {
  rotate_as_floats(
      rotation, shape, in, out, [](Bfloat16 x) { return float_from_bfloat16(static_cast<std::uint16_t>(x)); },
      [](float x) { return Bfloat16{bfloat16_from_float(x)}; });
}

void GlEngine::rotate(const Rotation& rotation, const RowShape& shape, std::span<const Float16> in,
                      std::span<Float16> out) {
  rotate_as_floats(
      rotation, shape, in, out, [](Float16 x) { return float_from_half(static_cast<std::uint16_t>(x)); },
      [](float x) { return Float16{half_from_float(x)}; });
}

std::vector<double> GlEngine::time_rotation(const Rotation& rotation, const RowShape& shape, int runs) {
  forget_errors();
  // Any number serves but 0 and tiny ones, which some processors multiply at another speed.
  std::vector<float> rows(static_cast<std::size_t>(shape.size()), 0.5f);
  State& s = *state_;
  s.in.upload(std::span<const float>(rows));
  s.out.upload(std::span<const float>(rows));
  const State::Kernel kernel = s.prepare<float>(rotation, shape);
  s.in.bind(ROPESCOPE_BIND_IN);
  s.out.bind(ROPESCOPE_BIND_OUT);
  return timed(runs, [&] { State::turn(kernel, rotation, shape, shape.outer, 0, shape.tokens); });
}

std::vector<double> GlEngine::time_copy(std::int64_t floats, int runs) {
  forget_errors();
  const std::vector<float> rows(static_cast<std::size_t>(floats), 0.5f);
  const std::int64_t vectors = floats / 4;
  State& s = *state_;
  s.in.upload(std::span<const float>(rows));
  s.out.upload(std::span<const float>(rows));
  s.in.bind(ROPESCOPE_BIND_IN);
  s.out.bind(ROPESCOPE_BIND_OUT);
  const CopyProgram& copy = s.made(s.copy);
  copy.count.set(word(vectors));
  return timed(runs, [&] { copy.dispatch((vectors + ROPESCOPE_COPIED - 1) / ROPESCOPE_COPIED, ROPESCOPE_GROUP); });
}

std::vector<std::uint32_t> GlEngine::phases(const Rotation& rotation) {
  const std::int64_t tokens = rotation.positions.tokens();
  std::vector<std::uint32_t> result(static_cast<std::size_t>(tokens * rotation.pairs()));
  forget_errors();
  upload_turns(state_->turns, rotation.turns, rotation.pair_axis);
  upload_positions(state_->positions, rotation.positions.ids);
  state_->out.expect_results(static_cast<std::int64_t>(result.size() * sizeof(result[0])));
  state_->out.bind(ROPESCOPE_BIND_OUT);
  state_->phases.pair_count.set(word(rotation.pairs()));
  state_->phases.token_count.set(word(tokens));
  state_->phases.dispatch(static_cast<std::int64_t>(result.size()), ROPESCOPE_GROUP);
  state_->out.download(std::span(result));
  return result;
}

std::vector<CosSin<float>> GlEngine::product_table(const ProductTable& product) {
  std::vector<CosSin<float>> result(product.positions.size() * product.inv_freq.size());
  if (result.empty()) return result;
  forget_errors();
  state_->turns.upload(product.inv_freq);
  state_->turns.bind(ROPESCOPE_BIND_TURNS);
  state_->positions.upload(product.positions);
  state_->positions.bind(ROPESCOPE_BIND_POSITIONS);
  state_->table.expect_results(static_cast<std::int64_t>(result.size() * sizeof(result[0])));
  state_->table.bind(ROPESCOPE_BIND_TABLE);
  const ProductProgram& program = state_->made(state_->product);
  program.pair_count.set(word(static_cast<std::int64_t>(product.inv_freq.size())));
  program.token_count.set(word(static_cast<std::int64_t>(product.positions.size())));
  program.angle_format.set(step_of(product.angles));
  program.table_format.set(step_of(product.tables));
  program.dispatch(static_cast<std::int64_t>(result.size()), ROPESCOPE_GROUP);
  static_assert(sizeof(CosSin<float>) == 2 * sizeof(float));
  state_->table.download(std::span(result));
  return result;
}

void GlEngine::scan(const ScoreScan& scan, std::span<float> scores) {
  // 2²⁴ scores, 64 MiB, at a time: a scan of any length fits into the GPU's memory.
  constexpr std::size_t piece = std::size_t{1} << 24;
  for (std::size_t done = 0; done < scores.size(); done += piece) {
    ScoreScan part = scan;
    part.first += static_cast<std::int64_t>(done);
    const std::span<float> wanted = scores.subspan(done, std::min(piece, scores.size() - done));
    state_->scan(part, static_cast<std::int64_t>(wanted.size()));
    state_->scores.download(wanted);
  }
}

void GlEngine::scan(const ScoreScan& scan, std::span<const std::int64_t> edges, std::span<ScoreBin> bins) {
  state_->scan(scan, edges.back() - scan.first);
  // Edges count from the first distance, since `scores` begins there; a whole scan has fewer than 2³² distances.
  std::vector<std::uint32_t> relative;
  for (const std::int64_t edge : edges) relative.push_back(word(edge - scan.first));
  state_->edges.upload(std::span<const std::uint32_t>(relative));
  state_->edges.bind(ROPESCOPE_BIND_EDGES);
  state_->scores.bind(ROPESCOPE_BIND_IN);
  state_->out.expect_results(static_cast<std::int64_t>(bins.size_bytes()));
  state_->out.bind(ROPESCOPE_BIND_OUT);
  state_->reduce.bin_count.set(word(static_cast<std::int64_t>(bins.size())));
  // One work group a bin.
  state_->reduce.dispatch(static_cast<std::int64_t>(bins.size()), 1);
  static_assert(sizeof(ScoreBin) == 3 * sizeof(float));
  state_->out.download(bins);
}

} // namespace ropescope::gpu
