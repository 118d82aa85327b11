#include "core/io/json_value-inl.h"

#include <cmath>

namespace ropescope {

namespace {

// What nests deeper is no config.json, and recursion over it might exhaust the stack.
constexpr std::size_t deepest = 32;

// Of values and keys. A value of two bytes takes some fifty in memory, so that the file's size alone would not bound
// what it takes; the longest lists of real files name the 21 843 classes of ImageNet, twice.
constexpr std::size_t most_values = std::size_t{1} << 18;

/// Follows the events of a parser, keeps nothing, and refuses what the file should not hold. nlohmann's parser with a
/// callback would know the depth as well, but it looks at all of an object's siblings whenever an object ends, so that
/// its time grows with the square of a list.
class Bounds : public nlohmann::json_sax<Json> {
public:
  bool null() override { return count(); }
  bool boolean(bool) override { return count(); }
  bool number_integer(number_integer_t) override { return count(); }
  bool number_unsigned(number_unsigned_t) override { return count(); }
  bool number_float(number_float_t, const string_t&) override { return count(); }
  bool string(string_t&) override { return count(); }
  bool binary(binary_t&) override { return count(); }
  bool key(string_t&) override { return count(); }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    if (dynamic_cast<const Json::out_of_range*>(&error))
      throw Error("not JSON that can be used: a number in it is beyond double precision");
    throw Error(fmt::format("not JSON (at byte {})", byte));
  }

private:
  bool count() {
    if (depth_ > deepest) throw Error(fmt::format("nested more than {} deep, expected a config.json", deepest));
    if (++values_ > most_values) throw Error(fmt::format("more than {} values, expected a config.json", most_values));
    return true;
  }
  bool open() { return count() && ++depth_ > 0; }
  bool close() { return depth_-- > 0; }

  std::size_t depth_ = 0, values_ = 0;
};

/// Python's json writes and reads Infinity, -Infinity and NaN, which JSON does not have. Outside strings they become
/// strings: where such a value is asked for a number, the sentence names it. Nothing where there is none.
std::optional<std::string> without_python_numbers(std::string_view text) {
  std::string result;
  std::size_t copied = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\')
      ++i; // whatever is escaped
    else if (text[i] == '"')
      in_string = !in_string;
    if (in_string || i >= text.size()) continue;
    for (const std::string_view word : {"-Infinity", "Infinity", "NaN"})
      if (text.substr(i).starts_with(word)) {
        result.append(text.substr(copied, i - copied)).append(1, '"').append(word).append(1, '"');
        i += word.size() - 1;
        copied = i + 1;
        break;
      }
  }
  if (copied == 0) return std::nullopt;
  return result.append(text.substr(copied));
}

} // namespace

Json parse_json(std::string_view given) {
  const std::optional<std::string> replaced = without_python_numbers(given);
  const std::string_view text = replaced ? std::string_view(*replaced) : given;
  // Twice over the text: first to refuse, without taking memory, then to make the tree.
  Bounds bounds;
  Json::sax_parse(text, &bounds);
  // The parser takes a zero byte for the end, whatever comes behind it.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
    throw Error(fmt::format("not JSON (at byte {})", zero + 1));
  return Json::parse(text);
}

std::string excerpt(const Json& value) {
  if (value.is_array()) return "a list"; // dump() of deep nesting would exhaust the stack
  if (value.is_object()) return "an object";
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= 40) return text;
  // Forty bytes with the ellipsis, which takes three.
  text.resize(37);
  while (!text.empty() && (text.back() & 0x80)) text.pop_back(); // no half characters
  return text + "…";
}

const Json* present(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

double as_number(const Json& value, std::string_view where) {
  if (!value.is_number()) throw Error(fmt::format("{} is {}, expected a number", where, excerpt(value)));
  return value.get<double>();
}

std::int64_t as_integer(const Json& value, std::string_view where) {
  const double number = as_number(value, where);
  // By double, as some files write 4096.0. Up to 2⁵³ doubles hold every integer.
  if (number != std::floor(number) || std::abs(number) > 0x1p53)
    throw Error(fmt::format("{} is {}, expected an integer", where, excerpt(value)));
  return static_cast<std::int64_t>(number);
}

bool as_bool(const Json& value, std::string_view where) {
  if (value.is_null()) return false;
  if (value.is_boolean()) return value.get<bool>();
  // As Python's truth of a number.
  if (value.is_number()) return value.get<double>() != 0;
  throw Error(fmt::format("{} is {}, expected true or false", where, excerpt(value)));
}

std::optional<double> as_optional(const Json& value, std::string_view where) {
  return value.is_null() ? std::nullopt : std::optional(as_number(value, where));
}

} // namespace ropescope
