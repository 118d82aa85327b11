#pragma once
#include <array>
#include <chrono>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/scene/file_watch.h"
#include "app/scene/latest.h"
#include "app/scene/scene.h"
#include "core/check/checked_kernel.h"

namespace ropescope {

/// Why there is no finding.
struct Trouble {
  std::string sentence;           ///< for a person; empty: there is none
  std::vector<std::int64_t> axes; ///< those that may count the tokens, where a person must say which

  bool empty() const { return sentence.empty(); }
};

/// Keeps the check of a scene's files up to date, on a thread of its own: what it reads again is what changed. Files
/// count as changed by their size and the time they were written. A check that nobody waits for any more, because its
/// files were taken away or others came, is stopped.
class KernelCheck {
public:
  /// Begins what is to be done for the scene and takes what is finished; `wait`: until it is.
  void update(const Scene&, bool wait);

  /// Takes a finding that was made elsewhere, of the scene's files as they are.
  void adopt(const Scene&, std::shared_ptr<const CheckedKernel>);

  bool working() const { return working_; }
  /// Whether the files have changed since they were read, as far as is known: a look at them goes on beside the frame,
  /// or is waited for.
  bool changed_on_disk(bool wait = false);

  const CheckedKernel* checked() const { return checked_.get(); }                          ///< null before the first
  const std::shared_ptr<const CheckedKernel>& shared() const { return checked_; }          ///< the same, kept alive
  const ErrorMap& errors() const { return errors_ ? *errors_ : checked_->finding.errors; } ///< requires checked()
  std::int64_t head() const { return errors_ ? errors_of_ : -1; }                          ///< whose errors these are
  const Trouble& trouble() const { return trouble_; } ///< why there is no finding of the files now

private:
  struct Wanted {
    KernelFiles files;
    Model model;
    LayerRope layer;
    std::shared_ptr<const CheckedKernel> of; ///< where it is there already and errors of a head alone are wanted
    std::int64_t head = -1;
    WatchedPaths watched; ///< files that are read; of no meaning where `of` is there
  };
  struct Done {
    std::optional<FileStamps> stamps; ///< of the files, before they were read
    std::exception_ptr failure;       ///< why there is no finding of them
    std::shared_ptr<const CheckedKernel> checked;
    std::shared_ptr<const ErrorMap> errors;
    std::int64_t head = -1;
  };

  static Done done(const Wanted&, const std::stop_token&);
  bool same_inputs(const Scene&) const;
  void remember(const Scene&);
  bool settled(bool wait);
  void begin(Wanted, bool wait);
  void take();
  void accept(Done);
  void know(const FileStamps&); ///< as which the files were read
  void fail(const std::exception_ptr&);

  std::shared_ptr<const CheckedKernel> checked_;
  std::shared_ptr<const ErrorMap> errors_; // of one head
  std::int64_t errors_of_ = -1;
  Trouble trouble_;

  // What was last asked for.
  KernelFiles files_;
  RopeConfig rope_;
  std::string layer_type_;
  WatchedPaths watched_;
  FileStamps stamps_; // of the files that the finding is of
  FileWatch watch_;
  std::int64_t head_ = -1;
  bool working_ = false;

  // A file that is still being written is left alone.
  FileStamps unsettled_;
  std::chrono::steady_clock::time_point unsettled_since_;

  Latest<Wanted, Done> worker_{[](Wanted& wanted, auto& run) { run.give(done(wanted, run.stop()), 1); }};
};

} // namespace ropescope
