#pragma once
#include <memory>
#include <optional>
#include <typeindex>
#include <utility>
#include <vector>

namespace ropescope {

/// Numbers that are kept as long as their inputs stay the same.
template <typename Inputs, typename Numbers>
class Cached {
public:
  /// The numbers of these inputs. Calls make() where the kept ones are of other inputs. Where make() throws, the caller
  /// gets the exception, and the kept numbers stay.
  template <typename Make>
  const Numbers& of(const Inputs& inputs, Make make) {
    if (inputs_ && *inputs_ == inputs) return *numbers_;
    numbers_.emplace(make());
    inputs_ = inputs;
    return *numbers_;
  }

  /// Null before the first.
  const Numbers* kept() const { return numbers_ ? &*numbers_ : nullptr; }

private:
  std::optional<Inputs> inputs_;
  std::optional<Numbers> numbers_;
};

/// One Cached for each kind of numbers, told apart by their type, so that a new picture brings its own without a place
/// being made for it.
class Kept {
public:
  template <typename Numbers, typename Inputs, typename Make>
  const Numbers& of(const Inputs& inputs, Make make) {
    using Here = Holder<Cached<Inputs, Numbers>>;
    const std::type_index type(typeid(Numbers));
    for (const auto& [known, holder] : holders_)
      if (known == type) return static_cast<Here&>(*holder).cached.of(inputs, make);
    auto made = std::make_unique<Here>();
    const Numbers& numbers = made->cached.of(inputs, make);
    made->get = [](const Base& base) -> const void* { return static_cast<const Here&>(base).cached.kept(); };
    holders_.emplace_back(type, std::move(made));
    return numbers;
  }

  /// Null where none were made yet.
  template <typename Numbers>
  const Numbers* get() const {
    const std::type_index type(typeid(Numbers));
    for (const auto& [known, holder] : holders_)
      if (known == type) return static_cast<const Numbers*>(holder->get(*holder));
    return nullptr;
  }

private:
  struct Base {
    virtual ~Base() = default;
    const void* (*get)(const Base&) = nullptr;
  };
  template <typename T>
  struct Holder : Base {
    T cached;
  };
  std::vector<std::pair<std::type_index, std::unique_ptr<Base>>> holders_;
};

} // namespace ropescope
