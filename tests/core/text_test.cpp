#include "core/text.h"

#include <string>

#include <doctest/doctest.h>

using namespace ropescope;

namespace {

std::string utf8(char32_t code) {
  std::string bytes;
  if (code < 0x80) return {static_cast<char>(code)};
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
  bytes += static_cast<char>(lead[more] | code >> 6 * more);
  for (int i = more - 1; i >= 0; --i) bytes += static_cast<char>(0x80 | (code >> 6 * i & 0x3f));
  return bytes;
}

/// Appended piece by piece: GCC 12 warns of `"a" + std::string()` where it inlines it.
std::string between(const std::string& middle) {
  std::string text = "a";
  text += middle;
  text += 'b';
  return text;
}

} // namespace

TEST_CASE("printable text keeps letters of every script, and nothing that a terminal obeys") {
  CHECK(printable("plain ×−Δθ 漢字 é 🙂 שלום") == "plain ×−Δθ 漢字 é 🙂 שלום");
  for (char32_t code = 0; code < 0x20; ++code) CHECK(printable(between(utf8(code))) == "a?b");
  for (char32_t code = 0x7f; code < 0xa0; ++code) CHECK(printable(between(utf8(code))) == "a?b"); // DEL, C1
  for (const char32_t code : {0x61cu, 0x200eu, 0x200fu, 0x202au, 0x202eu, 0x2066u, 0x2069u, 0x2028u, 0x2029u, 0xe0041u})
    CHECK(printable(utf8(code)) == "?");
}

TEST_CASE("what comes out printable is UTF-8 whatever bytes go in, and stays as it is the second time") {
  CHECK(printable("\xff") == "?");
  CHECK(printable("a\x9b") == "a?");              // a C1 control of an 8-bit terminal
  CHECK(printable("\xc0\xaf") == "??");           // overlong
  CHECK(printable("\xed\xa0\x80") == "???");      // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == "????"); // beyond U+10FFFF
  CHECK(printable("\xe2\x82") == "??");           // cut off
  std::string all;
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second), 'z'};
      const std::string shown = printable(bytes);
      CHECK(printable(shown) == shown);
      CHECK(shown.back() == 'z');
    }
}

TEST_CASE("a quoted text is at most 60 bytes of the original, without half characters") {
  CHECK(in_quotes("short") == "\"short\"");
  CHECK(in_quotes(std::string(60, 'x')) == "\"" + std::string(60, 'x') + "\"");
  CHECK(in_quotes(std::string(61, 'x')) == "\"" + std::string(60, 'x') + "…\"");
  CHECK(in_quotes(std::string(59, 'x') + "é") == "\"" + std::string(59, 'x') + "…\"");
  CHECK(in_quotes("\x1b[31m") == "\"?[31m\"");
}
