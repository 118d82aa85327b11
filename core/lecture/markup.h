#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ropescope::lecture {

/// Words of a line that look alike.
struct Run {
  enum class Shift : unsigned char { none, below, above };
  std::string words = {}; ///< UTF-8; of a computed number its expression
  bool bold = false;      ///< the answer, which appears with the second press
  Shift shift = Shift::none;
  std::string role = {}; ///< what it speaks of: "q", "k", "ok", "bad", or a scheme's name; empty: none
  bool computed = false; ///< a number that is computed in each frame
  int decimals = 0;      ///< of a computed one
  bool operator==(const Run&) const = default;
};

/// A line of a step's text: *bold*, _{below}, ^{above}, @role{…}, \theta and other letters, ${expression:.4}. "\*",
/// "\{" and the like are those characters. Throws Error, one sentence: a brace or a star without its fellow, an unknown
/// role or letter (and which may be meant), an expression that cannot be read.
std::vector<Run> read_markup(std::string_view line);

/// The first piece of words that are said, which is taken off them: plain up to the next mark, or what stands below or
/// above the line. Requires words; never throws and takes no memory, as it is asked in every frame: a brace without its
/// fellow is plain.
struct SaidPiece {
  std::string_view words;
  Run::Shift shift = Run::Shift::none;
};
SaidPiece take_said(std::string_view& words);

/// The same of words that are said: notes, questions and answers, of which _{below} and ^{above} alone are marked up.
/// Never throws: a brace without its fellow stays as it is.
std::vector<Run> read_said(std::string_view words);

/// A computed number as it is shown: so many decimals, thousands apart.
std::string shown_number(double value, int decimals);

/// The line's letters without what marks them up; `number` gives the words of a computed one.
std::string plain_words(const std::vector<Run>&, const std::function<std::string(const Run&)>& number);

/// How many characters of UTF-8 a text has.
std::size_t character_count(std::string_view text);

} // namespace ropescope::lecture
