#include "core/float16.h"

#include <bit>
#include <cmath>

#include <doctest/doctest.h>

using namespace ropescope;

TEST_CASE("half precision: every bit pattern survives the way through float and back") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = float_from_half(half);
    if (std::isnan(value))
      CHECK(std::isnan(float_from_half(half_from_float(value))));
    else
      CHECK(half_from_float(value) == half);
  }
}

TEST_CASE("half precision: numbers between two halves round to the nearest, ties to even") {
  struct Edge {
    float value;
    std::uint16_t bits;
  };
  const Edge edges[] = {
      {1.0f + 0x1p-11f, 0x3c00}, // tie, down to even
      {1.0f + 0x3p-11f, 0x3c02}, // tie, up to even
      {std::nextafter(1.0f + 0x1p-11f, 2.0f), 0x3c01},
      {65519.0f, 0x7bff}, // the greatest that stays finite
      {65520.0f, 0x7c00}, // overflow
      {0x1p-25f, 0x0000}, // tie at half the smallest subnormal
      {std::nextafter(0x1p-25f, 1.0f), 0x0001},
      {-0.0f, 0x8000},
  };
  for (const Edge& edge : edges) CHECK(half_from_float(edge.value) == edge.bits);
}

TEST_CASE("bfloat16: every bit pattern survives the way through float and back, NaNs as quiet ones") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto narrow = static_cast<std::uint16_t>(bits);
    const float value = float_from_bfloat16(narrow);
    CHECK(std::bit_cast<std::uint32_t>(value) == bits << 16);
    CHECK(bfloat16_from_float(value) == (std::isnan(value) ? bits | 0x40 : bits));
  }
}

TEST_CASE("bfloat16: numbers between two neighbours round to the nearest, ties to even") {
  struct Edge {
    std::uint32_t bits; ///< of the float
    std::uint16_t rounded;
  };
  const Edge edges[] = {
      {0x3f800000, 0x3f80},                       // 1
      {0x3f808000, 0x3f80},                       // tie, down to even
      {0x3f808001, 0x3f81},                       // just above it
      {0x3f818000, 0x3f82},                       // tie, up to even
      {0x3f817fff, 0x3f81},                       // just below it
      {0xbf818000, 0xbf82},                       // the same with a sign
      {0x3fff8000, 0x4000},                       // tie that carries into the exponent
      {0x7f7f7fff, 0x7f7f},                       // the greatest that stays finite
      {0x7f7f8000, 0x7f80},                       // overflow
      {0xff7fffff, 0xff80},                       // −FLT_MAX overflows
      {0x7f800000, 0x7f80},                       // infinity
      {0xff800000, 0xff80}, {0x00008000, 0x0000}, // tie at half the smallest subnormal
      {0x00008001, 0x0001}, {0x00018000, 0x0002}, // tie between subnormals
      {0x007f8000, 0x0080},                       // tie from the subnormals to the smallest normal
      {0x80000000, 0x8000},                       // −0
  };
  for (const Edge& edge : edges) CHECK(bfloat16_from_float(std::bit_cast<float>(edge.bits)) == edge.rounded);
}

TEST_CASE("bfloat16: a NaN whose payload lies in the lower bits alone does not become infinity") {
  CHECK(bfloat16_from_float(std::bit_cast<float>(0x7f800001u)) == 0x7fc0);
  CHECK(bfloat16_from_float(std::bit_cast<float>(0xff800001u)) == 0xffc0);
  CHECK(bfloat16_from_float(std::bit_cast<float>(0x7fffffffu)) == 0x7fff);
}
