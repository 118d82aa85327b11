#include "core/analysis/head_source.h"

#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/rope/phase.h"
#include "core/text.h"
#include "core/word_vector.h"

namespace ropescope {

namespace {

constexpr std::string_view expected =
    R"(expected ones, word:W, random:N, same:C, or {"file": "q.npy", "row": 3, "head": 0})";

[[noreturn]] void refuse(std::string_view text) { throw Error(fmt::format("{}: {}", printable(text), expected)); }

std::int64_t whole(std::string_view text, std::string_view all) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr std::int64_t greatest = std::int64_t{1} << 31; // as positions
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > greatest) refuse(all);
  return number;
}

HeadSource numbered(HeadSource::Kind kind, std::int64_t number) {
  HeadSource source;
  source.kind = kind;
  source.number = number;
  return source;
}

HeadSource named(HeadSource::Kind kind, std::string word) {
  HeadSource source;
  source.kind = kind;
  source.word = std::move(word);
  return source;
}

HeadSource file_source(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("file") || !json["file"].is_string()) refuse(text);
  HeadSource source = named(HeadSource::Kind::file, json["file"].get<std::string>());
  for (const auto& [key, value] : json.items()) {
    if (key == "file") continue;
    if ((key != "row" && key != "head") || !value.is_number_integer() || value.get<double>() < 0) refuse(text);
    (key == "row" ? source.row : source.head) = value.get<std::int64_t>();
  }
  return source;
}

bool begins(std::string_view& text, std::string_view with) {
  if (!text.starts_with(with)) return false;
  text.remove_prefix(with.size());
  return true;
}

} // namespace

HeadSource parse_head_source(std::string_view text) {
  std::string_view rest = text;
  if (text == "ones") return {};
  if (text.starts_with("{")) return file_source(text);
  if (begins(rest, "word:") && !rest.empty()) return named(HeadSource::Kind::word, std::string(rest));
  if (begins(rest, "random:")) return numbered(HeadSource::Kind::random, whole(rest, text));
  if (begins(rest, "same:")) return numbered(HeadSource::Kind::same, whole(rest, text));
  refuse(text);
}

std::string head_source_text(const HeadSource& source) {
  switch (source.kind) {
  case HeadSource::Kind::word: return "word:" + source.word;
  case HeadSource::Kind::random: return fmt::format("random:{}", source.number);
  case HeadSource::Kind::same: return fmt::format("same:{}", source.number);
  case HeadSource::Kind::file: {
    nlohmann::ordered_json json{{"file", source.word}, {"row", source.row}, {"head", source.head}};
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  case HeadSource::Kind::ones: break;
  }
  return "ones";
}

std::vector<double> head_of_array(const Array& array, const HeadSource& source, std::int64_t head_dim) {
  const auto refuse_file = [&](const std::string& why) { throw Error(fmt::format("{}: {}", source.word, why)); };
  if (array.shape.empty() || array.shape.back() != head_dim)
    refuse_file(fmt::format("the last axis has {} components, expected head_dim {}",
                            array.shape.empty() ? 0 : array.shape.back(), head_dim));
  if (array.holds_integers()) refuse_file("holds integers, expected the numbers of a query or a key");
  const std::int64_t tokens = array.shape.size() > 1 ? array.shape[array.shape.size() - 2] : 1,
                     heads = tokens > 0 ? array.size() / head_dim / tokens : 0;
  if (source.row >= tokens)
    refuse_file(fmt::format("row {}: expected 0 … {}, the tokens of axis −2", source.row, tokens - 1));
  if (source.head >= heads)
    refuse_file(
        fmt::format("head {}: expected 0 … {}, counted over all axes before the tokens", source.head, heads - 1));
  std::vector<double> numbers;
  const std::int64_t first = (source.head * tokens + source.row) * head_dim;
  for (std::int64_t i = 0; i < head_dim; ++i) numbers.push_back(array.number(first + i));
  for (const double x : numbers)
    if (!std::isfinite(x))
      refuse_file(fmt::format("row {} of head {} holds a number that is not finite", source.row, source.head));
  return numbers;
}

namespace {

using Pairs = std::vector<std::complex<double>>;

Pairs own_pairs(const HeadSource& source, char letter, const PairLayout& layout, std::int64_t head_dim,
                std::int64_t pairs, std::span<const double> file) {
  std::string word = source.word;
  switch (source.kind) {
  case HeadSource::Kind::random: word = fmt::format("{}{}", letter, source.number); [[fallthrough]];
  case HeadSource::Kind::word: return pairs_of_head(layout, pairs, word_vector(word, head_dim));
  case HeadSource::Kind::file: return pairs_of_head(layout, pairs, file);
  default: return Pairs(static_cast<std::size_t>(pairs), {1, 0});
  }
}

Pairs turned_on(Pairs numbers, std::span<const std::uint64_t> turns, std::int64_t tokens) {
  return turned(numbers, turns, tokens);
}

} // namespace

HeadPair head_pair(const HeadSource& query, const HeadSource& key, const PairLayout& layout, std::int64_t head_dim,
                   std::span<const std::uint64_t> turns, std::span<const double> query_file,
                   std::span<const double> key_file) {
  using Kind = HeadSource::Kind;
  const auto pairs = static_cast<std::int64_t>(turns.size());
  HeadPair head{.query = own_pairs(query, 'q', layout, head_dim, pairs, query_file),
                .key = own_pairs(key, 'k', layout, head_dim, pairs, key_file)};
  // The score's pairs are q·conj(k)·e^{jΔθ}: a key turned C tokens on makes them e^{j(Δ − C)θ}, and so does a query
  // that is turned back. Where both are to be the other one, both are ones and the key alone is turned.
  if (key.kind == Kind::same)
    head.key = turned_on(head.query, turns, key.number);
  else if (query.kind == Kind::same)
    head.query = turned_on(head.key, turns, -query.number);
  head.equal = head.query == head.key;
  head.ones = query.kind == Kind::ones && key.kind == Kind::ones;
  return head;
}

} // namespace ropescope
