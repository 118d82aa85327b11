#pragma once
#include <array>
#include <chrono>
#include <complex>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/scene/scene.h"
#include "core/check/check.h"

namespace ropescope {

/// Errors by token and pair, and the greatest of every few tokens, so that any part of it is soon looked through.
class ErrorMap {
public:
  ErrorMap() = default;
  ErrorMap(std::vector<float> errors, std::int64_t pairs); ///< [token][pair]

  std::int64_t tokens() const { return tokens_; }
  std::int64_t pairs() const { return pairs_; }
  float at(std::int64_t token, std::int64_t pair) const {
    return errors_[static_cast<std::size_t>(token * pairs_ + pair)];
  }
  /// Of tokens and pairs first … end − 1; NaN where one is.
  float greatest(std::int64_t first_token, std::int64_t end_token, std::int64_t first_pair,
                 std::int64_t end_pair) const;

private:
  std::vector<float> errors_, coarse_; // coarse: [token / step][pair]
  std::int64_t tokens_ = 0, pairs_ = 0;
};

/// The range of errors that colours spread over.
struct ErrorScale {
  double least = 1e-7, greatest = 2;
  double share(double error) const; ///< 0 … 1, logarithmic
};

/// One pair of one row: as it came in, as it should have gone out, and as it did.
struct PairOfRow {
  std::int64_t head = 0;
  std::complex<double> input, expected, kernel;
  double theta = 0; ///< rad/token, with direction
};

/// Something that the kernel does, and whether it does it as the model asks, or nearly so.
struct Fact {
  enum class State : std::uint8_t { agrees, differs, weaker, unseen };
  std::string words;
  State state = State::unseen;
};

/// An explanation in words, and what it leaves unexplained, relative to the rows.
struct Tried {
  std::string words;
  double residual = 0;
};

/// A kernel's files, read and judged.
struct CheckedKernel {
  KernelRun run;
  Finding finding;
  ErrorMap errors; ///< RMS of |out − expected| over all heads
  ErrorScale scale;
  double rms = 1;                  ///< of the input's numbers
  double rounding = 0;             ///< error that rounding explains
  std::string evidence, tolerance; ///< sentences
  std::vector<Fact> facts;
  std::vector<Tried> hypotheses; ///< as the finding has them, those that leave as much as none at all made one

  // The expected rotation.
  std::vector<double> theta;      ///< per pair, rad/token, with direction
  std::vector<std::uint8_t> axes; ///< per pair
  double gain = 1;
  PairComponents at;

  /// The position that turns a pair.
  std::int64_t position(std::int64_t token, std::int64_t pair) const {
    return run.positions.at(axes[static_cast<std::size_t>(pair)], token);
  }
  std::complex<double> multiplier(std::int64_t token, std::int64_t pair) const;

  /// Of that head, or of whichever head is furthest off; of a batch, of the row that is.
  PairOfRow pair_of_row(std::int64_t head, std::int64_t token, std::int64_t pair) const;
};

/// Reads, judges, puts into words. Throws Error.
std::shared_ptr<const CheckedKernel> check_files(const KernelFiles&, const Model&, const LayerRope&);
std::shared_ptr<const CheckedKernel> checked_kernel(KernelRun, const std::string& out_name);

/// The errors of one head.
ErrorMap errors_of_head(const CheckedKernel&, std::int64_t head);

/// Keeps the check of a scene's files up to date, on a thread of its own: what it reads again is what changed. Files
/// count as changed by their size and the time they were written.
class KernelCheck {
public:
  KernelCheck() = default;
  ~KernelCheck();
  KernelCheck(const KernelCheck&) = delete;
  KernelCheck& operator=(const KernelCheck&) = delete;

  /// Begins what is to be done for the scene and takes what is finished; `wait`: until it is.
  void update(const Scene&, bool wait);

  /// Takes a finding that was made elsewhere, of the scene's files as they are.
  void adopt(const Scene&, std::shared_ptr<const CheckedKernel>);

  bool working() const { return working_; }
  bool changed_on_disk() const; ///< the files, since they were asked for

  const CheckedKernel* checked() const { return checked_.get(); }                  ///< null before the first
  const ErrorMap& errors() const { return errors_ ? *errors_ : checked_->errors; } ///< requires checked()
  std::int64_t head() const { return errors_ ? errors_of_ : -1; }                  ///< whose errors these are
  const std::string& trouble() const { return trouble_; } ///< why there is no finding of the files now; else empty

private:
  struct Stamp {
    std::filesystem::file_time_type time{};
    std::uintmax_t size = 0;
    bool operator==(const Stamp&) const = default;
  };
  using Stamps = std::array<Stamp, 3>;

  struct Wanted {
    KernelFiles files;
    Model model;
    LayerRope layer;
    std::shared_ptr<const CheckedKernel> of; ///< where it is there already and errors of a head alone are wanted
    std::int64_t head = -1;
  };
  struct Done {
    std::shared_ptr<const CheckedKernel> checked;
    std::shared_ptr<const ErrorMap> errors;
    std::int64_t head = -1;
    std::string trouble;
  };

  static Done done(const Wanted&);
  bool same_inputs(const Scene&) const;
  void remember(const Scene&);
  bool settled(bool wait);
  Stamps stamps() const;
  void begin(Wanted, bool wait);
  void take();
  void accept(Done);
  void run(const std::stop_token&);

  std::shared_ptr<const CheckedKernel> checked_;
  std::shared_ptr<const ErrorMap> errors_; // of one head
  std::int64_t errors_of_ = -1;
  std::string trouble_;

  // What was last asked for.
  KernelFiles files_;
  RopeConfig rope_;
  std::string layer_type_;
  std::array<std::filesystem::path, 3> watched_;
  Stamps stamps_;
  std::int64_t head_ = -1;
  bool working_ = false;

  // A file that is still being written is left alone.
  Stamps unsettled_;
  std::chrono::steady_clock::time_point unsettled_since_;

  std::mutex mutex_; // guards all below but the thread
  std::condition_variable_any wake_;
  std::optional<Wanted> wanted_;
  std::optional<Done> done_;
  std::uint64_t generation_ = 0;
  std::jthread thread_; // started when first needed; destroyed first
};

} // namespace ropescope
