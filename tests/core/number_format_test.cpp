#include "core/number_format.h"

#include <bit>
#include <cmath>

#include <doctest/doctest.h>

#include "tests/golden.h"

using namespace ropescope;

namespace {

constexpr NumberFormat float8_formats[] = {NumberFormat::float8_e4m3, NumberFormat::float8_e5m2};

} // namespace

TEST_CASE("float8: every bit pattern comes back from its float, a NaN as a NaN of the same sign") {
  for (const NumberFormat format : float8_formats)
    for (int pattern = 0; pattern < 256; ++pattern) {
      const auto bits = static_cast<std::uint8_t>(pattern);
      const float number = float_from_float8(format, bits);
      CAPTURE(number_format_name(format));
      CAPTURE(pattern);
      CHECK(std::signbit(number) == (pattern >= 128));
      if (std::isnan(number))
        CHECK(std::isnan(float_from_float8(format, float8_from_float(format, number))));
      else
        CHECK(float8_from_float(format, number) == bits);
      if (std::isfinite(number)) CHECK(std::abs(number) <= properties_of(format).greatest);
    }
}

TEST_CASE("float8: numbers round to the nearest, ties to even, and overflow as ml_dtypes converts them") {
  test::for_each_golden("float8", [](const test::Json& file) {
    const NumberFormat format = number_format_from_name(file.at("format").get<std::string>()).value();
    const auto from = file.at("float32_bits").get<std::vector<std::uint32_t>>();
    const auto to = file.at("bits").get<std::vector<std::uint8_t>>();
    REQUIRE(from.size() == to.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      const float number = std::bit_cast<float>(from[i]);
      CAPTURE(number);
      const float expected = float_from_float8(format, to[i]);
      if (std::isnan(expected)) {
        CHECK(std::isnan(rounded(format, number)));
        CHECK(std::isnan(float_from_float8(format, float8_from_float(format, number))));
        CHECK((float8_from_float(format, number) & 0x80) == (to[i] & 0x80));
      } else {
        CHECK(float8_from_float(format, number) == to[i]);
        CHECK(std::bit_cast<std::uint32_t>(rounded(format, number)) == std::bit_cast<std::uint32_t>(expected));
      }
    }
    const auto back = file.at("decoded_float32_bits").get<std::vector<std::uint32_t>>();
    REQUIRE(back.size() == 256);
    for (std::size_t bits = 0; bits < 256; ++bits) {
      const float expected = std::bit_cast<float>(back[bits]);
      const float number = float_from_float8(format, static_cast<std::uint8_t>(bits));
      CHECK((std::isnan(expected) ? std::isnan(number) : std::bit_cast<std::uint32_t>(number) == back[bits]));
    }
  });
}

TEST_CASE("what a format is said to hold is what its conversion keeps: spacing, greatest, smallest") {
  for (const NumberFormat format : all_number_formats) {
    if (!fits_float32(format)) continue;
    const NumberProperties of = properties_of(format);
    CAPTURE(of.name);
    const auto kept = [&](double number) {
      return static_cast<double>(rounded(format, static_cast<float>(number))) == number;
    };
    CHECK(of.spacing == std::ldexp(1.0, 1 - of.precision));
    CHECK(kept(of.greatest));
    CHECK(kept(of.smallest));
    CHECK(kept(1 + of.spacing));
    if (format == NumberFormat::float32) continue; // a float has nothing between
    CHECK(!kept(1 + of.spacing / 2));
    CHECK(!kept(of.smallest / 2));
    CHECK(rounded(format, static_cast<float>(of.smallest / 2)) == 0); // a tie, to even
    CHECK(
        !std::isfinite(rounded(format, std::nextafter(static_cast<float>(of.greatest * (1 + of.spacing)), INFINITY))));
    CHECK(number_format_from_name(of.name) == format);
  }
}
