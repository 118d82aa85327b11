#pragma once
#include <string>

namespace ropescope::canvas {

/// Appends a character of Unicode, 0 … 0x10ffff.
inline void append_utf8(std::string& to, char32_t code) {
  const auto byte = [&](char32_t value) { to += static_cast<char>(static_cast<unsigned char>(value)); };
  // The bytes that go on, six bits each, after a first one that says how many there are.
  const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr char32_t first[] = {0, 0xc0, 0xe0, 0xf0};
  byte(first[more] | code >> (6 * more));
  for (int i = more - 1; i >= 0; --i) byte(0x80 | (code >> (6 * i) & 0x3f));
}

} // namespace ropescope::canvas
