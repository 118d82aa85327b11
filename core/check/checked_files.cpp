#include "core/check/checked_files.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/check/basics/cancelled.h"
#include "core/check/causes/position_by_head.h"
#include "core/check/causes/unknown.h"
#include "core/check/check.h"
#include "core/check/head_counts.h"
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
    if (const auto decode = single_token()) return conclude(*decode, found);
    const std::size_t best = nearest_to_expected();
    if (stands_out(best)) {
      const Finding& finding = judged(best);
      if (finding.verdict != Verdict::mismatch) return agree(best);
    }
    return conclude(more_explained_as_decode(most_explained()), found);
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
      throw Error(fmt::format("heads {}: in {} {}; only if axis {} counts the tokens are there so many, and then the "
                              "kernel is wrong",
                              files_.heads, files_.in, reader_.lacking(), reading(r).axis));
    // Where the shapes are the same, a kernel that writes its heads to the wrong places leaves such rows too.
    if (reading(r).exchanged && reader_.same_shape() && kernel->finding.verdict != Verdict::mismatch)
      throw Error(
          fmt::format("{} agrees if its axes {} and {} are exchanged, which its shape does not tell: expected it "
                      "in the order of {}",
                      files_.out, reading(r).exchanged->first, reading(r).exchanged->second, files_.in));
    kernel->run = reader_.take(reading(r));
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
    if (!fits_[r].one_token || of.tokens.size() != 1 || !of.heads) return false;
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
    if (!fits_[single].nothing_turns) {
      if (decode) return decode;
      if (fits_[single].expected <= within_float8) ask_single(single, "all rows are turned as one token's should be");
      return std::nullopt;
    }
    if (!decode) return std::nullopt; // a batch of one, and a kernel that stands still
    ask_single(*decode, fits_[*decode].unchanged
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
    if (fits_[single].nothing_turns)
      throw UnknownPosition(fmt::format("{}: shape ({}): {}: give the position of the token (axis {})", files_.in,
                                        fmt::join(reader_.shape(), ", "), seen, reading(single).axis),
                            axes);
    ask(fmt::format("{}; say which axis counts the tokens: if it is axis {}, of one token, the kernel agrees", seen,
                    reading(single).axis),
        axes);
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

  /// A kernel that is right where axis r counts the tokens is one that turns by the number of the head where another
  /// axis does. The longer axis is taken for the tokens without a word; else it is asked, for to be wrong either way is
  /// worse.
  std::shared_ptr<CheckedKernel> agree(std::size_t r) {
    // The heads of one reading are the model's own number, and those of the other cannot be any of its.
    for (std::size_t other = 0; other < all_.size(); ++other)
      if (other != r && reading(other).axis != reading(r).axis &&
          std::find(heads_.begin(), heads_.end(), reading(other).head_count()) != heads_.end() &&
          !may_be_heads(reading(r).head_count(), heads_) && names_heads(judged(other)))
        return conclude(other, found);
    for (std::size_t other = 0; other < all_.size(); ++other)
      if (other != r && contests(other, r)) {
        // So many heads no model has.
        if (!believable_heads(reading(r).head_count()) && names_heads(judged(other))) return conclude(other, found);
        ask(fmt::format(
                "if axis {} counts the tokens, the kernel agrees with the model; if axis {} does, it turns "
                "rows by their number along axis {} and not by their position; say which axis counts the tokens",
                reading(r).axis, reading(other).axis, reading(r).axis),
            {reading(r).axis, reading(other).axis});
      }
    return conclude(r, found);
  }

  bool contests(std::size_t other, std::size_t r) const {
    if (reading(other).axis == reading(r).axis || reading(r).tokens.size() > 1) return false;
    // One step of decoding turned by its position and the number of the head; at position 0 nobody tries one.
    if (fits_[other].one_token)
      return may_decode(other) && !fits_[other].nothing_turns && reading(other).heads == reading(r).tokens[0] &&
             may_be_heads(count(r), heads_);
    // Who turns by the number of a head does not begin at an offset: rows at 4711, 4712 … are tokens.
    if (!counts_from_zero(reading(r).positions)) return false;
    if (count(other) < count(r)) return false;
    // [tokens, batch, heads] turned by the row of the batch, as kernels for [batch, tokens, heads] do; of more rows a
    // batch that is longer than its tokens is likelier.
    if (reading(other).axis == 0 && reading(r).axis == 1 && reading(r).extents.size() > 2)
      return count(r) <= likely_batch;
    // The model's own number of heads, beside what can be none of its.
    const bool counted = std::find(heads_.begin(), heads_.end(), reading(r).head_count()) != heads_.end();
    return !counted || may_be_heads(count(r), heads_);
  }

  /// Positions that the numbers of heads are too.
  static bool counts_from_zero(const Positions& positions) {
    std::int64_t next = 0;
    return positions.axes == 1 &&
           std::all_of(positions.ids.begin(), positions.ids.end(), [&](std::int64_t id) { return id == next++; });
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
    if (alike.size() < 2) return alike.empty() ? 0 : alike.front();
    std::size_t best = alike.front();
    int most = -1;
    for (const std::size_t r : alike)
      if (const int merit = merit_of(r); merit > most) best = r, most = merit;
    return best;
  }

  /// That reading, or one step of decoding where its finding says more: a matrix is no rotation, so that the rows of
  /// one token are not seen to be turned alike.
  std::size_t more_explained_as_decode(std::size_t r) {
    for (std::size_t decode = 0; decode < all_.size(); ++decode)
      // Never to acquit: a kernel that agrees there has been asked about.
      if (decode != r && may_decode(decode) && !fits_[decode].nothing_turns &&
          judged(decode).verdict == Verdict::mismatch && merit(judged(decode)) > merit(judged(r)))
        return decode;
    return r;
  }

  /// Named causes rather than none, and rather the kernel's doing than that of an axis taken for another. Of a few
  /// rows: a whole run whose tokens are taken for heads can have thousands of rows a token, each with its own angles.
  int merit_of(std::size_t r) const {
    try {
      return merit(check(reader_.sample(reading(r), true), stop_));
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
