#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "core/lecture/lecture.h"
#include "tests/sanitizers.h"

using namespace ropescope::lecture;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A few bytes replaced, left out, doubled or moved.
std::string mutated(std::string text, std::mt19937_64& random) {
  const auto place = [&] { return static_cast<std::size_t>(random() % text.size()); };
  for (std::uint64_t changes = 1 + random() % 4; changes > 0 && text.size() > 8; --changes) {
    const std::size_t at = place(), length = std::min<std::size_t>(1 + random() % 40, text.size() - at);
    constexpr std::string_view bits[] = {"\"", "{",  "}",  "[",    "]",    ",",    ":", "0", "-", "1e999",
                                         "*",  "${", "\\", "\x01", "\xff", "null", "(", "'", "~", "//"};
    switch (random() % 4) {
    case 0: text.erase(at, length); break;
    case 1: text.insert(place(), text.substr(at, length)); break;
    case 2: text.insert(at, bits[random() % std::size(bits)]); break;
    default: text[at] = static_cast<char>(random()); break;
    }
  }
  return text;
}

} // namespace

TEST_CASE("ten thousand lectures with wrong bytes are read to an end, each fault at a line that the file has") {
  std::vector<std::string> texts;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(ROPESCOPE_TEST_SOURCES) / "assets/lectures"))
    texts.push_back(text_of(entry.path()));
  std::sort(texts.begin(), texts.end());
  REQUIRE(texts.size() >= 3);
  std::mt19937_64 random(16);
#ifdef ROPESCOPE_SANITIZED
  const int count = 300;
#else
  const int count = 10000;
#endif
  int unreadable = 0;
  for (int i = 0; i < count; ++i) {
    const std::string text = mutated(texts[random() % texts.size()], random);
    const Lecture lecture = read_lecture(text);
    const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
    for (const Trouble& trouble : lecture.troubles) {
      const bool in_file = trouble.line >= 1 && trouble.line <= lines;
      if (!in_file) FAIL("line ", trouble.line, " of ", lines, ": ", trouble.words);
    }
    if (!lecture.readable) {
      ++unreadable;
      if (lecture.troubles.empty()) FAIL("a file that cannot be read, and nobody says why");
    }
  }
  CHECK(unreadable > count / 10); // the changes do reach the file
}
