#pragma once
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ropescope {

struct KernelRun;

enum class Verdict : std::uint8_t {
  match,     ///< within what the rows' format and the model's own arithmetic explain
  precision, ///< the right rotation in weaker arithmetic
  mismatch
};

/// "match", "precision" or "mismatch".
std::string_view verdict_name(Verdict);

/// What a kernel can do rightly or wrongly, in the order in which people are told. Every cause crosses out one.
enum class FactKind : std::uint8_t {
  pairing,        ///< which two components form a pair
  rotary_dim,     ///< how much of a head turns
  base,           ///< the frequencies before any scaling
  scaling,        ///< how they are extended
  sign,           ///< what is done with sine and cosine
  amplitude,      ///< the attention factor
  positions,      ///< where each token is taken to be
  heads_and_rows, ///< that every head and row is treated alike
  output_order,   ///< where the result of a pair is written
  finite,         ///< that every number is one
  arithmetic,     ///< how the angles are rounded
  rotation        ///< that it is explained at all
};

inline constexpr FactKind all_fact_kinds[] = {FactKind::pairing,   FactKind::rotary_dim,     FactKind::base,
                                              FactKind::scaling,   FactKind::sign,           FactKind::amplitude,
                                              FactKind::positions, FactKind::heads_and_rows, FactKind::output_order,
                                              FactKind::finite,    FactKind::arithmetic,     FactKind::rotation};

/// One number or word of a cause, as the JSON prints it.
using ParameterValue =
    std::variant<double, std::int64_t, bool, std::string, std::vector<std::int64_t>, std::vector<double>>;
using Parameters = std::vector<std::pair<std::string, ParameterValue>>;

/// What a type needs to be a cause. core/check/README.md says how to write one; causes/all.cpp lists
/// them.
/// Optional members: `verdict` (mismatch where there is none; a function where it depends), `hides_the_rest` and
/// `hides_amplitude` (false), `decide_by()`.
template <typename T>
concept CauseType = requires(const T& cause, const KernelRun& run) {
  { T::name } -> std::convertible_to<std::string_view>; ///< as the JSON prints it
  { T::fact } -> std::convertible_to<FactKind>;         ///< what it crosses out
  { cause.parameters() } -> std::same_as<Parameters>;   ///< in the order of the JSON
  { cause.sentence(run) } -> std::same_as<std::string>; ///< after "The kernel …", without a full stop
  { cause.brief(run) } -> std::same_as<std::string>;    ///< the same in a few words, for lists
};

/// Something a kernel did, by its type, with typed parameters: cause::PositionOffset{.offset = 1}. A value; equal
/// where names and parameters are. Nothing that holds causes needs to know which there are.
class Cause {
public:
  template <typename T>
  requires(!std::same_as<T, Cause>) && CauseType<T> Cause(T cause)
      : held_(std::make_shared<const Held<T>>(std::move(cause))) {} // NOLINT: a cause's type is a cause

  std::string_view name() const { return held_->name(); }
  FactKind fact() const { return held_->fact(); }
  Verdict verdict() const { return held_->verdict(); }              ///< the best that a kernel with it can get
  bool hides_the_rest() const { return held_->hides_the_rest(); }   ///< with it no other fact is to be seen
  bool hides_amplitude() const { return held_->hides_amplitude(); } ///< lengths tell no attention factor then
  Parameters parameters() const { return held_->parameters(); }
  std::string sentence(const KernelRun& run) const { return held_->sentence(run); }
  std::string brief(const KernelRun& run) const { return held_->brief(run); }
  /// Which further file would tell it from what looks alike, half a sentence; empty: one at other positions.
  std::string decide_by() const { return held_->decide_by(); }

  template <CauseType T>
  const T* as() const { ///< null where it is another
    const auto* held = dynamic_cast<const Held<T>*>(held_.get());
    return held ? &held->cause : nullptr;
  }
  template <CauseType T>
  bool is() const {
    return as<T>() != nullptr;
  }

  friend bool operator==(const Cause& one, const Cause& other) {
    return one.name() == other.name() && one.parameters() == other.parameters();
  }

private:
  struct Interface {
    virtual ~Interface() = default;
    virtual std::string_view name() const = 0;
    virtual FactKind fact() const = 0;
    virtual Verdict verdict() const = 0;
    virtual bool hides_the_rest() const = 0;
    virtual bool hides_amplitude() const = 0;
    virtual Parameters parameters() const = 0;
    virtual std::string sentence(const KernelRun&) const = 0;
    virtual std::string brief(const KernelRun&) const = 0;
    virtual std::string decide_by() const = 0;
  };

  template <typename T>
  struct Held final : Interface {
    explicit Held(T value) : cause(std::move(value)) {}
    std::string_view name() const override { return T::name; }
    FactKind fact() const override { return T::fact; }
    Verdict verdict() const override {
      if constexpr (requires { cause.verdict(); })
        return cause.verdict();
      else if constexpr (requires { T::verdict; })
        return T::verdict;
      else
        return Verdict::mismatch;
    }
    bool hides_the_rest() const override {
      if constexpr (requires { T::hides_the_rest; })
        return T::hides_the_rest;
      else
        return false;
    }
    bool hides_amplitude() const override {
      if constexpr (requires { T::hides_amplitude; })
        return T::hides_amplitude;
      else
        return false;
    }
    Parameters parameters() const override { return cause.parameters(); }
    std::string sentence(const KernelRun& run) const override { return cause.sentence(run); }
    std::string brief(const KernelRun& run) const override { return cause.brief(run); }
    std::string decide_by() const override {
      if constexpr (requires { cause.decide_by(); })
        return cause.decide_by();
      else
        return {};
    }
    T cause;
  };

  std::shared_ptr<const Interface> held_;
};

/// The parameter of that name; nothing where the cause has none.
std::optional<ParameterValue> find_parameter(const Cause&, std::string_view name);

} // namespace ropescope
