#include "core/lecture/json_lines.h"

#include <cstddef>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace ropescope::lecture {

namespace {

using Json = nlohmann::json;
constexpr std::size_t deepest = 32, longest = std::size_t{4} << 20;

/// Walks over a text and counts its newlines: the parser reads one character after the other and never goes back.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  int* line = nullptr;

  const char& operator*() const { return *at; }
  CountingIterator& operator++() {
    if (*at == '\n') ++*line;
    ++at;
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at == other.at; }
  bool operator!=(const CountingIterator& other) const { return at != other.at; }
};

/// Notes where each value begins.
class Recorder : public nlohmann::json_sax<Json> {
public:
  Recorder(JsonLines& lines, const int& line) : lines_(lines), line_(line) {}

  std::optional<JsonFault> fault;

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.member = pointer_to(level.path, name);
    last_key_ = name;
    if (!lines_.at.emplace(level.member, line_).second) lines_.twice.push_back(level.member);
    last_line_ = line_;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    fault = described(error.what());
    return false;
  }

private:
  struct Level {
    std::string path, member;
    std::size_t next = 0; // of an array
    bool array = false;
  };

  std::string here() const {
    if (levels_.empty()) return {};
    const Level& level = levels_.back();
    return level.array ? pointer_to(level.path, std::to_string(level.next)) : level.member;
  }

  bool value() {
    lines_.at.emplace(here(), line_);
    if (!levels_.empty()) ++levels_.back().next;
    last_line_ = line_;
    behind_value_ = true;
    return true;
  }

  bool open(bool array) {
    if (levels_.size() == deepest) {
      fault = {line_, fmt::format("nested deeper than {} levels", deepest)};
      return false;
    }
    const std::string path = here();
    lines_.at.emplace(path, line_);
    levels_.push_back({.path = path, .member = path, .array = array});
    last_line_ = line_;
    behind_value_ = false;
    return true;
  }

  bool close() {
    levels_.pop_back();
    if (!levels_.empty()) ++levels_.back().next;
    last_line_ = line_;
    behind_value_ = true;
    return true;
  }

  /// The parser's words without its own place, which counts from the first byte. Where a comma is missing, the line is
  /// that of the value before it: that is where a person writes it.
  JsonFault described(std::string_view what) const {
    const bool in_object = !levels_.empty() && !levels_.back().array;
    if (behind_value_ && !levels_.empty() && what.find("syntax error") != std::string_view::npos &&
        what.find("expected ',' or '") == std::string_view::npos && what.find("invalid") == std::string_view::npos &&
        (what.find("expected '}'") != std::string_view::npos || what.find("expected ']'") != std::string_view::npos)) {
      const std::string_view end = in_object ? "'}'" : "']'";
      return {last_line_, last_key_.empty() ? fmt::format("expected ',' or {}", end)
                                            : fmt::format("expected ',' or {} after {}", end, in_quotes(last_key_))};
    }
    const std::size_t words = what.find("syntax error while parsing ");
    if (words != std::string_view::npos)
      what.remove_prefix(words + std::string_view("syntax error while parsing ").size());
    return {line_, fmt::format("not JSON: {}", printable(what))};
  }

  JsonLines& lines_;
  const int& line_;
  std::vector<Level> levels_;
  std::string last_key_;
  int last_line_ = 1;
  bool behind_value_ = false;
};

} // namespace

std::string pointer_to(std::string_view pointer, std::string_view key) {
  std::string result(pointer);
  result += '/';
  for (const char c : key)
    if (c == '~')
      result += "~0";
    else if (c == '/')
      result += "~1";
    else
      result += c;
  return result;
}

int JsonLines::line_of(std::string_view pointer) const {
  for (;;) {
    if (const auto found = at.find(pointer); found != at.end()) return found->second;
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return 1;
    pointer = pointer.substr(0, slash);
  }
}

std::optional<JsonFault> read_lines(std::string_view text, JsonLines& lines) {
  if (text.size() > longest)
    return JsonFault{1, fmt::format("has {} bytes, expected at most {}", text.size(), longest)};
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3); // a byte order mark
  int line = 1;
  Recorder recorder(lines, line);
  const CountingIterator first{text.data(), &line}, last{text.data() + text.size(), &line};
  const bool good = Json::sax_parse(first, last, &recorder, Json::input_format_t::json, true, true);
  if (good && !recorder.fault) return std::nullopt;
  return recorder.fault ? recorder.fault : JsonFault{line, "not JSON"};
}

} // namespace ropescope::lecture
