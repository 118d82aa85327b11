#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/actions.h"
#include "app/scene/recent.h"
#include "app/scene/scene.h"
#include "app/shell/choice_list.h"

namespace ropescope::shell {

/// What choosing a line of a list does: one of these.
struct Deed {
  const Action* action = nullptr;
  const Property* property = nullptr; ///< with `value`: it is set; without: a value is still to be typed
  std::optional<Value> value = {};
  std::string model = {}; ///< what opens it: a preset's id, a path
};

/// Everything that can be done, in one list that is searched: actions, views, properties with their words and values,
/// models.
class Palette {
public:
  void open(const Scene&);
  bool is_open() const { return list_.is_open(); }
  void close() { list_.close(); }
  bool key(int glfw_key) { return list_.key(glfw_key); }
  const ChoiceList& list() const { return list_; }

  /// What was chosen in this frame.
  std::optional<Deed> draw(const Canvas&, Rect window);

  /// Lines chosen lately, the last first: they stand on top while nothing is typed. Words as they are shown.
  const std::vector<std::string>& recent() const { return recent_; }
  void recall(std::vector<std::string> words) { recent_ = std::move(words); }

private:
  void gather(const Scene&);
  void add(Choice, Deed);
  void add_property(const Scene&, const Property&);
  std::vector<Choice> lines(std::string_view typed);
  std::optional<Choice> typed_value(std::string_view typed);

  ChoiceList list_{"palette", "an action, a model, or a value such as: base 500k"};
  std::vector<Choice> all_;
  std::vector<Deed> deeds_; // by Choice::number
  std::size_t fixed_ = 0;   // deeds beyond belong to what is typed now
  std::vector<std::string> recent_;
};

/// The models there are, in groups by family, behind the files opened lately; the present one is marked.
class ModelList {
public:
  void open(const Scene&, const Recent&);
  bool is_open() const { return list_.is_open(); }
  void close() { list_.close(); }
  bool key(int glfw_key) { return list_.key(glfw_key); }
  const ChoiceList& list() const { return list_; }

  /// What opens the model that was chosen in this frame: a preset's id, a path.
  std::optional<std::string> draw(const Canvas&, Rect place);

private:
  ChoiceList list_{"models", "a model's name"};
  std::vector<std::string> origins_; // by Choice::number
};

} // namespace ropescope::shell
