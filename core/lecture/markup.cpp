#include "core/lecture/markup.h"

#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "core/lecture/expression.h"
#include "core/lecture/similar.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::lecture {

namespace {

constexpr int deepest = 8; // braces within braces

struct Letter {
  std::string_view name, letter;
};
constexpr Letter letters[] = {
    {"alpha", "α"},   {"beta", "β"},  {"gamma", "γ"},  {"delta", "δ"}, {"epsilon", "ε"}, {"zeta", "ζ"},
    {"eta", "η"},     {"theta", "θ"}, {"iota", "ι"},   {"kappa", "κ"}, {"lambda", "λ"},  {"mu", "μ"},
    {"nu", "ν"},      {"xi", "ξ"},    {"pi", "π"},     {"rho", "ρ"},   {"sigma", "σ"},   {"tau", "τ"},
    {"upsilon", "υ"}, {"phi", "φ"},   {"chi", "χ"},    {"psi", "ψ"},   {"omega", "ω"},   {"Gamma", "Γ"},
    {"Delta", "Δ"},   {"Theta", "Θ"}, {"Lambda", "Λ"}, {"Xi", "Ξ"},    {"Pi", "Π"},      {"Sigma", "Σ"},
    {"Phi", "Φ"},     {"Psi", "Ψ"},   {"Omega", "Ω"},  {"cdot", "·"},  {"times", "×"},   {"langle", "⟨"},
    {"rangle", "⟩"},  {"infty", "∞"}, {"approx", "≈"}, {"le", "≤"},    {"ge", "≥"},      {"ne", "≠"},
    {"to", "→"},      {"minus", "−"}, {"sum", "Σ"},    {"sqrt", "√"},  {"in", "∈"},      {"pm", "±"},
};

std::vector<std::string_view> all_roles() {
  std::vector<std::string_view> roles{"q", "k", "ok", "bad"};
  for (const Scheme* scheme : all_schemes()) roles.push_back(scheme->choice());
  return roles;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Reader {
public:
  explicit Reader(std::string_view line) : line_(line) {}

  std::vector<Run> all() {
    until_end(0, false);
    if (state_.bold) throw Error("a \"*\" without its fellow; \"\\*\" is the character itself");
    return std::move(runs_);
  }

private:
  /// As far as the line, or the brace that was opened, goes.
  void until_end(int depth, bool braced) {
    if (depth > deepest) throw Error("braces are nested too deeply");
    while (at_ < line_.size()) {
      const std::string_view rest = line_.substr(at_);
      if (braced && rest[0] == '}') {
        ++at_;
        return;
      }
      if (rest[0] == '*') {
        ++at_;
        state_.bold = !state_.bold;
      } else if (rest.starts_with("_{") || rest.starts_with("^{"))
        shifted(depth, rest[0] == '_' ? Run::Shift::below : Run::Shift::above);
      else if (rest.starts_with("${"))
        number();
      else if (rest[0] == '@' && rest.size() > 1 && is_letter(rest[1]))
        role(depth);
      else if (rest[0] == '\\' && rest.size() > 1)
        escaped();
      else
        add(rest.substr(0, 1)), ++at_;
    }
    if (braced) throw Error("a \"{\" without its \"}\"");
  }

  void add(std::string_view words) {
    Run run = state_;
    if (runs_.empty() || runs_.back().computed || runs_.back().bold != run.bold || runs_.back().shift != run.shift ||
        runs_.back().role != run.role)
      runs_.push_back(std::move(run));
    runs_.back().words += words;
  }

  void shifted(int depth, Run::Shift shift) {
    at_ += 2;
    const Run::Shift before = std::exchange(state_.shift, shift);
    until_end(depth + 1, true);
    state_.shift = before;
  }

  void role(int depth) {
    std::size_t end = at_ + 1;
    while (end < line_.size() && (is_letter(line_[end]) || (line_[end] >= '0' && line_[end] <= '9'))) ++end;
    const std::string_view name = line_.substr(at_ + 1, end - at_ - 1);
    if (end == line_.size() || line_[end] != '{') return add("@"), void(++at_); // an address, no role
    const std::vector<std::string_view> known = all_roles();
    bool found = false;
    for (const std::string_view each : known) found = found || each == name;
    if (!found)
      throw Error(fmt::format("unknown role {}{}", in_quotes(fmt::format("@{}", name)), suggestion(name, known)));
    at_ = end + 1;
    const std::string before = std::exchange(state_.role, std::string(name));
    until_end(depth + 1, true);
    state_.role = before;
  }

  void escaped() {
    const char next = line_[at_ + 1];
    if (!is_letter(next)) {
      add(line_.substr(at_ + 1, 1));
      at_ += 2;
      return;
    }
    std::size_t end = at_ + 1;
    while (end < line_.size() && is_letter(line_[end])) ++end;
    const std::string_view name = line_.substr(at_ + 1, end - at_ - 1);
    std::vector<std::string_view> known;
    for (const Letter& letter : letters) {
      if (letter.name == name) {
        at_ = end;
        return add(letter.letter);
      }
      known.push_back(letter.name);
    }
    throw Error(fmt::format("unknown letter {}{}", in_quotes(fmt::format("\\{}", name)), suggestion(name, known)));
  }

  void number() {
    const std::size_t end = line_.find('}', at_);
    if (end == std::string_view::npos) throw Error("a \"${\" without its \"}\"");
    std::string_view inside = line_.substr(at_ + 2, end - at_ - 2);
    Run run = state_;
    run.computed = true;
    if (const std::size_t colon = inside.rfind(':'); colon != std::string_view::npos) {
      const std::string_view format = inside.substr(colon + 1);
      if (format.size() != 2 || format[0] != '.' || format[1] < '0' || format[1] > '9')
        throw Error(
            fmt::format("{}: expected a number of decimals from .0 to .9, as in ${{score(37):.4}}", in_quotes(format)));
      run.decimals = format[1] - '0';
      inside = inside.substr(0, colon);
    }
    require_expression(inside);
    run.words = inside;
    runs_.push_back(std::move(run));
    at_ = end + 1;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  Run state_; // of the next letter
  std::vector<Run> runs_;
};

} // namespace

std::vector<Run> read_markup(std::string_view line) { return Reader(line).all(); }

SaidPiece take_said(std::string_view& words) {
  const auto is_mark = [&](std::size_t at) {
    return at + 1 < words.size() && (words[at] == '_' || words[at] == '^') && words[at + 1] == '{' &&
           words.find('}', at) != std::string_view::npos;
  };
  std::size_t end = 1;
  if (is_mark(0)) {
    end = words.find('}');
    const SaidPiece piece{words.substr(2, end - 2), words[0] == '_' ? Run::Shift::below : Run::Shift::above};
    words.remove_prefix(end + 1);
    return piece;
  }
  while (end < words.size() && !is_mark(end)) ++end;
  const SaidPiece piece{words.substr(0, end)};
  words.remove_prefix(end);
  return piece;
}

std::vector<Run> read_said(std::string_view words) {
  std::vector<Run> runs;
  while (!words.empty()) {
    const SaidPiece piece = take_said(words);
    if (piece.words.empty()) continue;
    Run run;
    run.words = piece.words;
    run.shift = piece.shift;
    runs.push_back(std::move(run));
  }
  return runs;
}

std::string shown_number(double value, int decimals) { return grouped(value, decimals); }

std::string plain_words(const std::vector<Run>& runs, const std::function<std::string(const Run&)>& number) {
  std::string words;
  for (const Run& run : runs) words += run.computed ? number(run) : run.words;
  return words;
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (c & 0xc0) != 0x80;
  return count;
}

} // namespace ropescope::lecture
