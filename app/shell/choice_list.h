#pragma once
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/canvas.h"

namespace ropescope::shell {

using namespace canvas;

/// A line of a list that is searched.
struct Choice {
  std::string words;       ///< at the left
  std::string remark = {}; ///< at the right, dim: a key, a value, what it is
  std::string help = {};   ///< shown below the list while the line is lit
  std::string name = {};   ///< typed as a whole it finds this line before all others; empty: the words alone find it
  bool heading = false;    ///< of a group; it cannot be chosen
  bool marked = false;     ///< the present one
  std::size_t number = 0;  ///< whatever the list's owner tells it by
};

/// Lines that fit what was typed, the best first; nothing typed gives all of them as they stand.
std::vector<Choice> fitting(const std::vector<Choice>& all, std::string_view typed);

/// A popup with a search box and lines below, for keyboard and mouse: the palette, the list of models.
class ChoiceList {
public:
  /// What it lists for what was typed.
  using Lines = std::function<std::vector<Choice>(std::string_view typed)>;

  /// `name`: of the popup, a literal. `hint`: seen in the empty search box.
  ChoiceList(const char* name, const char* hint) : name_(name), hint_(hint) {}

  void open(Lines lines);
  void close() { closing_ = open_; }
  bool is_open() const { return open_ && !closing_; }

  /// Takes a key that moves along the lines; false where it is none of them.
  bool key(int glfw_key);

  /// Draws it at the top of `place`, as wide and no higher. Returns the line chosen in this frame, whereupon its owner
  /// closes the list, or lets the person go on by type().
  std::optional<Choice> draw(const Canvas&, Rect place);

  /// Puts other words into the search box, for the person to go on from there; the list stays open.
  void type(std::string words);
  const char* typed() const { return typed_.data(); }
  const std::vector<Choice>& lines() const { return shown_; }
  /// The line that Enter chooses; null where there is none.
  const Choice* lit() const { return lit_ < shown_.size() ? &shown_[lit_] : nullptr; }

private:
  void list();
  void move(std::ptrdiff_t by);
  bool search_box(float width);
  std::optional<std::size_t> draw_lines(const Canvas&, Rect);
  void draw_line(const Canvas&, Rect, const Choice&, bool lit) const;

  const char *name_, *hint_;
  Lines lines_;
  std::vector<Choice> shown_;
  std::array<char, 128> typed_{}, listed_{}; // listed_: what shown_ was made for
  std::optional<std::string> replacement_;
  std::size_t lit_ = 0, first_ = 0, seen_ = 10; // the lit line, the first that is seen, how many are
  float wheel_ = 0;
  bool opening_ = false, open_ = false, closing_ = false;
};

} // namespace ropescope::shell
