#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/row_gain.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// Rows whose angles are right and whose lengths are not: a norm, or a weight of each component's own.
class Gain {
public:
  explicit Gain(const PartContext& context)
      : context_(context), sample_(context.sample), width_(static_cast<std::size_t>(sample_.width)) {
    for (std::int64_t r = 0; r < sample_.rows; ++r)
      head_.push_back(static_cast<std::size_t>(place_of_row(context.evidence.run, r, 0).head));
    // Once for all rows of a token: to divide by a complex number costs more than all else here.
    for (const std::complex<double> z : context.turns.multiplier) back_.push_back(1.0 / z);
  }

  std::optional<PartFound> find() const {
    // Before the rotation a weight is seen on the output turned back, after it on the output as it is.
    const Rows turned_back = turned(sample_.out, true);
    for (const bool after : {false, true})
      for (const char* like : {"rms_norm", "layer_norm", "rms_norm_of_token", "weight"})
        for (const double epsilon : {0.0, 1e-6, 1e-5}) {
          const Rows input = normalised_input(like, epsilon), right = after ? turned(input, false) : input;
          // A weight that all heads share, then one of each head's own.
          for (const bool by_head : {false, true})
            if (auto found = normalised(like, right, after ? sample_.out : turned_back, after, by_head)) return found;
          if (std::string_view(like) == "weight") break;
        }
    return any_gain();
  }

private:
  using Rows = std::vector<double>;

  template <typename Each>
  void for_rows(Each each) const {
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r) each(t, r, sample_.row(t, r));
  }

  /// Mean of the squares of a row, or of all rows of its token that are of one row of the batch.
  Rows squares(bool of_token) const {
    Rows result;
    const KernelRun& run = context_.evidence.run;
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t) {
      std::map<std::int64_t, std::pair<double, double>> by_batch;
      const std::size_t first = result.size();
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r) {
        double sum = 0;
        for (std::size_t j = 0; j < width_; ++j) sum += std::pow(sample_.in[sample_.row(t, r) + j], 2);
        result.push_back(sum / static_cast<double>(width_));
        auto& [total, count] = by_batch[place_of_row(run, static_cast<std::int64_t>(r), 0).batch];
        total += result.back();
        count += 1;
      }
      for (std::size_t r = 0; of_token && r < static_cast<std::size_t>(sample_.rows); ++r) {
        const auto& [total, count] = by_batch[place_of_row(run, static_cast<std::int64_t>(r), 0).batch];
        result[first + r] = total / count;
      }
    }
    return result;
  }

  /// The input under a norm.
  Rows normalised_input(std::string_view like, double epsilon) const {
    Rows rows = sample_.in;
    if (like == "weight") return rows;
    const Rows square = squares(like == "rms_norm_of_token");
    for_rows([&](std::size_t t, std::size_t r, std::size_t row) {
      double mean = 0, spread = square[t * static_cast<std::size_t>(sample_.rows) + r];
      if (like == "layer_norm") {
        for (std::size_t j = 0; j < width_; ++j) mean += rows[row + j] / static_cast<double>(width_);
        spread -= mean * mean;
      }
      const double scale = spread + epsilon > 0 ? 1 / std::sqrt(spread + epsilon) : 0;
      for (std::size_t j = 0; j < width_; ++j) rows[row + j] = (rows[row + j] - mean) * scale;
    });
    return rows;
  }

  /// Rows turned as the model turns them, or back.
  Rows turned(const Rows& rows, bool back) const {
    Rows result = rows;
    for_rows([&](std::size_t t, std::size_t, std::size_t row) {
      turn_row(t, rows.data() + row, result.data() + row, back);
    });
    return result;
  }

  void turn_row(std::size_t t, const double* x, double* y, bool back) const {
    const PairComponents& at = context_.layout.at;
    const auto pairs = static_cast<std::size_t>(at.pairs());
    // Forth from components as they are read to components as they are written, and back the other way.
    const auto &from_first = back ? at.out_first : at.in_first, &from_second = back ? at.out_second : at.in_second,
               &to_first = back ? at.in_first : at.out_first, &to_second = back ? at.in_second : at.out_second;
    const std::complex<double>* turns = (back ? back_ : context_.turns.multiplier).data() + t * pairs;
    for (std::size_t i = 0; i < pairs; ++i) {
      const std::complex<double> z = turns[i];
      const double a = x[from_first[i]], b = x[from_second[i]];
      y[to_first[i]] = a * z.real() - b * z.imag();
      y[to_second[i]] = b * z.real() + a * z.imag();
    }
  }

  /// Which weight a component of a row takes: its own, or, where every head has its own, that of its head.
  std::size_t place(std::size_t r, std::size_t j, bool by_head) const {
    if (!by_head) return j;
    return head_[r] * width_ + j;
  }

  /// What `from` must be multiplied by to be `to`, per component or per head and component: least squares over the
  /// rows.
  Rows weights(const Rows& from, const Rows& to, bool by_head) const {
    const std::size_t count = by_head ? static_cast<std::size_t>(context_.evidence.run.heads) * width_ : width_;
    Rows moment(count), square(count), weight;
    for_rows([&](std::size_t, std::size_t r, std::size_t row) {
      for (std::size_t j = 0; j < width_; ++j) {
        moment[place(r, j, by_head)] += from[row + j] * to[row + j];
        square[place(r, j, by_head)] += from[row + j] * from[row + j];
      }
    });
    for (std::size_t j = 0; j < count; ++j) weight.push_back(square[j] > 0 ? moment[j] / square[j] : 1);
    return weight;
  }

  /// Numbers of the sample that a weight multiplies. One or two numbers can be whatever they are by a weight.
  static constexpr std::size_t told_cells = 3;
  std::size_t cells_of_a_weight(bool by_head) const {
    const auto rows = static_cast<std::size_t>(sample_.rows);
    return sample_.tokens.size() * (by_head ? rows / static_cast<std::size_t>(context_.evidence.run.heads) : rows);
  }

  /// What is left where rows times their weights, turned then or not, are the output.
  std::optional<double> proved(const Rows& rows, const Rows& weight, bool by_head, bool turn) const {
    return context_.whole_by_token([&](std::size_t t, double* to) {
      Rows row(width_);
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r, to += width_) {
        const double* from = rows.data() + sample_.row(t, r);
        for (std::size_t j = 0; j < width_; ++j) row[j] = from[j] * weight[place(r, j, by_head)];
        std::copy(row.begin(), row.end(), to);
        if (turn) turn_row(t, row.data(), to, false);
      }
    });
  }

  /// `right`: rows without a weight; `seen`: what they are with it.
  std::optional<PartFound> normalised(const std::string& like, const Rows& right, const Rows& seen, bool after,
                                      bool by_head) const {
    Rows weight = weights(right, seen, by_head);
    // A weight that is 1 everywhere is none; without one, a norm before the rotation is the same as one after it.
    const bool plain = std::all_of(weight.begin(), weight.end(), [&](double w) {
      return std::abs(w - 1) < thresholds::other_gain_units * context_.evidence.noise.unit + 1e-4;
    });
    const double mean = mean_of(weight);
    const bool by_length = std::all_of(weight.begin(), weight.end(),
                                       [&](double w) {
                                         return std::abs(w / mean - 1) <
                                                thresholds::other_gain_units * context_.evidence.noise.unit + 1e-4;
                                       }) &&
                           std::abs(mean * std::sqrt(static_cast<double>(width_)) - 1) < 1e-3;
    if (plain) std::fill(weight.begin(), weight.end(), 1.0);
    if (by_length) std::fill(weight.begin(), weight.end(), 1 / std::sqrt(static_cast<double>(width_)));
    // One weight for all is a gain, which is another cause.
    if (like == "weight" &&
        (plain || std::all_of(weight.begin(), weight.end(), [&](double w) { return std::abs(w / mean - 1) < 1e-2; })))
      return std::nullopt;
    if (!plain && !by_length && cells_of_a_weight(by_head) < told_cells) return std::nullopt;
    // Components that are zero, or as many as not that are right, are no weights that a model has.
    const auto count = [&](auto of) { return std::count_if(weight.begin(), weight.end(), of); };
    if (count([](double w) { return std::abs(w) < 1e-3; }) > 0) return std::nullopt;
    if (like == "weight" &&
        2 * static_cast<std::size_t>(count([](double w) { return std::abs(w - 1) < 1e-3; })) > weight.size())
      return std::nullopt;
    const auto residual = proved(right, weight, by_head, !after);
    if (!residual) return std::nullopt;
    cause::RowGain cause{like, {}, after};
    if (by_length && like == "rms_norm") cause.like = "l2_norm";
    if (!plain && !by_length) cause.weight = weight;
    return PartFound{{cause}, *residual, nullptr};
  }

  static double mean_of(const Rows& numbers) {
    double sum = 0;
    for (const double n : numbers) sum += n;
    return sum / static_cast<double>(numbers.size());
  }

  /// Each row by the gain that was measured of it.
  std::optional<PartFound> any_gain() const {
    if (context_.as_expected() && context_.proof.whole) return std::nullopt; // whose gains are all the model's
    const auto residual = context_.whole_by_token([&](std::size_t t, double* to) {
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r) {
        const std::size_t row = sample_.row(t, r);
        double moment = 0, square = 0;
        for (std::size_t j = row; j < row + width_; ++j) {
          moment += context_.rows[j] * sample_.out[j];
          square += context_.rows[j] * context_.rows[j];
        }
        const double gain = square > 0 ? moment / square : 1;
        for (std::size_t j = row; j < row + width_; ++j) *to++ = context_.rows[j] * gain;
      }
    });
    if (!residual) return std::nullopt;
    return PartFound{{cause::RowGain{"other", {}, false}}, *residual, nullptr};
  }

  const PartContext& context_;
  const RowSample& sample_;
  std::size_t width_;
  std::vector<std::size_t> head_;          ///< of each row of a token
  std::vector<std::complex<double>> back_; ///< [token][pair]
};

} // namespace

std::optional<PartFound> zero_rows(const PartContext& context) {
  const KernelRun& run = context.evidence.run;
  const auto zero = [&](const Array& array, std::int64_t first) {
    for (std::int64_t n = first; n < first + run.shape.head_dim; ++n)
      if (array.number(n) != 0) return false;
    return true;
  };
  std::set<std::int64_t> tokens, heads; // of the whole run, for a sample may miss some
  std::size_t count = 0;
  for (std::int64_t row = 0; row < run.shape.rows(); ++row) {
    const std::int64_t first = row * run.shape.head_dim;
    if (!zero(run.out, first) || zero(run.in, first)) continue;
    const RowPlace place = run.place_of(first);
    tokens.insert(place.token);
    heads.insert(place.head);
    ++count;
  }
  // A kernel that writes no row writes nothing: another finder says so.
  if (count == 0 || tokens.size() == static_cast<std::size_t>(run.shape.tokens)) return std::nullopt;
  const RowSample& sample = context.sample;
  std::vector<double> predicted = context.rows;
  const auto width = static_cast<std::ptrdiff_t>(sample.width);
  for (std::size_t t = 0; t < sample.tokens.size(); ++t)
    for (std::size_t r = 0; r < static_cast<std::size_t>(sample.rows); ++r) {
      const auto first = static_cast<std::ptrdiff_t>(sample.row(t, r));
      const auto out = sample.out.begin() + first;
      if (std::all_of(out, out + width, [](double x) { return x == 0; }))
        std::fill_n(predicted.begin() + first, width, 0.0);
    }
  const auto residual = context.whole(predicted);
  if (!residual) return std::nullopt;
  cause::RowsWrong wrong{{tokens.begin(), tokens.end()}, {}, "zero", false};
  const auto batch = static_cast<std::size_t>(sample.rows / run.heads);
  if (static_cast<std::int64_t>(heads.size()) < run.heads) wrong.heads = run.in_file({heads.begin(), heads.end()});
  wrong.only_some = count < tokens.size() * heads.size() * batch;
  return PartFound{{wrong}, *residual, nullptr};
}

std::optional<PartFound> row_gain(const PartContext& context) {
  // Many norms are tried: on a few tokens first, which most kernels do not pass; the fewer the more rows each has.
  constexpr std::int64_t most_tokens = 24, fewest_tokens = 8, rows = 256;
  const RowSample few =
      read_rows(context.evidence.run, std::clamp(rows / context.sample.rows, fewest_tokens, most_tokens));
  if (few.tokens.size() < context.sample.tokens.size() &&
      !Gain({context.evidence, few, context.layout, context.expected}).find())
    return std::nullopt;
  return Gain(context).find();
}

} // namespace ropescope
