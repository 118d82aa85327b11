#include "core/check/checked_files.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/check/basics/cancelled.h"
#include "core/check/causes/position_by_head.h"
#include "core/check/causes/position_constant.h"
#include "core/check/causes/positions_other.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/causes/table_too_short.h"
#include "core/check/causes/unknown.h"
#include "core/check/check.h"
#include "core/check/head_counts.h"
#include "core/check/not_finite_errors.h"
#include "core/check/reading_fit.h"
#include "core/check/token_readings.h"

namespace ropescope {

namespace {

/// Residuals that differ by less than this factor fit alike. Right kernels leave 1e-7 to 6e-2 (float8 rows), and a
/// reading under which rows of one token are turned otherwise 0.1 or more, from two tokens on. Lower: chance decides
/// between two axes. Higher: axes that the data exclude are searched, which costs time.
constexpr double plainly_less = 3;

/// A residual beyond which rows are no rotation of the input that all heads share.
constexpr double no_rotation = 0.5;

/// Residual that two right readings both stay below: what rounding to float8 leaves.
constexpr double within_float8 = 0.1;

/// Rows of a batch in most runs, where the tokens come first. Lower: kernels that turn by the row of the batch are
/// called right. Higher: right kernels of large batches and few tokens are asked for their axis.
constexpr std::int64_t likely_batch = 8;

/// Rows of a batch at most where the batch comes first: of decoding, and of short prompts. Lower: kernels that turn by
/// the row of the batch are called right. Higher: right kernels of more tokens that come first are asked for their
/// axis.
constexpr std::int64_t most_batch = 64;

/// Decides between the readings of one kernel's files.
class Decision {
public:
  Decision(KernelReader& reader, const KernelFiles& files, const Model& model, const std::stop_token& stop)
      : reader_(reader), files_(files), heads_(model.head_counts), stop_(stop), all_(reader.readings()) {}

  std::shared_ptr<CheckedKernel> run() {
    const std::size_t plain = all_.size();
    if (plain == 1 && reader_.exchanged_readings().empty()) return conclude(0, only());
    fit_all();
    if (std::all_of(fits_.begin(), fits_.end(), [](const ReadingFit& fit) { return fit.alike > no_rotation; }))
      try_exchanged();
    if (all_.size() == 1) return conclude(0, only());
    // Zeros alone, or no row that is finite: check() says that in its own words.
    if (std::all_of(fits_.begin(), fits_.end(), [](const ReadingFit& fit) { return fit.empty; }))
      return conclude(0, found);
    if (const auto decode = single_token()) return conclude(*decode, found);
    const std::size_t best = nearest_to_expected();
    if (stands_out(best)) {
      const Finding& finding = judged(best);
      if (finding.verdict != Verdict::mismatch) return agree(best);
    }
    const std::size_t most = more_explained_as_decode(most_explained());
    return conclude(decoded_instead(most).value_or(most), found);
  }

private:
  static constexpr const char* found = "found by the data";
  const char* only() const { return files_.token_axis ? "given" : "only one"; }

  void fit_all() {
    fits_.clear();
    for (const TokenReading& reading : all_) {
      throw_if_stopped(stop_);
      fits_.push_back(fit_reading(reader_.sample(reading)));
    }
  }

  /// Rows that are no rotation of those in their place may be one of others: the output lies otherwise, and its shape
  /// is the same.
  void try_exchanged() {
    std::vector<TokenReading> plain = std::exchange(all_, reader_.exchanged_readings());
    if (all_.empty()) return all_.swap(plain);
    fit_all();
    if (std::any_of(fits_.begin(), fits_.end(), [](const ReadingFit& fit) { return fit.expected <= within_float8; }))
      return;
    all_.swap(plain);
    fit_all();
  }

  const TokenReading& reading(std::size_t r) const { return all_[r]; }
  std::int64_t count(std::size_t r) const { return reading(r).token_count(); }

  /// Whether a reading has as many heads as the model, of queries or of keys.
  bool counted(std::size_t r) const {
    return std::find(heads_.begin(), heads_.end(), reading(r).head_count()) != heads_.end();
  }

  /// check() of a reading, once.
  const Finding& judged(std::size_t r) {
    const auto known = findings_.find(r);
    if (known != findings_.end()) return known->second;
    return findings_.emplace(r, check(reader_.run(reading(r)), stop_)).first->second;
  }

  std::shared_ptr<CheckedKernel> conclude(std::size_t r, const char* reason) {
    auto kernel = std::make_shared<CheckedKernel>();
    kernel->finding = judged(r);
    // Heads that only a reading has which fits badly: the number was meant for another.
    if (kernel->finding.verdict == Verdict::mismatch && reader_.lacks_heads())
      throw Error(fmt::format("heads {}: in {} {}; there are so many heads only if axis {} counts the tokens, and "
                              "under that reading the kernel is wrong",
                              files_.heads, files_.in, reader_.lacking(), reading(r).axis));
    // Where the shapes are the same, a kernel that writes its heads to the wrong places leaves such rows too.
    if (reading(r).exchanged && reader_.same_shape() && kernel->finding.verdict != Verdict::mismatch)
      throw Error(
          fmt::format("{} agrees if its axes {} and {} are exchanged, which its shape does not tell: expected it "
                      "in the order of {}",
                      files_.out, reading(r).exchanged->first, reading(r).exchanged->second, files_.in));
    kernel->run = reader_.take(reading(r));
    show_what_is_not_finite(*kernel);
    if (kernel->run.token_axis) kernel->run.token_axis_reason = reason;
    return kernel;
  }

  [[noreturn]] void ask(const std::string& what, std::vector<std::int64_t> axes) const {
    std::sort(axes.begin(), axes.end());
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
    throw AmbiguousTokenAxis(fmt::format("{}: shape ({}): {}", files_.in, fmt::join(reader_.shape(), ", "), what),
                             std::move(axes));
  }

  /// One step of decoding: an axis of extent 1 beside an axis of heads. The first of three axes of extent 1 is a batch
  /// of one nearly always.
  bool may_decode(std::size_t r) const {
    const TokenReading& of = reading(r);
    if (!fits_[r].one_token || of.tokens.size() > 1 || !of.heads) return false;
    if (of.tokens.empty()) return true; // such a reading is made of the model's own number of rows alone
    return (of.extents.size() == 2 || of.tokens[0] > 0) && may_be_heads(of.head_count(), heads_);
  }

  /// Rows that are all turned alike are one token's, or a kernel's that stands still.
  std::optional<std::size_t> single_token() const {
    std::optional<std::size_t> decode;
    for (std::size_t r = 0; r < all_.size() && !decode; ++r)
      if (may_decode(r)) decode = r;
    std::size_t single = 0;
    while (single < all_.size() && !fits_[single].one_token) ++single;
    if (single == all_.size() || !turned_alike(decode.value_or(single))) return std::nullopt;
    const std::size_t asked = decode.value_or(single);
    if (!fits_[asked].nothing_turns) {
      const bool right = fits_[asked].expected <= within_float8;
      if (decode && !(right && reading(*decode).tokens.empty())) return decode;
      if (right) ask_single(asked, "all rows are turned as one token's should be");
      return std::nullopt;
    }
    // A batch of one, and a kernel that stands still; or a batch of some rows, of one head and one token each.
    if (!decode &&
        !(reading(single).extents.size() == 2 && reading(single).axis == 1 && reading(single).extents[0] <= most_batch))
      return std::nullopt;
    ask_single(asked, fits_[asked].unchanged
                          ? "the output equals the input, which is right at position 0 and tells nothing"
                          : "all rows are turned alike, as those of one token are");
  }

  /// Whether a reading fits as well as the one that leaves `least`. Rows of one head a token are fitted to the last
  /// bit, rounding included: what rounding explains is no worse.
  bool fits_alike(std::size_t r, double least) const {
    return fits_[r].alike <= std::max(plainly_less * least + 1e-6, fits_[r].rounding);
  }

  bool turned_alike(std::size_t r) const {
    double other = std::numeric_limits<double>::infinity();
    for (const ReadingFit& fit : fits_) other = std::min(other, fit.alike);
    return fits_[r].alike <= no_rotation && fits_alike(r, other);
  }

  [[noreturn]] void ask_single(std::size_t single, const char* seen) const {
    std::vector<std::int64_t> axes;
    for (const TokenReading& one : all_) axes.push_back(one.axis);
    const bool no_axis = reading(single).tokens.empty();
    if (fits_[single].nothing_turns)
      throw UnknownPosition(
          fmt::format("{}: shape ({}): {}: give the position of the token ({})", files_.in,
                      fmt::join(reader_.shape(), ", "), seen,
                      no_axis ? "whose heads the rows are" : fmt::format("axis {}", reading(single).axis)),
          axes);
    if (no_axis)
      ask(fmt::format("{}: if they are its {}, the kernel agrees; say which axis counts the tokens, if one does", seen,
                      heads_of_one(single)),
          axes);
    ask(fmt::format("{}; say which axis counts the tokens: if it is axis {}, of one token, the kernel agrees", seen,
                    reading(single).axis),
        axes);
  }

  /// Rows that no axis of tokens tells apart, and what to do where they are that.
  std::string heads_of_one(std::size_t r) const {
    return fmt::format("{} heads (then save them as ({}), or give its position alone, {})", reading(r).head_count(),
                       fmt::format("1, {}", fmt::join(reader_.shape(), ", ")), reading(r).positions.ids.front());
  }

  std::size_t nearest_to_expected() const {
    std::size_t best = 0;
    for (std::size_t r = 1; r < all_.size(); ++r)
      if (tells(r) && (!tells(best) || fits_[r].expected < fits_[best].expected)) best = r;
    return best;
  }
  /// One token alone, of which nothing better is known, fits whatever stands still.
  bool tells(std::size_t r) const { return !fits_[r].one_token; }

  bool stands_out(std::size_t best) const {
    if (fits_[best].expected > no_rotation) return false;
    for (std::size_t r = 0; r < all_.size(); ++r)
      if (r != best && tells(r) && fits_[r].expected < plainly_less * fits_[best].expected && !both_right(best, r))
        return false;
    return true;
  }

  /// Two readings that the data tell apart by nothing: both are named.
  bool both_right(std::size_t a, std::size_t b) const {
    // Tokens of one axis whose positions may be meant in two ways, and are the same numbers.
    if (reading(a).axis == reading(b).axis && fits_[b].expected <= within_float8) return true;
    if (fits_[a].expected > within_float8 || fits_[b].expected > within_float8) return false;
    ask(fmt::format("the kernel agrees with the model if axis {} counts the tokens, and if axis {} does; "
                    "say which axis counts the tokens",
                    reading(a).axis, reading(b).axis),
        {reading(a).axis, reading(b).axis});
  }

  /// A kernel that is right where axis r counts the tokens is one that turns by the number of the head, or of the row
  /// of a batch, where another axis does. The longer axis is taken for the tokens without a word, unless the model's
  /// number of heads speaks for the other; else it is asked, for to be wrong either way is worse.
  std::shared_ptr<CheckedKernel> agree(std::size_t r) {
    // The heads of one reading are the model's own number, and those of the other cannot be any of its.
    for (std::size_t other = 0; other < all_.size(); ++other)
      if (other != r && reading(other).axis != reading(r).axis && !fits_[other].nothing_turns && counted(other) &&
          !may_be_heads(reading(r).head_count(), heads_) && names_heads(judged(other)))
        return conclude(other, found);
    for (std::size_t other = 0; other < all_.size(); ++other)
      if (other != r && contests(other, r)) {
        // So many heads no model has.
        if (!believable_heads(reading(r).head_count()) && names_heads(judged(other))) return conclude(other, found);
        ask_contested(other, r);
      }
    return conclude(r, found);
  }

  [[noreturn]] void ask_contested(std::size_t other, std::size_t r) const {
    if (reading(other).tokens.empty())
      ask(fmt::format("if axis {} counts the tokens, the kernel agrees with the model; if the rows are one token's {}, "
                      "it turns each head by its number; say which axis counts the tokens, if one does",
                      reading(r).axis, heads_of_one(other)),
          {reading(r).axis});
    ask(fmt::format(
            "which axis counts the tokens? If axis {0} does, the kernel is right; if axis {1} does, it is wrong: "
            "it turns rows by their number along axis {0} and not by their position",
            reading(r).axis, reading(other).axis),
        {reading(r).axis, reading(other).axis});
  }

  bool contests(std::size_t other, std::size_t r) const {
    if (files_.tables) return false; // cos and sin have no heads
    const TokenReading &rival = reading(other), &right = reading(r);
    if (right.tokens.size() > 1 || (!rival.tokens.empty() && rival.axis == right.axis)) return false;
    if (fits_[other].one_token) return decode_contests(other, r);
    if (!consecutive(right.positions)) return false;
    const bool fits_other = counted(other) && !counted(r);
    // Who turns by the number of a head does not begin at an offset, unless the heads say that it is one: rows at 4711,
    // 4712 … are tokens.
    if (right.positions.ids.front() != 0 && !counted(other)) return false;
    // [heads, tokens] is rarer than [tokens, heads].
    if (counted(other) && right.extents.size() == 2 && right.axis == 1) return true;
    // [tokens, batch, heads] is rarer than kernels for [batch, tokens, heads] that turn by the row of the batch.
    if (counted(other) && right.axis == 0 && right.extents.size() > 2 && count(r) <= most_batch &&
        (fits_other || count(other) > (count(r) <= likely_batch ? 2 : likely_batch)))
      return true;
    if (right.positions.ids.front() != 0 && !fits_other) return false;
    if (count(other) < count(r)) return false;
    // [tokens, batch, heads] turned by the row of the batch, as kernels for [batch, tokens, heads] do; of more rows a
    // batch that is longer than its tokens is likelier.
    if (rival.axis == 0 && right.axis == 1 && right.extents.size() > 2) return count(r) <= likely_batch;
    // The model's own number of heads, beside what can be none of its.
    return !counted(r) || may_be_heads(count(r), heads_);
  }

  /// One step of decoding turned by its position and the number of the head, or of the row of the batch.
  bool decode_contests(std::size_t other, std::size_t r) const {
    if (!may_decode(other)) return false;
    const bool by_head = reading(other).heads == reading(r).tokens[0];
    // At position 0 nobody tries one, unless the model has so many heads and cannot have those of r.
    if (fits_[other].nothing_turns) return by_head && counted(other) && !counted(r);
    return by_head ? may_be_heads(count(r), heads_)
                   : counted(other) && count(r) <= most_batch && reading(other).extents.size() == 3;
  }

  /// Positions that count on from the first, as the numbers of heads do.
  static bool consecutive(const Positions& positions) {
    if (positions.axes != 1 || positions.ids.empty()) return false;
    std::int64_t next = positions.ids.front();
    return std::all_of(positions.ids.begin(), positions.ids.end(), [&](std::int64_t id) { return id == next++; });
  }

  static bool names_heads(const Finding& finding) {
    return std::any_of(finding.causes.begin(), finding.causes.end(),
                       [](const Cause& c) { return c.is<cause::PositionByHead>(); });
  }

  /// The reading whose finding explains most, of those under which the rows of a token are turned alike; where there is
  /// none, of all.
  std::size_t most_explained() const {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t r = 0; r < all_.size(); ++r)
      if (tells(r)) least = std::min(least, fits_[r].alike);
    std::vector<std::size_t> alike;
    for (std::size_t r = 0; r < all_.size(); ++r)
      if (tells(r) && fits_alike(r, least)) alike.push_back(r);
    // Rows that no reading turns alike: that a reading has more heads than the model has queries, keys and values tells
    // more than how its finding sounds.
    const std::int64_t most_heads = heads_.empty() ? 0 : 3 * *std::max_element(heads_.begin(), heads_.end());
    const auto too_many = [&](std::size_t r) { return reading(r).head_count() > most_heads; };
    const bool any_counted = std::any_of(alike.begin(), alike.end(), [&](std::size_t r) { return counted(r); });
    if (least > within_float8 && any_counted) std::erase_if(alike, too_many);
    if (alike.size() < 2) return alike.empty() ? 0 : alike.front();
    std::size_t best = alike.front();
    int most = -1;
    for (const std::size_t r : alike)
      if (const int merit = merit_of(r); merit > most) best = r, most = merit;
    return best;
  }

  /// One step of decoding, some of whose heads or rows of a batch are turned otherwise: along that axis all rows of a
  /// "token" are turned alike, and the positions look odd. What names one thing that tokens do is taken at its word.
  std::optional<std::size_t> decoded_instead(std::size_t most) {
    if (count(most) > most_batch) return std::nullopt;
    for (std::size_t r = 0; r < all_.size(); ++r) {
      if (r == most || !may_decode(r) || fits_[r].nothing_turns || !counted(r)) continue;
      if (sounds_like_tokens(judged(most)) || judged(r).causes.front().is<cause::Unknown>()) return std::nullopt;
      return r;
    }
    return std::nullopt;
  }

  static bool sounds_like_tokens(const Finding& finding) {
    const Cause& cause = finding.causes.front();
    return finding.causes.size() == 1 && !cause.is<cause::Unknown>() && !cause.is<cause::PositionConstant>() &&
           !cause.is<cause::PositionsOther>() && !cause.is<cause::TableTooShort>() && !cause.is<cause::RowsWrong>() &&
           !names_heads(finding);
  }

  /// That reading, or one step of decoding where its finding says more: a matrix is no rotation, so that the rows of
  /// one token are not seen to be turned alike.
  std::size_t more_explained_as_decode(std::size_t r) {
    for (std::size_t decode = 0; decode < all_.size(); ++decode)
      // Never to acquit: a kernel that agrees there has been asked about.
      // A sample first: the whole is judged only where it promises more.
      if (decode != r && may_decode(decode) && !fits_[decode].nothing_turns && merit_of(decode) > merit(judged(r)) &&
          judged(decode).verdict == Verdict::mismatch && merit(judged(decode)) > merit(judged(r)))
        return decode;
    return r;
  }

  /// Named causes rather than none, and rather the kernel's doing than that of an axis taken for another. Of a few
  /// rows: a whole run whose tokens are taken for heads can have thousands of rows a token, each with its own angles.
  int merit_of(std::size_t r) const {
    try {
      return merit(check_briefly(reader_.sample(reading(r), true), stop_));
    } catch (const Error&) { // these rows tell nothing, such as zeros before a prompt that is padded
      return 0;
    }
  }

  static int merit(const Finding& finding) {
    if (finding.verdict != Verdict::mismatch) return 4;
    if (finding.causes.front().is<cause::Unknown>()) return 0;
    return names_heads(finding) ? 1 : finding.causes.size() > 1 ? 2 : 3;
  }

  KernelReader& reader_;
  const KernelFiles& files_;
  const std::vector<std::int64_t>& heads_;
  const std::stop_token& stop_;
  std::vector<TokenReading> all_; ///< those that are tried
  std::vector<ReadingFit> fits_;  ///< of each reading
  std::map<std::size_t, Finding> findings_;
};

std::shared_ptr<CheckedKernel> decide(const KernelFiles& files, const Model& model, const LayerRope& layer,
                                      const std::stop_token& stop) {
  KernelReader reader(files, model, layer);
  return Decision(reader, files, model, stop).run();
}

/// With the part of the head that the file states turned, as other code than transformers 5.24 reads it.
LayerRope with_part(LayerRope layer, double partial) {
  HeadLayout& layout = layer.config.layout;
  layout.partial_rotary_factor = partial;
  layout.rotary_dim = static_cast<std::int64_t>(static_cast<double>(layout.head_dim) * partial);
  return layer;
}

} // namespace

std::shared_ptr<const CheckedKernel> check_files(const KernelFiles& files, const Model& model, const LayerRope& layer,
                                                 const std::stop_token& stop) {
  if (!model.unread_partial) return decide(files, model, layer, stop);
  // Two codes read the file in two ways, and a kernel is right where it does as one of them. Of a wrong kernel the
  // file's own word counts.
  const LayerRope part = with_part(layer, *model.unread_partial);
  const auto note = [&](std::shared_ptr<CheckedKernel> kernel, std::string_view reading) {
    kernel->run.notes.push_back(fmt::format("partial_rotary_factor {:g}: {}.", *model.unread_partial, reading));
    return kernel;
  };
  auto stated = decide(files, model, part, stop);
  constexpr std::string_view as_stated =
      "that part of the head is expected to turn, though transformers 5.24 turns all "
      "of it for this model_type";
  if (stated->finding.verdict != Verdict::mismatch) return note(std::move(stated), as_stated);
  auto whole = decide(files, model, layer, stop);
  if (whole->finding.verdict != Verdict::mismatch)
    return note(std::move(whole), "the whole head turns, as transformers 5.24 has it for this model_type; other code "
                                  "turns that part alone");
  return note(std::move(stated), as_stated);
}

} // namespace ropescope
