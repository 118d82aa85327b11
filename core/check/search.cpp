#include "core/check/search.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/check/alike.h"
#include "core/check/by_row.h"
#include "core/check/heads_left.h"
#include "core/check/mixed.h"

namespace ropescope {

namespace {

constexpr std::int64_t screened_tokens = 64, fitted_tokens = 256, proved_tokens = 512;
constexpr double mostly = 0.8;         ///< share of rows that leaves no doubt what the others should be
constexpr double worth_a_cause = 0.02; ///< share of rows that one more cause must explain

/// A layout whose pairs keep their length, and what was measured under it.
struct Measured {
  const LayoutChoice* layout;
  Reduced screened, fitted;
  std::vector<FrequencyFit> fits;
};

struct Screened {
  Candidate candidate;
  FreeFit fit;
  bool other_gain = false; ///< than the model's, and than comes with the frequencies

  double merit() const {
    return fit.explained - worth_a_cause * static_cast<double>(candidate.causes().size()) -
           (moved() ? worth_a_cause / 2 : 0) - (other_gain ? worth_a_cause / 4 : 0);
  }
  /// Positions need an account too.
  bool moved() const {
    const auto off = std::count_if(fit.shifts.begin(), fit.shifts.end(),
                                   [](const TokenShift& s) { return std::abs(s.shift) > 0.25; });
    return 2 * static_cast<std::size_t>(off) > fit.shifts.size();
  }
};

class Search {
public:
  Search(const KernelRun& run, const Kernel& expected, const std::vector<LayoutChoice>& layouts, const Noise& noise,
         const Changes& changes)
      : run_(run), expected_(expected), layouts_(layouts), noise_(noise), rotated_(rotated_rows(changes)) {
    screen_ = sample_tokens(run.shape.tokens, screened_tokens);
    fit_ = sample_tokens(run.shape.tokens, fitted_tokens);
    prove_ = sample_tokens(run.shape.tokens, proved_tokens);
    all_.resize(static_cast<std::size_t>(run.shape.tokens));
    std::iota(all_.begin(), all_.end(), std::int64_t{0});
  }

  Explanation run() {
    measure_layouts();
    screen_candidates();
    account_for_positions();
    if (found_.causes.empty() || explained_ < mostly)
      other_ways();
    else if (!rotated_.empty() && found_.causes.size() > 1)
      heads_as_positions();
    list_tried();
    return std::move(found_);
  }

private:
  void measure_layouts() {
    for (const LayoutChoice& layout : layouts_) {
      Measured measured{&layout, reduce(run_, layout.at, screen_, rotated_), {}, {}};
      if (explained_by_any_angles(measured.screened, noise_) < 0.5) continue;
      measured_.push_back(std::move(measured));
    }
  }

  void measure_frequencies(Measured& measured) {
    if (!measured.fits.empty()) return;
    measured.fitted = reduce(run_, measured.layout->at, fit_, rotated_);
    measured.fits = fit_frequencies(measured.fitted, run_.positions, near(*measured.layout), noise_.unit);
  }

  void screen(Measured& measured, const FrequencyChoice& frequencies, Operation operation) {
    measure_frequencies(measured);
    Candidate candidate{measured.layout, frequencies, operation};
    const bool swapped = operation == Operation::cos_sin_swapped;
    FreeFit fit = fit_freely(swapped ? unswapped(measured.screened) : measured.screened, run_.positions, candidate,
                             noise_, swapped ? std::span<const FrequencyFit>() : measured.fits);
    const auto differs = [&](double gain) { return std::abs(fit.gain / gain - 1) > 2 * noise_.unit; };
    const bool other_gain = differs(expected_.gain) && differs(frequencies.gain);
    screened_.push_back({std::move(candidate), std::move(fit), other_gain});
  }

  bool done() const {
    return std::any_of(screened_.begin(), screened_.end(), [](const Screened& s) { return s.fit.explained == 1; });
  }

  /// Layers of rising number of causes; each is screened whole before its best is taken.
  void screen_candidates() {
    for (std::size_t causes = 0; causes <= 3 && !done(); ++causes)
      for (Measured& measured : measured_) {
        const std::size_t of_layout = measured.layout->causes.size();
        if (of_layout > causes) continue;
        const std::size_t left = causes - of_layout;
        const FrequencyChoice expected = expected_frequencies(run_, measured.layout->rotary_dim);
        if (left == 0) screen(measured, expected, Operation::rotate);
        if (left == 1) screen(measured, expected, Operation::cos_sin_swapped);
        if (left == 0) continue;
        for (const FrequencyChoice& frequencies : choices_of(measured)) {
          if (frequencies.causes.size() == left) screen(measured, frequencies, Operation::rotate);
          if (frequencies.causes.size() + 1 == left && causes == 2)
            screen(measured, frequencies, Operation::cos_sin_swapped);
        }
      }
  }

  const std::vector<FrequencyChoice>& choices_of(Measured& measured) {
    auto& known = choices_[measured.layout];
    if (known.empty()) {
      measure_frequencies(measured);
      known = frequency_choices(run_, measured.layout->rotary_dim, measured.fits);
      if (!far_out()) return known;
      for (FrequencyChoice& choice : frequency_choices(run_, measured.layout->rotary_dim, fit_from_zero(measured))) {
        const auto same = [&](const FrequencyChoice& other) { return other.causes == choice.causes; };
        if (std::none_of(known.begin(), known.end(), same)) known.push_back(std::move(choice));
      }
    }
    return known;
  }

  /// Whether positions lie closer together than to 0.
  bool far_out() const {
    const auto [least, greatest] = std::minmax_element(run_.positions.ids.begin(), run_.positions.ids.end());
    return *least > *greatest - *least;
  }

  std::vector<FrequencyFit> fit_from_zero(const Measured& measured) const {
    return fit_frequencies(measured.fitted, run_.positions, near(*measured.layout), noise_.unit, true);
  }

  PairTurns near(const LayoutChoice& layout) const {
    return Candidate{&layout, expected_frequencies(run_, layout.rotary_dim), Operation::rotate}.turns();
  }

  /// The best first; of those that explain alike, one whose numbers people choose.
  std::vector<const Screened*> most_promising() const {
    constexpr std::size_t considered = 3;
    const auto better = [&](const Screened& one, const Screened& other) {
      if (std::abs(one.merit() - other.merit()) > 1e-9) return one.merit() > other.merit();
      if (one.fit.residual < 0.8 * other.fit.residual) return true;
      return one.fit.residual < 1.05 * other.fit.residual + 1e-12 &&
             odd_digits(one.candidate.causes()) < odd_digits(other.candidate.causes());
    };
    std::vector<const Screened*> chosen;
    while (chosen.size() < considered) {
      const Screened* best = nullptr;
      for (const Screened& screened : screened_)
        if (screened.fit.explained >= 0.5 && std::find(chosen.begin(), chosen.end(), &screened) == chosen.end() &&
            (!best || better(screened, *best)))
          best = &screened;
      if (!best) break;
      chosen.push_back(best);
    }
    return chosen;
  }

  struct Proof {
    const Screened* screened = nullptr;
    Reduced whole;
    Kernel kernel;
    Score score; ///< of a sample
    PositionStory story;
    bool other_gain = false;
  };

  /// What fits with every row at a position of its own need not have an account of them.
  void account_for_positions() {
    std::optional<Proof> best;
    for (const Screened* screened : most_promising()) {
      Proof proof = best_account(*screened);
      if (!best || proof.score.explained > best->score.explained + worth_a_cause) best = std::move(proof);
      if (best->score.whole()) break;
    }
    if (best) conclude(*best);
  }

  /// Tells the positions that the kernel took to each token.
  Proof best_account(const Screened& screened) const {
    const Candidate& candidate = screened.candidate;
    const LayoutChoice& layout = *candidate.layout;
    Reduced whole = reduce(run_, layout.at, all_, rotated_);
    const Reduced sample = reduce(run_, layout.at, prove_, rotated_);
    const bool swapped = candidate.operation == Operation::cos_sin_swapped;
    const auto fits = fits_of(layout);
    const FreeFit fit = fit_freely(swapped ? unswapped(whole) : whole, run_.positions, candidate, noise_,
                                   swapped ? std::span<const FrequencyFit>() : fits);
    const std::vector<PositionStory> stories = position_stories(run_, fit.shifts);
    std::optional<Proof> best;
    for (const bool other_gain : {false, true})
      for (const PositionStory& story : stories) {
        if ((story.unchanged && (other_gain || swapped)) || (best && best->score.whole())) continue;
        const double gain = other_gain ? fit.gain : candidate.frequencies.gain;
        const Kernel kernel{candidate.turns(), gain, candidate.operation, story.positions};
        Score now = score(sample, noise_, kernel);
        const double more = best ? now.explained - best->score.explained : 1;
        if (more <= worth_a_cause && !(more > 0 && now.whole())) continue;
        best = Proof{&screened, {}, kernel, std::move(now), story, other_gain};
      }
    best->whole = std::move(whole);
    return std::move(*best);
  }

  void conclude(Proof& proof) {
    const Screened& best = *proof.screened;
    if (proof.other_gain) proof.kernel.gain = measured_gain(proof.kernel, proof.whole);
    const Score proved = score(proof.whole, noise_, proof.kernel);
    if (proved.explained < 0.5) return;
    found_.layout = best.candidate.layout;
    std::vector<Cause> causes = best.candidate.causes();
    const PairComponents& at = best.candidate.layout->at;
    // What passes unchanged has neither pairs nor frequencies.
    if (proof.story.unchanged && at.in_first == at.out_first && at.in_second == at.out_second) causes.clear();
    const double original = expected_.gain;
    causes.insert(causes.end(), proof.story.causes.begin(), proof.story.causes.end());
    if (proof.other_gain && std::abs(proof.kernel.gain / original - 1) > noise_.unit)
      causes.push_back({"attention_factor", {{"measured", proof.kernel.gain}, {"expected", original}}});
    if (!rotated_.empty()) causes.push_back(heads_left(run_, rotated_));
    add_wrong_rows(proved, causes);
    std::stable_partition(causes.begin(), causes.end(), [](const Cause& c) { return c.name != "output_permuted"; });
    found_.causes = std::move(causes);
    found_.alike = proof.story.alike;
    found_.allowed = proved.allowed;
    explained_ = proved.explained;
    double error = 0, energy = 0;
    for (const RowScore& row : proved.rows)
      if (row.explained()) error += row.error, energy += row.energy;
    found_.residual = energy > 0 ? std::sqrt(error / energy) : proved.residual;
    if (!proof.story.unchanged) remember_alike(best);
  }

  /// Other frequencies that the rows cannot tell from those chosen.
  void remember_alike(const Screened& best) {
    const std::vector<Cause> chosen = best.candidate.causes();
    if (chosen.empty()) return;
    for (const Screened& other : screened_) {
      const bool same_layout = other.candidate.layout == best.candidate.layout;
      if (&other == &best || (!same_layout && chosen.size() > 1) || other.candidate.causes().size() > chosen.size() ||
          other.fit.explained < best.fit.explained || other.fit.residual > 1.05 * best.fit.residual + 1e-12 ||
          other.candidate.causes().empty())
        continue;
      const Cause cause = other.candidate.causes().back();
      if (!same_parameters(cause, chosen.back()) && odd_digits({cause}) == 0) add_alike(cause);
    }
  }

  void add_alike(const Cause& cause) {
    constexpr std::size_t listed = 6;
    const auto same = [&](const Cause& known) { return same_parameters(known, cause); };
    if (found_.alike.size() < listed && std::none_of(found_.alike.begin(), found_.alike.end(), same))
      found_.alike.push_back(cause);
  }

  double measured_gain(Kernel kernel, const Reduced& whole) const {
    kernel.gain = 1;
    double sum = 0, energy = 0;
    for (std::size_t t = 0; t < whole.tokens.size(); ++t)
      for (std::size_t i = 0; i < static_cast<std::size_t>(whole.pairs); ++i) {
        const PairSums& s = whole.of(t)[i];
        const auto z = kernel.multiplier(static_cast<std::size_t>(whole.tokens[t]), i);
        sum += z.real() * s.cross_re + z.imag() * s.cross_im;
        energy += std::norm(z) * s.in;
      }
    const double measured = energy > 0 ? sum / energy : 1, expected = expected_.gain;
    for (const double likely : {1.0, 1 / expected, expected * expected}) // rounding may lean one way
      if (std::abs(measured / likely - 1) < noise_.unit / 2) return likely;
    return measured;
  }

  void add_wrong_rows(const Score& proved, std::vector<Cause>& causes) const {
    std::vector<std::int64_t> rows;
    for (std::size_t t = 0; t < proved.rows.size(); ++t)
      if (!proved.rows[t].explained()) rows.push_back(static_cast<std::int64_t>(t));
    if (!rows.empty()) causes.push_back({"rows_wrong", {{"rows", std::move(rows)}}});
  }

  /// Kernels that are no rotation of each row by one position.
  void other_ways() {
    if (without_sine()) return;
    const MixedFit mixed = fit_mixed_pairing(run_, expected_, noise_, screen_);
    tried_.push_back({{mixed.cause}, mixed.residual});
    if (mixed.explained) return take({mixed.cause}, mixed.residual);
    if (const auto by_row = fit_by_row(run_, layouts_, noise_)) {
      tried_.push_back({by_row->causes, by_row->residual});
      found_.layout = by_row->candidate.layout;
      take(by_row->causes, by_row->residual);
    }
  }

  bool without_sine() {
    for (const LayoutChoice& layout : layouts_) {
      const Candidate candidate{&layout, expected_frequencies(run_, layout.rotary_dim), Operation::sin_missing};
      const Kernel kernel{candidate.turns(), candidate.frequencies.gain, candidate.operation, expected_.positions};
      const Score cosine = score(reduce(run_, layout.at, prove_, rotated_), noise_, kernel);
      std::vector<Cause> causes = candidate.causes();
      std::rotate(causes.begin(), causes.end() - 1, causes.end());
      tried_.push_back({causes, cosine.residual});
      if (cosine.explained <= 0.95) continue;
      found_.layout = &layout;
      take(std::move(causes), cosine.residual);
      return true;
    }
    return false;
  }

  /// Some heads unrotated and the others wrong may have one reason.
  void heads_as_positions() {
    const auto by_row = fit_by_row(run_, layouts_, noise_);
    if (!by_row || by_row->causes.size() >= found_.causes.size()) return;
    found_.layout = by_row->candidate.layout;
    take(by_row->causes, by_row->residual);
  }

  void take(std::vector<Cause> causes, double residual) {
    found_.causes = std::move(causes);
    found_.residual = residual;
    found_.alike.clear();
    if (!found_.layout) found_.layout = &layouts_.front();
  }

  std::vector<FrequencyFit> fits_of(const LayoutChoice& layout) const {
    for (const Measured& measured : measured_)
      if (measured.layout == &layout) return measured.fits;
    return {};
  }

  const Reduced& screened_of(const LayoutChoice& layout) {
    const auto known = reduced_.find(&layout);
    return known != reduced_.end() ? known->second
                                   : reduced_.emplace(&layout, reduce(run_, layout.at, screen_)).first->second;
  }

  /// What each cause alone would leave, at the positions given.
  void list_tried() {
    const auto add = [&](const LayoutChoice& layout, const FrequencyChoice& frequencies, Operation operation) {
      Candidate candidate{&layout, frequencies, operation};
      std::vector<Cause> causes = candidate.causes();
      if (causes.empty() || causes.size() > 1) return;
      const Kernel kernel{candidate.turns(), frequencies.gain, operation, expected_.positions};
      const Score fit = score(screened_of(layout), noise_, kernel);
      // What explains every row by itself is alike to any account of positions.
      if (fit.whole() && found_.causes.size() == 1 && fit.residual <= 1.05 * found_.residual + 1e-12 &&
          !same_parameters(causes[0], found_.causes[0]) && odd_digits({causes[0]}) == 0)
        add_alike(causes[0]);
      tried_.push_back({std::move(causes), fit.residual});
    };
    const LayoutChoice& first = layouts_.front();
    for (const LayoutChoice& layout : layouts_)
      add(layout, expected_frequencies(run_, layout.rotary_dim), Operation::rotate);
    const FrequencyChoice expected = expected_frequencies(run_, first.rotary_dim);
    add(first, expected, Operation::cos_sin_swapped);
    // On a short run a scheme's parameters may leave what one speed does.
    if (found_.causes.size() == 1 && found_.causes[0].name == "position_scale")
      for (Measured& measured : measured_)
        if (measured.layout == &first) choices_of(measured);
    for (const auto& [layout, choices] : choices_)
      if (layout == &first)
        for (const FrequencyChoice& frequencies : choices) add(first, frequencies, Operation::rotate);
    const Reduced& sums = screened_of(first);
    const auto moved = [&](const Cause& cause, auto map) {
      Kernel kernel = expected_;
      for (double& id : kernel.positions.ids) id = map(id);
      tried_.push_back({{cause}, score(sums, noise_, kernel).residual});
    };
    moved({"inverse_rotation", {}}, [](double p) { return -p; });
    moved({"not_rotated", {}}, [](double) { return 0; });
    moved({"applied_twice", {}}, [](double p) { return 2 * p; });
    for (const std::int64_t k : {-1, 1})
      moved({"position_offset", {{"offset", k}}}, [k](double p) { return p + static_cast<double>(k); });
    if (expected_.gain != 1) {
      Kernel kernel = expected_;
      kernel.gain = 1;
      tried_.push_back({{{"attention_factor", {{"measured", 1.0}, {"expected", expected_.gain}}}},
                        score(sums, noise_, kernel).residual});
    }
    found_.tried = std::move(tried_);
  }

  const KernelRun& run_;
  const Kernel& expected_;
  const std::vector<LayoutChoice>& layouts_;
  const Noise& noise_;
  RowFilter rotated_;
  std::vector<std::int64_t> screen_, fit_, prove_, all_;
  std::vector<Measured> measured_;
  std::map<const LayoutChoice*, std::vector<FrequencyChoice>> choices_;
  std::map<const LayoutChoice*, Reduced> reduced_; ///< what was screened, of every head
  std::vector<Screened> screened_;
  std::vector<Hypothesis> tried_;
  Explanation found_;
  double explained_ = 0; ///< share of rows
};

} // namespace

Explanation explain(const KernelRun& run, const Kernel& expected, const std::vector<LayoutChoice>& layouts,
                    const Noise& noise, const Changes& changes) {
  return Search(run, expected, layouts, noise, changes).run();
}

std::vector<FrequencyFit> fit_layout(const KernelRun& run, const LayoutChoice& layout, const Noise& noise) {
  PairTurns near = expected_frequencies(run, layout.rotary_dim).turns;
  for (double& theta : near.theta) theta *= layout.layout.direction;
  return fit_frequencies(reduce(run, layout.at, sample_tokens(run.shape.tokens, fitted_tokens)), run.positions, near,
                         noise.unit);
}

} // namespace ropescope
