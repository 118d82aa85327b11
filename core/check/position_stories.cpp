#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

#include "core/check/kernel.h"
#include "core/number_format.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

constexpr double same = 0.25; ///< tokens

double median(std::vector<double> numbers) {
  if (numbers.empty()) return 0;
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

/// The number a person would write for a ratio known to within `slack`.
double as_ratio(double ratio, double slack) {
  const double inverse = 1 / ratio;
  std::vector<double> tries{std::round(ratio), 1 / std::round(inverse)};
  for (const double scale : {10.0, 100.0, 1000.0}) {
    tries.push_back(std::round(ratio * scale) / scale);
    tries.push_back(scale / std::round(inverse * scale));
  }
  for (const double number : tries)
    if (std::isfinite(number) && number != 0 && std::abs(number - ratio) <= slack) return number;
  return ratio;
}

/// What makes every pair turn so many times faster, and what else would.
struct Speed {
  std::vector<Cause> causes, alike;
};

/// How many times slower one pair turns than the one before it, where that is the same for all.
double step_between_pairs(const KernelRun& run) {
  const Spectrum spectrum = make_spectrum(run.rope, run.length());
  const bool by_base = run.rope.scaling.rope_type == RopeType::ntk || run.rope.scaling.rope_type == RopeType::dynamic;
  const std::vector<double>& theta = by_base ? spectrum.inv_freq : spectrum.unscaled;
  return theta.size() > 1 && theta[0] != 0 ? theta[1] / theta[0] : 1;
}

std::optional<Cause> shifted_exponent(double scale, double slack, const KernelRun& run) {
  const double step = step_between_pairs(run);
  for (const double shift : {0.5, 1.0, -0.5, -1.0, 2.0})
    if (std::abs(std::pow(step, shift) - scale) <= slack) return Cause{"exponent", {{"shift", shift}}};
  return std::nullopt;
}

Speed speed_causes(double scale, double slack, const KernelRun& run) {
  const Cause by_scale{"position_scale", {{"scale", scale}}};
  if (scale == -1) return {{{"inverse_rotation", {}}}, {}};
  if (scale < 0) {
    Speed forward = speed_causes(-scale, slack, run);
    if (forward.causes[0].name == "position_scale") return {{by_scale}, {}};
    forward.causes.push_back({"inverse_rotation", {}});
    return {std::move(forward.causes), {by_scale}};
  }
  Speed speed;
  if (run.rope.scaling.rope_type == RopeType::linear) {
    const std::string scheme = "linear";
    const double factor = extension_factor(run.rope);
    if (std::abs(scale - factor) <= slack) return {{{"scaling_ignored", {{"scheme", scheme}}}}, {by_scale}};
    speed.causes.push_back({"scaling_parameters", {{"scheme", scheme}, {"factor", as_ratio(factor / scale, slack)}}});
  }
  if (scale == 2) speed.causes.insert(speed.causes.begin(), {"applied_twice", {}});
  if (const auto exponent = shifted_exponent(scale, slack, run)) speed.causes.insert(speed.causes.begin(), *exponent);
  speed.causes.push_back(by_scale);
  speed.alike.assign(speed.causes.begin() + 1, speed.causes.end());
  speed.causes.resize(1);
  return speed;
}

class Stories {
public:
  Stories(const KernelRun& run, std::span<const TokenShift> shifts) : run_(run), given_(as_given(run.positions)) {
    for (std::size_t t = 0; t < shifts.size(); ++t) {
      shift_.push_back(shifts[t].shift);
      given_row_.push_back(given_.at(0, t));
      seen_.push_back(given_row_.back() + shift_.back());
    }
    for (std::size_t t = 0; t < shifts.size(); ++t)
      if (shifts[t].match != 0) order_.push_back(t);
    for (const TokenShift& shift : shifts) visible_.push_back(shift.match != 0);
    if (order_.empty()) order_.push_back(0);
    fill_gaps();
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) { return given_row_[a] < given_row_[b]; });
  }

  std::vector<PositionStory> tell() {
    add({}, [](double p, std::size_t) { return p; });
    add_offset();
    if (given_.axes == 1) {
      add_constant();
      add_scale();
      add_not_restarted();
      add_broken(0);
      std::set<double> broken{0};
      for (const std::size_t first : {order_.size() / 10, std::size_t{5}, std::size_t{1}})
        if (const double k = first_shift(first); broken.insert(k).second) add_broken(k);
      add_rounded();
    } else {
      PositionStory still{{{"not_rotated", {}}}, given_, {}, true};
      still.positions.identity.assign(given_.tokens(), 1);
      all_.push_back(std::move(still));
    }
    return std::move(all_);
  }

private:
  template <typename Map>
  PositionStory& add(std::vector<Cause> causes, Map map) {
    PositionStory story{std::move(causes), given_, {}, false};
    const std::size_t tokens = given_.tokens();
    for (std::size_t a = 0; a < static_cast<std::size_t>(given_.axes); ++a)
      for (std::size_t t = 0; t < tokens; ++t)
        story.positions.ids[a * tokens + t] = map(story.positions.ids[a * tokens + t], t);
    all_.push_back(std::move(story));
    return all_.back();
  }

  /// Rows of zeros tell nothing: they are taken to be turned as the row before them was.
  void fill_gaps() {
    std::size_t next = 0;
    for (std::size_t t = 0; t < shift_.size() && !order_.empty(); ++t) {
      if (next + 1 < order_.size() && order_[next + 1] <= t) ++next;
      shift_[t] = shift_[order_[next]];
      seen_[t] = given_row_[t] + shift_[t];
    }
  }

  static Cause offset_cause(double k) { return {"position_offset", {{"offset", static_cast<std::int64_t>(k)}}}; }

  void add_offset() {
    const double k = std::round(median(shift_));
    if (k != 0) add({offset_cause(k)}, [k](double p, std::size_t) { return p + k; });
  }

  void add_constant() {
    PositionStory& still = add({{"not_rotated", {}}}, [](double, std::size_t) { return 0; });
    still.positions.identity.assign(given_.tokens(), 1);
    still.unchanged = true;
    still.alike = {{"position_constant", {{"position", std::int64_t{0}}}}};
    const double c = std::round(median(seen_));
    const Cause constant{"position_constant", {{"position", static_cast<std::int64_t>(c)}}};
    PositionStory& story = add({constant}, [c](double, std::size_t) { return c; });
    const double least = *std::min_element(given_row_.begin(), given_row_.end());
    if (c > 0 && c < least)
      story.alike = {
          {"table_too_short", {{"length", static_cast<std::int64_t>(c) + 1}, {"beyond", std::string("clamp")}}}};
  }

  void add_scale() {
    double furthest = 0;
    for (const double p : given_row_) furthest = std::max(furthest, std::abs(p));
    std::vector<double> ratios;
    for (const std::size_t t : order_)
      if (std::abs(given_row_[t]) >= furthest / 4 && given_row_[t] != 0) ratios.push_back(seen_[t] / given_row_[t]);
    const double measured = median(ratios), slack = 0.005 / furthest, written = as_ratio(measured, slack);
    if (written != measured) add_speed(written, slack);
    add_scale_and_offset();
    add_speed(measured, slack); // what is written so is not always what was meant
  }

  void add_speed(double scale, double slack) {
    if (scale == 1 || std::abs(scale) < 1e-6) return;
    const Speed speed = speed_causes(scale, slack, run_);
    add(speed.causes, [scale](double p, std::size_t) { return scale * p; }).alike = speed.alike;
  }

  void add_scale_and_offset() {
    std::vector<double> slopes, rests;
    const std::size_t half = order_.size() / 2;
    for (std::size_t o = 0; o + half < order_.size(); ++o) {
      const double run = given_row_[order_[o + half]] - given_row_[order_[o]];
      if (run != 0) slopes.push_back((seen_[order_[o + half]] - seen_[order_[o]]) / run);
    }
    if (slopes.empty()) return;
    const double span = std::max(1.0, given_row_[order_.back()] - given_row_[order_.front()]);
    const double slack = 0.1 / span, slope = as_ratio(median(slopes), slack);
    if (slope == 1 || std::abs(slope) < 1e-6) return;
    for (const std::size_t t : order_) rests.push_back(seen_[t] - slope * given_row_[t]);
    const double rest = median(rests), before = std::round(rest / slope), after = std::round(rest);
    // The offset comes before the scale where that makes it whole.
    const double offset = std::abs(before * slope - rest) <= std::abs(after - rest) + 1e-3 ? before : after;
    const double shift = offset == before ? before * slope : after;
    if (shift == 0) return;
    Speed speed = speed_causes(slope, slack, run_);
    speed.causes.push_back(offset_cause(offset));
    add(speed.causes, [slope, shift](double p, std::size_t) { return slope * p + shift; });
  }

  /// Expected positions begin anew somewhere, and the kernel goes on counting.
  void add_not_restarted() {
    std::vector<std::int64_t> starts;
    for (std::size_t t = 1; t < given_row_.size(); ++t)
      if (given_row_[t] != given_row_[t - 1] + 1) starts.push_back(static_cast<std::int64_t>(t));
    if (starts.empty()) return;
    const double first = given_row_[0];
    for (const double k : {0.0, std::round(shift_[0])}) {
      std::vector<Cause> causes{{"positions_ignored_restart", {}}};
      if (k != 0) causes.push_back(offset_cause(k));
      add(causes, [=](double, std::size_t t) { return first + k + static_cast<double>(t); });
    }
    // One position for the whole batch of packed rows: each counts on from where the last ended.
  }

  double first_shift(std::size_t tokens) const {
    std::vector<double> first;
    for (std::size_t o = 0; o < std::clamp<std::size_t>(tokens, 1, order_.size()); ++o)
      first.push_back(shift_[order_[o]]);
    return std::round(median(first));
  }

  /// Something holds up to a position or a row, and another beyond.
  void add_broken(double k) {
    const auto holds = [&](std::size_t t) { return std::abs(shift_[t] - k) < same; };
    std::size_t o = 0;
    while (o < order_.size() && holds(order_[o])) ++o;
    if (o == 0 || o == order_.size()) return;
    const double last = given_row_[order_[o - 1]] + k, begin = given_row_[order_[o]] + k;
    std::vector<Cause> before;
    if (k != 0) before.push_back(offset_cause(k));
    const auto with = [&](Cause cause) {
      std::vector<Cause> causes{std::move(cause)};
      causes.insert(causes.end(), before.begin(), before.end());
      return causes;
    };
    const auto too_short = [](double length, const char* beyond) {
      return Cause{"table_too_short", {{"length", static_cast<std::int64_t>(length)}, {"beyond", std::string(beyond)}}};
    };
    add_restart(k, with);
    add_wrap(k, begin, with, too_short);
    std::vector<double> beyond;
    for (std::size_t n = o; n < order_.size(); ++n) beyond.push_back(seen_[order_[n]]);
    const double clamped = std::round(median(beyond)) + 1;
    add(with(too_short(clamped, "clamp")), [=](double p, std::size_t) { return std::min(p + k, clamped - 1); });
    const double length = likely_length(last + 1, begin);
    PositionStory& unturned = add(with(too_short(length, "identity")), [k](double p, std::size_t) { return p + k; });
    for (const double p : given_row_) unturned.positions.identity.push_back(p + k >= length);
  }

  template <typename With>
  void add_restart(double k, With with) {
    std::size_t r = 0;
    while (r < shift_.size() && std::abs(shift_[r] - k) < same) ++r;
    if (r == 0 || r == shift_.size()) return;
    std::size_t before = r - 1;
    while (before > 0 && !visible_[before]) --before; // rows of zeros may hide where it began
    const double begun = std::round(k - shift_[r]);
    const double at = begun > given_row_[before] + k ? begun : given_row_[r] + k;
    const Cause cause{"positions_restart", {{"at", static_cast<std::int64_t>(at)}}};
    PositionStory& story = add(with(cause), [=](double p, std::size_t t) { return t < r ? p + k : p + k - at; });
    const double greatest = given_row_[order_.back()] + k;
    if (greatest < 2 * at)
      story.alike = {{"table_too_short", {{"length", static_cast<std::int64_t>(at)}, {"beyond", std::string("wrap")}}}};
    // Again and again, wherever it pleases.
    std::vector<double> again(shift_.size());
    std::vector<std::int64_t> where;
    double start = -k;
    for (std::size_t t = 0; t < shift_.size(); ++t) {
      if (t > 0 && std::abs(seen_[t]) < same && std::abs(shift_[t] + start) > same) {
        start = given_row_[t];
        where.push_back(static_cast<std::int64_t>(t));
      }
      again[t] = given_row_[t] - start;
    }
    if (where.size() > 1 && where.size() < shift_.size() / 4)
      again_ = PositionStory{with({"positions_restart", {{"at", static_cast<std::int64_t>(at)}, {"rows", where}}}),
                             {1, again, {}},
                             {},
                             false};
  }

  template <typename With, typename TooShort>
  void add_wrap(double k, double begin, With with, TooShort too_short) {
    std::int64_t length = 0;
    for (std::size_t t = 0; t < shift_.size(); ++t) {
      const double skipped = std::round(k - shift_[t]);
      if (skipped > same && std::abs(skipped - (k - shift_[t])) < same)
        length = std::gcd(length, static_cast<std::int64_t>(skipped));
    }
    const auto l = static_cast<double>(length);
    if (length > 1 && l <= begin) {
      const auto wraps = [=](double p, std::size_t) { return p + k - l * std::floor((p + k) / l); };
      const double greatest = given_row_[order_.back()] + k;
      const bool of_config = l == run_.rope.scaling.max_position_embeddings || l == trained_length(run_.rope);
      PositionStory& story = add(with(too_short(l, "wrap")), wraps);
      if (greatest < 2 * l) story.alike = {{"positions_restart", {{"at", length}}}};
      if (greatest >= 2 * l || of_config) { // seen more than once, or where the model's own context ends
        auto restart = std::find_if(all_.begin(), all_.end(), [](const PositionStory& s) {
          return !s.causes.empty() && s.causes[0].name == "positions_restart";
        });
        if (restart != all_.end()) std::rotate(restart, all_.end() - 1, all_.end());
      }
    }
    if (again_) all_.push_back(*std::exchange(again_, std::nullopt));
  }

  /// A length that people choose, of those the rows allow.
  double likely_length(double least, double greatest) const {
    for (const double length : {run_.rope.scaling.max_position_embeddings, trained_length(run_.rope)})
      if (length >= least && length <= greatest) return length;
    const double power = std::exp2(std::ceil(std::log2(std::max(1.0, least))));
    return power <= greatest ? power : greatest;
  }

  void add_rounded() {
    for (const auto& [format, name] :
         {std::pair{NumberFormat::bfloat16, "bf16_positions"}, {NumberFormat::float16, "fp16_positions"}}) {
      const NumberFormat f = format; // clang captures no structured binding
      const Cause cause{"precision", {{"recipe", std::string(name)}}};
      add({cause}, [f](double p, std::size_t) { return static_cast<double>(rounded(f, static_cast<float>(p))); });
    }
  }

  const KernelRun& run_;
  TurnedPositions given_;
  std::vector<double> shift_, given_row_, seen_;
  std::vector<std::uint8_t> visible_; ///< per token: not zeros alone
  std::vector<std::size_t> order_;    ///< tokens of which something is seen, by position
  std::vector<PositionStory> all_;
  std::optional<PositionStory> again_;
};

} // namespace

std::vector<PositionStory> position_stories(const KernelRun& run, std::span<const TokenShift> shifts) {
  return Stories(run, shifts).tell();
}

} // namespace ropescope
