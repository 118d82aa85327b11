// Text that the file of a picture carries: what was put in comes out, and what others did to the file is said.

#include "app/canvas/carried.h"

#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/canvas/pdf_text.h"
#include "app/canvas/png.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/text.h"
#include "tests/scratch.h"

using namespace ropescope;
using namespace ropescope::canvas;

namespace {

std::string small_png() {
  const std::vector<std::uint8_t> rgb{255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7};
  return png_bytes(2, 2, rgb, "small");
}

std::string with_text(std::string_view text) {
  std::string png = small_png();
  const CarriedText carried{scene_keyword, text};
  insert_png_texts(png, {&carried, 1});
  return png;
}

/// Characters of every length in UTF-8, and what XML and JSON treat as special.
std::string random_text(std::mt19937& random) {
  constexpr std::string_view parts[] = {"a",       "&",  "<",  ">",    "\"", "'", "]]>", "&amp;", "</metadata>",
                                        "\\u0000", "\t", "\n", "\r\n", "é",  "θ", "∑",   "𝜃",     "\xef\xbf\xbd",
                                        " ",       "{}"};
  std::string text;
  for (unsigned i = random() % 40; i > 0; --i) text += parts[random() % std::size(parts)];
  return text;
}

std::string error_of(const std::string& bytes) {
  try {
    read_carried_scene(bytes, "a.png");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A chunk of a PNG file, its checksum by the plain definition of CRC-32, a bit at a time.
std::string chunk_of(std::string_view type, const std::string& bytes) {
  std::string chunk = std::string(type) + bytes;
  std::uint32_t rest = 0xffffffffu;
  for (const char byte : chunk) {
    rest ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) rest = rest & 1 ? rest >> 1 ^ 0xedb88320u : rest >> 1;
  }
  const auto number = [](std::uint32_t value) {
    std::string four;
    for (int shift = 24; shift >= 0; shift -= 8) four += static_cast<char>(static_cast<unsigned char>(value >> shift));
    return four;
  };
  return number(static_cast<std::uint32_t>(bytes.size())) + chunk + number(~rest);
}

std::string with_chunk(std::string_view type, const std::string& bytes) {
  return small_png().insert(33, chunk_of(type, bytes));
}

} // namespace

TEST_CASE("a text of PDF comes back, whichever of its two forms a program writes") {
  CHECK(text_of_pdf("(a b)/X") == "a b");
  CHECK(text_of_pdf("(a \\(b\\) \\\\ \\n (c))") == "a (b) \\ \n (c)");
  CHECK(text_of_pdf("<feff 0061 03b8\n D835DF03>") == "aθ𝜃");
  CHECK(text_of_pdf("<FEFF>") == "");
  for (const char* none :
       {"", "x", "(a", "(a\\)", "<FEFF0061", "<FEFF006>", "<FEFF00 61x>", "<FEFFD835>", "<FEFFDF03>", "<FEFF00>"}) {
    CAPTURE(none);
    CHECK(!text_of_pdf(none));
  }
}

TEST_CASE("of keywords in a PDF the last that are ours count, and damaged ones are said") {
  const auto scene = [](std::string pdf) { return read_carried_scene("%PDF-1.4\n" + pdf, "a.pdf"); };
  CHECK(scene("/Keywords (ropescope-scene {1}) /Keywords (ropescope-scene {2})") == "{2}");
  CHECK(scene("/Keywords (ropescope-scene {1}) /Keywords (rope, scope)") == "{1}");
  CHECK(!scene("/Keywords (ropescope-scenes {1})"));
  CHECK(!scene("stream"));
  CHECK_THROWS_AS(scene("/Keywords (ropescope-scene {1}"), Error);
}

TEST_CASE("a PNG file gives back every text that it carries, and is the same file without them") {
  std::mt19937 random(11);
  for (int round = 0; round < 100; ++round) {
    const std::string one = random_text(random), two = random_text(random);
    const CarriedText texts[] = {{"another", one}, {scene_keyword, two}};
    std::string png = small_png();
    insert_png_texts(png, texts);
    CHECK(read_png_text(png, "another", "a.png") == one);
    CHECK(read_png_text(png, scene_keyword, "a.png") == two);
    CHECK(read_carried_scene(png, "a.png") == two);
    CHECK(!read_png_text(png, "ropescope", "a.png")); // a part of a keyword is another one
    CHECK(png.erase(33, png.size() - small_png().size()) == small_png());
  }
  CHECK(!read_carried_scene(small_png(), "a.png"));
}

TEST_CASE("a PNG file is written with its texts in it") {
  const test::Scratch scratch;
  const std::vector<std::uint8_t> rgb(3 * 4 * 5, 77);
  const CarriedText text{scene_keyword, R"({"model": "θ"})"};
  write_png(scratch.path / "a.png", 4, 5, rgb, {&text, 1});
  CHECK(read_carried_scene(read_file(scratch.path / "a.png", 10000), "a.png") == text.text);
  write_png(scratch.path / "b.png", 4, 5, rgb);
  CHECK(read_file(scratch.path / "b.png", 10000) == png_bytes(4, 5, rgb, "b.png"));
}

TEST_CASE("a PNG file cut anywhere or changed in any byte gives its text, none or a sentence, never another text") {
  const std::string text = R"({"base": 10000})", whole = with_text(text);
  const auto check = [&](const std::string& bytes) {
    try {
      const auto read = read_png_text(bytes, scene_keyword, "a.png");
      return !read || *read == text;
    } catch (const Error& error) {
      return std::string_view(error.what()).starts_with("a.png: ");
    }
  };
  for (std::size_t end = 0; end < whole.size(); ++end) {
    CAPTURE(end);
    REQUIRE(check(whole.substr(0, end)));
  }
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int change = 1; change < 256; ++change) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      CAPTURE(at);
      REQUIRE(check(bytes));
    }
}

TEST_CASE("what is wrong with a PNG file is said, and where") {
  const std::string whole = with_text("{}");
  std::string lying = whole;
  lying[33] = '\x7f';
  CHECK(error_of(lying) ==
        fmt::format("a.png: its chunk at byte 33 says {} bytes, more than the file has; export the picture again",
                    0x7f000000 + 15 + 5 + 2));
  std::string damaged = whole;
  damaged[50] = '!';
  CHECK(error_of(damaged).find("chunk at byte 33 is damaged") != std::string::npos);
  CHECK(error_of(whole.substr(0, 40)).find("ends within the chunk at byte 33") != std::string::npos);
  CHECK(error_of(small_png().substr(0, 33)).find("ends before the chunk IEND") != std::string::npos);
  CHECK_THROWS_AS(read_png_text("GIF89a", scene_keyword, "a.png"), Error);

  const auto ours = [](std::string_view behind_keyword) { return std::string(scene_keyword).append(behind_keyword); };
  using namespace std::string_literals;
  CHECK(error_of(with_chunk("iTXt", ours("\0\1\0\0\0x\x9c"s))).find("is compressed") != std::string::npos);
  for (const std::string& short_one : {"\0"s, "\0\0"s, "\0\0\0"s, "\0\0\0en"s, "\0\0\0en\0name"s})
    CHECK(error_of(with_chunk("iTXt", ours(short_one))).find("ends too early") != std::string::npos);
  // A language and a keyword in it may be there.
  CHECK(read_carried_scene(with_chunk("iTXt", ours("\0\0\0en\0scene\0{}"s)), "a.png") == "{}");
  // Texts under other names, and other kinds of text, are nobody's business.
  CHECK(!read_carried_scene(with_chunk("iTXt", "Comment\0\1\0\0\0x\x9c"s), "a.png"));
  CHECK(!read_carried_scene(with_chunk("tEXt", ours("\0{}"s)), "a.png"));
  CHECK(!read_carried_scene(with_chunk("iTXt", ours("")), "a.png"));
  CHECK(!read_carried_scene(with_chunk("iTXt", ""), "a.png"));
}

TEST_CASE("an SVG file gives back the text that it carries") {
  std::mt19937 random(12);
  for (int round = 0; round < 200; ++round) {
    const std::string text = random_text(random);
    std::string svg = "\n<svg><metadata>other</metadata><metadata-of-another/>";
    append_svg_metadata(svg, {scene_keyword, text});
    svg += "<metadata id=\"z\">more</metadata></svg>";
    CHECK(read_carried_scene(svg, "a.svg") == text);
    CHECK(read_svg_metadata(svg, "z", "a.svg") == "more");
    CHECK(!read_svg_metadata(svg, "y", "a.svg"));
  }
  // What XML cannot hold becomes a mark in its place.
  std::string svg;
  append_svg_metadata(svg, {scene_keyword, std::string_view("a\0b\x1b\xff\xc3(\xed\xa0\x80\xef\xbf\xbf.", 14)});
  const auto read = read_carried_scene(svg, "a.svg");
  const std::string mark = "\xef\xbf\xbd";
  CHECK(read == "a" + mark + "b" + mark + mark + mark + "(" + mark + mark + mark + mark + ".");
}

TEST_CASE("an SVG file that another program wrote again still gives its text") {
  CHECK(read_carried_scene("\xef\xbb\xbf <?xml version='1.0'?><svg>\n<metadata\n   class='x'\n   "
                           "id='ropescope-scene'\n>{&quot;m&apos;&#34;&#x22;&#x3b8;: 1}</metadata ></svg>",
                           "a.svg") == "{\"m'\"\"θ: 1}");
  CHECK(read_carried_scene("<svg><metadata id=\"ropescope-scene\"/></svg>", "a.svg") == "");
  for (const char* other : {"", " \n", "{}", "<", "<svg/>", "<metadata", "<metadata>", "{\"<metadata\": 1}"})
    CHECK(!read_carried_scene(other, "a.svg"));
}

TEST_CASE("metadata of an SVG file that is not text is refused by a sentence") {
  const std::string opening = "<metadata id=\"ropescope-scene\">";
  CHECK_THROWS_WITH(read_carried_scene(opening + "{}", "a.svg"),
                    "a.svg: its <metadata> ropescope-scene does not end; export the picture again");
  for (const char* content : {"<rdf/>", "&", "&nbsp;", "&#;", "&#x;", "&#0;", "&#x110000;", "&#xd800;", "&#-1;",
                              "&#1 ;", "&amp", "&#99999999999999999999;", "&#xfffe;"}) {
    CAPTURE(content);
    CHECK_THROWS_WITH(read_carried_scene(fmt::format("{}{}</metadata>", opening, content), "a.svg"),
                      "a.svg: its <metadata> ropescope-scene holds more than text; export the picture again");
  }
}

TEST_CASE("an SVG file cut anywhere or changed in any byte never ends the program") {
  std::string whole = "<svg>";
  append_svg_metadata(whole, {scene_keyword, "{\"θ\": \"<&>\"}\r"});
  whole += "</svg>";
  const auto read = [](const std::string& bytes) {
    try {
      read_carried_scene(bytes, "a.svg");
    } catch (const Error&) {
    }
  };
  for (std::size_t end = 0; end < whole.size(); ++end) read(whole.substr(0, end));
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int change = 1; change < 256; ++change) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      read(bytes);
    }
  CHECK(read_carried_scene(whole, "a.svg") == "{\"θ\": \"<&>\"}\r");
}
