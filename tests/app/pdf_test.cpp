// PDF beside SVG and the screen: the same words, the same light.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <stb/stb_image.h>

#include "app/canvas/carried.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "tests/app/xml.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

std::string read(const test::Scratch& scratch, const std::string& name) {
  return read_file(scratch.path / name, std::uintmax_t{1} << 28);
}

int render(const test::Scratch& scratch, const std::string& arguments) {
  return test::run_program(scratch, "render " + arguments).status;
}

/// One of Poppler's tools, which read PDF without cairo.
void poppler(const test::Scratch& scratch, const std::string& command) {
  const int status = std::system(fmt::format("cd '{}' && {}", scratch.path.string(), command).c_str());
  REQUIRE_MESSAGE(status == 0, "the tests need pdftotext and pdftoppm (Debian: poppler-utils)");
}

std::string without_spaces(std::string text) {
  std::erase_if(text, [](char ch) { return ch == ' ' || ch == '\n' || ch == '\r' || ch == '\f'; });
  return text;
}

/// Pixels of a file of the format PPM, three bytes each, behind "P6 width height 255".
std::string pixels_of_ppm(const std::string& ppm) {
  std::size_t at = 0;
  for (int words = 0; words < 4; ++words) at = ppm.find_first_of(" \n", at) + 1;
  return ppm.substr(at);
}

/// The pixels of a PNG file, three bytes each.
std::string pixels_of_png(const std::string& png) {
  int width = 0, height = 0, channels = 0;
  stbi_uc* pixels = stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(png.data()), static_cast<int>(png.size()),
                                          &width, &height, &channels, 3);
  REQUIRE(pixels);
  std::string all(reinterpret_cast<const char*>(pixels), static_cast<std::size_t>(width * height * 3));
  stbi_image_free(pixels);
  return all;
}

} // namespace

TEST_CASE("a search finds in the PDF of every picture all words that its SVG has") {
  const test::Scratch scratch;
  for (const Picture* picture : all_pictures())
    for (const char* size : {"1100x660", "170x100mm"}) {
      CAPTURE(picture->name);
      CAPTURE(size);
      const std::string asked = fmt::format("--picture {} --theme paper --size {} --out a", picture->name, size);
      REQUIRE(render(scratch, asked + ".svg") == 0);
      REQUIRE(render(scratch, asked + ".pdf") == 0);
      poppler(scratch, "pdftotext -raw a.pdf a.txt"); // raw: in the order of the file
      const std::string found = without_spaces(read(scratch, "a.txt"));
      std::size_t words = 0;
      for (const test::Element& text : test::read_xml(read(scratch, "a.svg")).all("text")) {
        CAPTURE(text.text);
        CHECK(found.find(without_spaces(text.text)) != std::string::npos);
        ++words;
      }
      CHECK(words > 5);
    }
}

TEST_CASE("the PDF of every picture shows what its PNG shows") {
  const test::Scratch scratch;
  for (const Picture* picture : all_pictures())
    for (const char* theme : {"dark", "paper"}) {
      CAPTURE(picture->name);
      CAPTURE(theme);
      const std::string asked = fmt::format("--picture {} --theme {} --size 900x600 --out a", picture->name, theme);
      REQUIRE(render(scratch, asked + ".png") == 0);
      REQUIRE(render(scratch, asked + ".pdf") == 0);
      poppler(scratch, "pdftoppm -r 96 a.pdf > a.ppm"); // a pixel is 1/96 inch
      const std::string of_pdf = pixels_of_ppm(read(scratch, "a.ppm"));
      REQUIRE(of_pdf.size() == 3u * 900 * 600);
      // Two programs smooth edges and letters in two ways: blocks of 10 × 10 pixels have the same light.
      const std::string of_png = pixels_of_png(read(scratch, "a.png"));
      REQUIRE(of_png.size() == of_pdf.size());
      double worst = 0, all = 0;
      for (std::size_t top = 0; top < 600; top += 10)
        for (std::size_t left = 0; left < 900; left += 10) {
          double far = 0;
          for (std::size_t y = top; y < top + 10; ++y)
            for (std::size_t i = 3 * (900 * y + left); i < 3 * (900 * y + left + 10); ++i)
              far += static_cast<unsigned char>(of_png[i]) - static_cast<unsigned char>(of_pdf[i]);
          far = std::abs(far) / 300 / 255;
          worst = std::max(worst, far);
          all += far / 5400;
        }
      CHECK(worst < 0.12);
      CHECK(all < 0.005);
    }
}

TEST_CASE("a PDF is as large as it was asked for, says what it shows, and is the same to the byte twice") {
  const test::Scratch scratch;
  REQUIRE(render(scratch, "--picture score --model llama-3.1-8b --size 85x60mm --theme paper --out a.pdf") == 0);
  REQUIRE(render(scratch, "--picture score --model llama-3.1-8b --size 85x60mm --theme paper --out b.pdf") == 0);
  CHECK(read(scratch, "a.pdf") == read(scratch, "b.pdf"));
  poppler(scratch, "pdfinfo a.pdf > info.txt && pdffonts a.pdf > fonts.txt");
  const std::string info = read(scratch, "info.txt"), fonts = read(scratch, "fonts.txt");
  CAPTURE(info);
  CHECK(info.find("Title:           Score of Llama 3.1 8B, llama3") != std::string::npos);
  CHECK(info.find("Pages:           1") != std::string::npos);
  const std::size_t at = info.find("Page size:");
  REQUIRE(at != std::string::npos);
  double width = 0, height = 0;
  REQUIRE(std::sscanf(info.c_str() + at, "Page size: %lf x %lf pts", &width, &height) == 2);
  CHECK(width == doctest::Approx(85 / 25.4 * 72).epsilon(0.001)); // whole dots of 300 an inch
  CHECK(height == doctest::Approx(60 / 25.4 * 72).epsilon(0.001));
  CAPTURE(fonts);
  CHECK(fonts.find("DejaVuSans") != std::string::npos);
  CHECK(fonts.find(" no ") == std::string::npos); // every font is embedded, a part of it, with its text
}

TEST_CASE("a PDF carries its scene, whatever letters are in it, and is that scene again") {
  const test::Scratch scratch;
  write_file(scratch.path / "θ (é) \\ 𝜃.json",
             R"({"model_type": "llama", "head_dim": 64, "hidden_size": 4096, "num_attention_heads": 64})");
  REQUIRE(render(scratch, "--picture score --config 'θ (é) \\ 𝜃.json' --pose m=5000 --out a.pdf") == 0);
  const auto json = canvas::read_carried_scene(read(scratch, "a.pdf"), "a.pdf");
  REQUIRE(json);
  CHECK(scene_from_json(*json, "a.pdf").m == 5000);
  CHECK(json->find("θ (é) \\\\ 𝜃.json") != std::string::npos);
  REQUIRE(render(scratch, "--scene a.pdf --out a.png") == 0);
  CHECK(canvas::read_carried_scene(read(scratch, "a.png"), "a.png") == json);
}
