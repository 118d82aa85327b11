#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace ropescope {

/// A worker beside the frame that computes the newest wish, and forgets every older one. take() gives the results in
/// pieces, and throws whatever exception ended the work. The owner calls from one thread; the work runs on another.
///
///     begin(wish) ──► work(wish, run) ──► run.give(piece) … ──► take() gives the pieces, or throws
///         begin(other): the stop token of the first says stop, and what it still gives is thrown away
template <typename Wish, typename Piece>
class Latest {
public:
  /// What the work may say while it runs.
  class Run {
  public:
    std::stop_token stop() const { return stop_; } ///< says stop once nobody wants the result any more
    bool stopped() const { return stop_.stop_requested(); }

    /// Hands a piece over, and how much of the work is done by then, 0 … 1.
    void give(Piece piece, double share) { owner_.give(generation_, std::move(piece), share); }

  private:
    friend class Latest;
    Run(Latest& owner, std::uint64_t generation, std::stop_token stop)
        : owner_(owner), generation_(generation), stop_(std::move(stop)) {}
    Latest& owner_;
    std::uint64_t generation_;
    std::stop_token stop_;
  };

  /// Returns when it is done or stopped; may throw anything.
  using Work = std::function<void(Wish&, Run&)>;

  explicit Latest(Work work) : work_(std::move(work)) {}
  ~Latest() { abandon(); }
  Latest(const Latest&) = delete;
  Latest& operator=(const Latest&) = delete;

  /// Abandons what is under way, without waiting for it, and begins this.
  void begin(Wish wish) {
    const std::lock_guard lock(mutex_);
    forget();
    wanted_.emplace(std::move(wish));
    working_ = true;
    // The thread begins with the first wish: a program that never asks for any starts no thread.
    if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    wake_.notify_one();
  }

  void abandon() {
    const std::lock_guard lock(mutex_);
    forget();
  }

  /// Ask it before take(): where it is false, the take() after it gives the last pieces.
  bool working() const {
    const std::lock_guard lock(mutex_);
    return working_;
  }

  double share() const { ///< of the work under way, 0 … 1; 1 where there is none
    const std::lock_guard lock(mutex_);
    return working_ ? share_ : 1;
  }

  /// What was given since the last call, in order; nothing of what was abandoned. Throws what the work threw, once.
  std::vector<Piece> take() {
    const std::lock_guard lock(mutex_);
    if (const std::exception_ptr thrown = std::exchange(thrown_, nullptr)) std::rethrow_exception(thrown);
    return std::exchange(pieces_, {});
  }

private:
  /// Requires the lock.
  void forget() {
    ++generation_;
    current_.request_stop();
    wanted_.reset();
    pieces_.clear();
    thrown_ = nullptr;
    share_ = 0;
    working_ = false;
  }

  void give(std::uint64_t generation, Piece piece, double share) {
    const std::lock_guard lock(mutex_);
    // Work that was abandoned may still be running, and gives its pieces to nobody.
    if (generation != generation_) return;
    pieces_.push_back(std::move(piece));
    share_ = share;
  }

  void serve(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    // The wait ends with true when there is a wish. When the thread is asked to stop there is none, because ~Latest has
    // abandoned it. The lock is given up while the work runs, so that the owner never waits for it.
    while (wake_.wait(lock, stop, [this] { return wanted_.has_value(); })) {
      Wish wish = *std::exchange(wanted_, std::nullopt);
      current_ = std::stop_source();
      Run run(*this, generation_, current_.get_token());
      lock.unlock();
      const std::exception_ptr thrown = caught([&] { work_(wish, run); });
      lock.lock();
      // Abandoned meanwhile: neither its exception nor its end counts.
      if (run.generation_ != generation_) continue;
      thrown_ = thrown;
      working_ = false;
    }
  }

  /// What the work threw; nothing where it returned.
  template <typename Call>
  static std::exception_ptr caught(Call call) {
    try {
      call();
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

  Work work_;
  mutable std::mutex mutex_; // guards all below but the thread
  std::condition_variable_any wake_;
  std::optional<Wish> wanted_; // not yet begun
  std::vector<Piece> pieces_;
  std::exception_ptr thrown_;
  std::stop_source current_;
  std::uint64_t generation_ = 0; // of the newest wish; what an older one gives is thrown away
  double share_ = 0;
  bool working_ = false;
  std::jthread thread_; // started when first needed; destroyed first, which stops and joins it
};

} // namespace ropescope
