// What `render` writes, of every picture: the rows are iterated, so that a new one is held to the same.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/canvas/carried.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "core/io/file.h"
#include "tests/app/xml.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

std::string read(const test::Scratch& scratch, const char* name) {
  return read_file(scratch.path / name, std::uintmax_t{1} << 26);
}

test::Outcome render(const test::Scratch& scratch, const std::string& arguments) {
  return test::run_program(scratch, "render " + arguments);
}

} // namespace

TEST_CASE("every picture is written as SVG: well formed, its words as text, as large as it was asked for") {
  const test::Scratch scratch;
  for (const Picture* picture : all_pictures()) {
    CAPTURE(picture->name);
    REQUIRE(
        render(scratch, fmt::format("--picture {} --size 1000x700 --theme paper --out a.svg", picture->name)).status ==
        0);
    const test::Element svg = test::read_xml(read(scratch, "a.svg"));
    CHECK(svg.name == "svg");
    CHECK(svg.number("width") == 1000);
    CHECK(svg.number("height") == 700);
    // The picture's title, or of one alone without a title its numbers, are to be found by a search of the text.
    std::string words;
    for (const test::Element& text : svg.all("text")) words += text.text + '\n';
    CAPTURE(words);
    CHECK(words.size() > 40);
  }
}

TEST_CASE("the overview on paper has its two tokens, and neither the bar, the panel nor words to click on") {
  const test::Scratch scratch;
  const auto words = [&](const char* theme) {
    REQUIRE(render(scratch, fmt::format("--picture overview --pose m=4321 --theme {} --out a.svg", theme)).status == 0);
    std::string all;
    for (const test::Element& text : test::read_xml(read(scratch, "a.svg")).all("text")) all += text.text + '\n';
    return all;
  };
  const std::string window = words("light"), paper = words("paper");
  // What only a window can have, each found there, so that a changed word is noticed.
  for (const char* control : {"Export", "CONTEXT EXTENSION", "log scale", "drag either one"}) {
    CAPTURE(control);
    CHECK(window.find(control) != std::string::npos);
    CHECK(paper.find(control) == std::string::npos);
  }
  CHECK(paper.find("query m = 4 321") != std::string::npos);
  CHECK(paper.find("key n = 100") != std::string::npos);
}

TEST_CASE("a picture's file draws the same bytes again, as PNG, as SVG and as PDF, whatever was chosen") {
  const test::Scratch scratch;
  for (const Picture* picture : all_pictures())
    for (const char* ending : {"png", "svg", "pdf"}) {
      CAPTURE(picture->name);
      CAPTURE(ending);
      const std::string asked = fmt::format("--picture {} --model llama-3.1-8b --scheme yarn --factor 4 --pose m=999 "
                                            "--pose score.x=10,5000 --pose wavelengths.hidden=linear --theme light "
                                            "--size 900x600 --scale 1.5 --bare --out a.{}",
                                            picture->name, ending);
      REQUIRE(render(scratch, asked).status == 0);
      REQUIRE(render(scratch, fmt::format("--scene a.{0} --out b.{0}", ending)).status == 0);
      CHECK(read(scratch, fmt::format("a.{}", ending).c_str()) == read(scratch, fmt::format("b.{}", ending).c_str()));
    }
}

TEST_CASE("a picture's file carries its scene, which is that scene again") {
  const test::Scratch scratch;
  REQUIRE(render(scratch, "--picture score --pose model=gemma-3-4b --pose m=5000 --out a.png").status == 0);
  const auto json = canvas::read_carried_scene(read(scratch, "a.png"), "a.png");
  REQUIRE(json);
  const Scene scene = scene_from_json(*json, "a.png");
  CHECK(scene.model.origin == "gemma-3-4b");
  CHECK(scene.m == 5000);
  CHECK(scene.view == "score");
  CHECK(read_drawn_as(*json, "a.png") == DrawnAs{"score", {1600, 1000}, 1, false});
  write_file(scratch.path / "scene.json", *json);
  REQUIRE(render(scratch, "--scene scene.json --out b.png").status == 0);
  CHECK(read(scratch, "a.png") == read(scratch, "b.png"));
}

TEST_CASE("every picture with columns writes a table: comments, names, and as many numbers in each line") {
  const test::Scratch scratch;
  for (const Picture* picture : all_pictures()) {
    if (!picture->columns) continue;
    CAPTURE(picture->name);
    REQUIRE(render(scratch, fmt::format("--picture {} --pose compare=linear,yarn --out a.csv", picture->name)).status ==
            0);
    const std::string text = read(scratch, "a.csv");
    CHECK(text.starts_with(fmt::format("# picture: {}\n", picture->name)));
    std::size_t commas = 0, lines = 0;
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
      end = text.find('\n', begin);
      REQUIRE(end != std::string::npos);
      const std::string line = text.substr(begin, end - begin);
      if (line.starts_with("#")) continue;
      const auto here = static_cast<std::size_t>(std::count(line.begin(), line.end(), ','));
      if (lines++ == 0) commas = here;
      CHECK(here == commas);
    }
    CHECK(lines > 20);
  }
}

TEST_CASE("a column is named by its scheme, the one in force first, none last") {
  const test::Scratch scratch;
  REQUIRE(render(scratch, "--picture wavelengths --model llama-2-7b --scheme yarn --factor 8 --pose compare=ntk,linear "
                          "--out a.csv")
              .status == 0);
  CHECK(read(scratch, "a.csv")
            .find("\npair,yarn_wavelength,yarn_ratio,linear_wavelength,linear_ratio,ntk_wavelength,"
                  "ntk_ratio,none_wavelength,none_ratio\n") != std::string::npos);
}

TEST_CASE("--list names every picture and --list-keys every key, with what it may be") {
  const test::Scratch scratch;
  const std::string list = render(scratch, "--list").out, keys = render(scratch, "--list-keys").out;
  for (const Picture* picture : all_pictures())
    CHECK(("\n" + list).find(fmt::format("\n{} ", picture->name)) != std::string::npos);
  for (const Property* row : all_properties())
    CHECK(("\n" + keys).find(fmt::format("\n{} ", row->key)) != std::string::npos);
  CHECK(keys.find("0 … 16 777 215 tokens") != std::string::npos);
}

TEST_CASE("a scene that cannot be is refused with the file's name, and nothing is written") {
  const test::Scratch scratch;
  write_file(scratch.path / "a.json", R"({"ropescope": 1, "m": -5})");
  const test::Outcome bad = render(scratch, "--picture score --scene a.json --out a.png");
  CHECK(bad.status == 2);
  CHECK(bad.err.find("a.json") != std::string::npos);
  CHECK(bad.err.find("m: -5") != std::string::npos);
  CHECK(!std::filesystem::exists(scratch.path / "a.png"));
  write_file(scratch.path / "b.json", R"({"head_dim": 64, "rope_theta": 10000})");
  CHECK(render(scratch, "--picture score --scene b.json --out a.png").status == 2);
  CHECK(render(scratch, "--picture score --pose scheme=yearn --out a.png").status == 2);
  CHECK(render(scratch, "--picture score --pose m=3 --out a.gif").status == 2);
}
