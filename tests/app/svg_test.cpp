// The SVG file beside the screen: the same shapes at the same places, in a file that every viewer can read.

#include "app/canvas/svg_painter.h"

#include <functional>
#include <limits>
#include <locale>
#include <numbers>
#include <random>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/canvas/canvas.h"
#include "app/canvas/carried.h"
#include "app/canvas/png.h"
#include "tests/app/sheet.h"
#include "tests/app/svg_raster.h"
#include "tests/app/xml.h"

using namespace ropescope;
using namespace ropescope::canvas;

namespace {

constexpr ImU32 white = IM_COL32_WHITE, half_red = IM_COL32(255, 0, 0, 128);
constexpr double turn = 2 * std::numbers::pi;
constexpr float no_number = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();

/// The shapes of a file, without the ground, which comes first.
std::vector<test::Element> shapes(const std::string& svg) {
  std::vector<test::Element> found;
  test::read_xml(svg).walk([&](const test::Element& e, const auto& above) {
    const bool defined = !above.empty() && above.back()->name == "clipPath";
    for (const char* name : {"line", "path", "polygon", "rect", "circle", "image", "text"})
      if (e.name == name && !defined) found.push_back(e);
  });
  found.erase(found.begin());
  return found;
}

/// How far the light of one sheet must be moved, on average, to become that of another, along x or y, in pixels.
double moved(const test::Light& a, const test::Light& b, bool along_y) {
  const int steps = along_y ? a.height : a.width, across = along_y ? a.width : a.height;
  double sum_a = 0, sum_b = 0, share_a = 0, share_b = 0, far = 0;
  for (const float light : a.of) sum_a += light;
  for (const float light : b.of) sum_b += light;
  for (int i = 0; i < steps; ++i) {
    for (int j = 0; j < across; ++j) {
      share_a += (along_y ? a.at(j, i) : a.at(i, j)) / sum_a;
      share_b += (along_y ? b.at(j, i) : b.at(i, j)) / sum_b;
    }
    far += std::abs(share_a - share_b);
  }
  return far;
}

double sum(const test::Light& light) {
  double total = 0;
  for (const float of : light.of) total += of;
  return total;
}

struct Shape {
  std::string name;
  std::function<void(Painter&)> draw;
  double within = 0.2; ///< pixels; more where ends are not smoothed on the screen
};

/// Straight ends lie between pixels, as Dear ImGui does not smooth them: they would be half a pixel off anyway.
const std::vector<Shape>& all_shapes() {
  static const std::vector<ImVec2> wave = [] {
    std::vector<ImVec2> points;
    for (int i = 0; i <= 30; ++i)
      points.push_back({8.25f + 2.5f * static_cast<float>(i), 48 + 30 * std::sin(static_cast<float>(i) / 5)});
    points[17].y = no_number;
    return points;
  }();
  static const std::vector<Span> columns = [] {
    std::vector<Span> spans;
    for (const ImVec2 p : wave) spans.push_back({p.x, p.y - 6, p.y + 9});
    return spans;
  }();
  static const std::vector<ImVec2> corners{{20.25f, 12.5f}, {80.5f, 30.25f}, {60.75f, 80.5f}, {15.25f, 60.25f}};
  static const std::vector<Shape> shapes{
      {"a level line",
       [](Painter& p) {
         p.line({10.5f, 20}, {80.5f, 20}, white, 1);
       }},
      {"an upright line",
       [](Painter& p) {
         p.line({33, 10.5f}, {33, 80.5f}, white, 2);
       }},
      {"a slanting line",
       [](Painter& p) {
         p.line({10.25f, 15.5f}, {85.75f, 70.25f}, white, 3);
       }},
      {"a curve", [](Painter& p) { p.polyline(wave, white, 2, {}); }},
      {"a dashed curve",
       [](Painter& p) {
         p.polyline(wave, white, 2, {{9, 5, 2, 5}});
       },
       0.33},
      {"a polygon", [](Painter& p) { p.polygon(corners, white); }},
      {"a box",
       [](Painter& p) {
         p.box({{12, 20}, {70, 55}}, white, 0);
       }},
      {"a round box",
       [](Painter& p) {
         p.box({{12, 20}, {70, 55}}, white, 9);
       }},
      {"a box all round",
       [](Painter& p) {
         p.box({{12, 20}, {70, 55}}, white, 99);
       }},
      {"a frame",
       [](Painter& p) {
         p.frame({{12, 20}, {70, 55}}, white, 1, 0);
       }},
      {"a round frame",
       [](Painter& p) {
         p.frame({{12, 20}, {70, 55}}, white, 2, 8);
       }},
      {"a disc",
       [](Painter& p) {
         p.disc({48.25f, 47.5f}, 30.25f, white, false);
       }},
      {"a disc below a stroke",
       [](Painter& p) {
         p.disc({48.25f, 47.5f}, 30.25f, white, true);
       }},
      {"a circle",
       [](Painter& p) {
         p.circle({48.25f, 47.5f}, 30.25f, white, 2);
       }},
      {"a small circle",
       [](Painter& p) {
         p.circle({48, 47}, 6, white, 1);
       }},
      {"an arc",
       [](Painter& p) {
         p.arc({48, 47}, 30, 0.4, 1.9, white, 2);
       }},
      {"an arc of nearly a turn",
       [](Painter& p) {
         p.arc({48, 47}, 30, 5, 6.1, white, 2);
       }},
      {"an arc clockwise",
       [](Painter& p) {
         p.arc({48, 47}, 30, 0.4, -2.5, white, 2);
       }},
      {"a wedge",
       [](Painter& p) {
         p.wedge({48, 47}, 30, 0.4, 1.1, white);
       }},
      {"a wedge of over half a turn",
       [](Painter& p) {
         p.wedge({48, 47}, 30, 4, 5.1, white);
       }},
      {"a wedge of a turn",
       [](Painter& p) {
         p.wedge({48, 47}, 30, 0.4, turn, white);
       }},
      {"a band", [](Painter& p) { p.band(columns, white); }, 0.33},
  };
  return shapes;
}

/// Random numbers, at times not finite, and words that are no words.
class Mischief {
public:
  explicit Mischief(unsigned seed) : random_(seed) {}
  unsigned upto(unsigned n) { return static_cast<unsigned>(random_() % n); }
  float length() {
    constexpr float odd[] = {no_number, infinite, -infinite, 0, -0.001f, 1e30f, -1e30f, 1e-30f};
    return upto(12) == 0 ? odd[upto(std::size(odd))] : static_cast<float>(upto(20000)) / 100 - 50;
  }
  ImVec2 point() { return {length(), length()}; }
  Rect rect() { return {point(), point()}; }
  ImU32 colour() { return static_cast<ImU32>(random_()); }
  std::string words() {
    constexpr std::string_view parts[] = {"a",  "&",  "<",    ">",    "\"",   "'", " ", "  ", "]]>",
                                          "\n", "\t", "\x1b", "\xff", "\xc3", "θ", "−", "\r", "</g>"};
    std::string text;
    for (unsigned i = upto(8); i > 0; --i) text += parts[upto(std::size(parts))];
    return text;
  }

private:
  std::mt19937 random_;
};

void draw_anything(Painter& p, Mischief& m, const Fonts& fonts) {
  std::vector<ImVec2> points;
  std::vector<Span> columns;
  for (unsigned i = m.upto(9); i > 0; --i) {
    points.push_back(m.point());
    columns.push_back({m.length(), m.length(), m.length()});
  }
  ImFont* const font[] = {fonts.body, fonts.title, fonts.mono_small};
  const ImU32 colours[] = {m.colour(), m.colour(), m.colour(), m.colour(), m.colour(), m.colour()};
  switch (m.upto(18)) {
  case 0: return p.line(m.point(), m.point(), m.colour(), m.length());
  case 1: return p.polyline(points, m.colour(), m.length(), {});
  case 2: return p.polyline(points, m.colour(), m.length(), {{m.length(), m.length(), m.length(), m.length()}});
  case 3: return p.polygon(points, m.colour());
  case 4: return p.box(m.rect(), m.colour(), m.length());
  case 5: return p.frame(m.rect(), m.colour(), m.length(), m.length());
  case 6: return p.disc(m.point(), m.length(), m.colour(), false);
  case 7: return p.circle(m.point(), m.length(), m.colour(), m.length());
  case 8: return p.arc(m.point(), m.length(), m.length(), m.length(), m.colour(), m.length());
  case 9: return p.wedge(m.point(), m.length(), m.length(), m.length(), m.colour());
  case 10: return p.band(columns, m.colour());
  case 11: return p.image(m.rect(), 3, 2, colours);
  case 12: return p.text(m.point(), font[m.upto(3)], m.colour(), m.words());
  case 13: return p.push_clip(m.rect());
  case 14: return p.pop_clip();
  case 15: return p.ground(m.rect(), m.colour(), m.length());
  case 16: return p.begin_group(m.words());
  default: return p.end_group();
  }
}

struct Commas : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

} // namespace

TEST_CASE("every shape lies in the SVG file where the screen shows it, within a third of a pixel") {
  test::Sheet sheet(96, 96);
  for (const Shape& shape : all_shapes()) {
    CAPTURE(shape.name);
    const test::Light screen = sheet.screen(shape.draw);
    const std::vector<test::Element> drawn = shapes(sheet.svg(shape.draw));
    REQUIRE(drawn.size() == 1);
    const test::Light file = test::raster(drawn[0], 96, 96);
    REQUIRE(sum(screen) > 20);
    CHECK(moved(screen, file, false) < shape.within);
    CHECK(moved(screen, file, true) < shape.within);
    // As much light: widths and sizes are the same. A small circle of Dear ImGui has few corners, and so 6 % less.
    CHECK(sum(file) == doctest::Approx(sum(screen)).epsilon(0.07));
  }
}

TEST_CASE("letters in the SVG file are as large as on the screen, on the same line, and as wide together") {
  for (const float scale : {1.0f, 3.0f}) {
    test::Sheet sheet(800, 160, scale);
    for (ImFont* font : {sheet.fonts.body, sheet.fonts.small, sheet.fonts.heading, sheet.fonts.bold, sheet.fonts.title,
                         sheet.fonts.large, sheet.fonts.mono, sheet.fonts.mono_small}) {
      const auto draw = [&](Painter& p) { p.text({20.7f, 31.2f}, font, white, "HEHTI"); };
      const test::Light screen = sheet.screen(draw);
      const std::vector<test::Element> drawn = shapes(sheet.svg(draw));
      REQUIRE(drawn.size() == 1);
      // The rows of these letters, which are as high as all capitals and stand on the line.
      double top = 0, foot = 0;
      for (int y = 0; y < screen.height; ++y) {
        float most = 0;
        for (int x = 0; x < screen.width; ++x) most = std::max(most, screen.at(x, y));
        if (most > 0.5 && top == 0) top = y;
        if (most > 0.5) foot = y + 1;
      }
      const double baseline = drawn[0].number("y"), em = drawn[0].number("font-size");
      constexpr double capitals = 1493.0 / 2048; // OS/2's sCapHeight of all three typefaces
      CAPTURE(compat::font_size(font));
      CHECK(baseline == foot);
      CHECK(std::abs(baseline - em * capitals - top) <= 0.6);
      CHECK(drawn[0].number("textLength") == doctest::Approx(text_width(font, "HEHTI")).epsilon(1e-3));
      CHECK(drawn[0].number("x") == 20);
      CHECK((drawn[0].attributes.count("font-weight") == 1) == sheet.fonts.face(font).bold);
      CHECK((drawn[0].attributes.count("font-family") == 1) == sheet.fonts.face(font).mono);
    }
  }
}

TEST_CASE("words stay words in the SVG file, whatever letters they have") {
  test::Sheet sheet(300, 200);
  for (const std::string_view words :
       {"a < b && c > \"d\" 'e'", "θ₂₀ ⟨R(m)q⟩ −1", "  two  spaces  ", "</text><script>", "&lt;", "]]>"}) {
    const auto drawn = shapes(sheet.svg([&](Painter& p) { p.text({5, 5}, sheet.fonts.body, half_red, words); }));
    REQUIRE(drawn.size() == 1);
    CHECK(drawn[0].text == words);
    CHECK(drawn[0].at("fill") == "#ff0000");
    CHECK(drawn[0].number("fill-opacity") == doctest::Approx(128 / 255.0).epsilon(1e-2));
  }
  const auto lines = shapes(sheet.svg([&](Painter& p) { p.text({5, 5}, sheet.fonts.body, white, "one\n\ntwo\n"); }));
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].text == "two");
  CHECK(lines[1].number("y") == lines[0].number("y") + 2 * compat::font_size(sheet.fonts.body));
}

TEST_CASE("whatever is drawn, the SVG file is XML whose ids are unique and whose references lead somewhere") {
  test::Sheet sheet(200, 100);
  Mischief mischief(5);
  for (int round = 0; round < 200; ++round) {
    const std::string svg = sheet.svg([&](Painter& p) {
      for (int i = 0; i < 30; ++i) draw_anything(p, mischief, sheet.fonts);
    });
    CAPTURE(svg);
    std::set<std::string> ids;
    std::vector<std::string> wanted;
    test::read_xml(svg).walk([&](const test::Element& e, const auto&) {
      for (const auto& [name, value] : e.attributes) {
        if (name == "id") CHECK(ids.insert(value).second);
        if (value.starts_with("url(#")) wanted.push_back(value.substr(5, value.size() - 6));
        for (const char* word : {"nan", "inf", "e+", "e-0"})
          if (name != "xlink:href" && name != "class") CHECK(value.find(word) == std::string::npos);
        for (const char* length : {"width", "height", "r", "rx", "stroke-width", "textLength", "font-size"})
          if (name == length) CHECK(std::stod(value) >= 0);
      }
    });
    for (const std::string& id : wanted) CHECK(ids.count(id) == 1);
    CHECK(read_carried_scene(svg, "a.svg") == "{}");
  }
}

TEST_CASE("the SVG file is the same in a locale that writes numbers in another way") {
  test::Sheet sheet(96, 96);
  const auto draw = [&](Painter& p) {
    for (const Shape& shape : all_shapes()) shape.draw(p);
    p.line({1000.5f, 2000.25f}, {12345.5f, 0.125f}, half_red, 1.5f);
  };
  const std::string usual = sheet.svg(draw);
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Commas));
  const std::string with_commas = sheet.svg(draw);
  std::locale::global(before);
  CHECK(usual == with_commas);
}

TEST_CASE("an arc in the SVG file goes from its first angle to its last, the way it turns, a whole turn included") {
  test::Sheet sheet(96, 96);
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const double from = std::uniform_real_distribution(-10.0, 10.0)(random);
    double angle = std::uniform_real_distribution(-turn, turn)(random);
    if (round < 2) angle = round == 0 ? turn : -turn;
    const auto drawn = shapes(sheet.svg([&](Painter& p) { p.arc({40, 50}, 30, from, angle, white, 1); }));
    REQUIRE(drawn.size() == 1);
    const auto stretches = test::path_stretches(drawn[0].at("d"));
    REQUIRE(stretches.size() == 1);
    double turned = 0;
    for (std::size_t i = 0; i < stretches[0].size(); ++i) {
      const ImVec2 p{stretches[0][i].x - 40, stretches[0][i].y - 50};
      CHECK(std::sqrt(test::squared(p)) == doctest::Approx(30).epsilon(2e-3));
      if (i == 0) CHECK(std::abs(std::remainder(std::atan2(-p.y, p.x) - from, turn)) < 1e-3);
      if (i == 0) continue;
      const ImVec2 before{stretches[0][i - 1].x - 40, stretches[0][i - 1].y - 50};
      turned += std::remainder(std::atan2(-p.y, p.x) - std::atan2(-before.y, before.x), turn);
    }
    CAPTURE(angle);
    CHECK(turned == doctest::Approx(angle).epsilon(2e-3));
  }
}

TEST_CASE("points that are not finite part a curve and a band, and what is left of one point is not drawn") {
  test::Sheet sheet(96, 96);
  const std::vector<ImVec2> points{{no_number, 1},         {1, 1}, {2, 2}, {3, infinite}, {4, 4},
                                   {no_number, no_number}, {5, 5}, {6, 6}, {7, 7}};
  std::vector<Span> columns;
  for (const ImVec2 p : points) columns.push_back({p.x, p.y, 50});
  const auto drawn = shapes(sheet.svg([&](Painter& p) {
    p.polyline(points, white, 1);
    p.band(columns, white);
    p.polyline(std::span(points).first(2), white, 1);
    p.band(std::span(columns).subspan(3, 3), white);
  }));
  REQUIRE(drawn.size() == 2);
  const auto line = test::path_stretches(drawn[0].at("d")), band = test::path_stretches(drawn[1].at("d"));
  REQUIRE((line.size() == 2 && band.size() == 2));
  CHECK((line[0].size() == 2 && line[1].size() == 3));
  CHECK((band[0].size() == 5 && band[1].size() == 7)); // there and back, and to the first point again
}

TEST_CASE("a shape lies in the clips and groups that are open when it is drawn, however they overlap") {
  test::Sheet sheet(96, 96);
  Mischief mischief(8);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::pair<bool, std::string>> open; // clips by their x, groups by their name
    std::vector<std::vector<std::pair<bool, std::string>>> expected;
    const auto close = [&](bool clip) {
      for (std::size_t i = open.size(); i-- > 0;)
        if (open[i].first == clip) return void(open.erase(open.begin() + static_cast<std::ptrdiff_t>(i)));
    };
    const std::string svg = sheet.svg([&](Painter& p) {
      for (int i = 0; i < 40; ++i) {
        const unsigned what = mischief.upto(5), which = mischief.upto(6);
        const auto x = static_cast<float>(which);
        if (what == 0) p.push_clip({{x, 0}, {90, 90}}), open.emplace_back(true, std::to_string(which));
        if (what == 1) p.pop_clip(), close(true);
        if (what == 2) p.begin_group(fmt::format("g {}", which)), open.emplace_back(false, fmt::format("g-{}", which));
        if (what == 3) p.end_group(), close(false);
        if (what == 4) p.disc({50, 50}, 5, white), expected.push_back(open);
      }
    });
    const test::Element root = test::read_xml(svg);
    std::map<std::string, std::string> x_of;
    for (const test::Element& clip : root.all("clipPath")) x_of[clip.at("id")] = clip.children.at(0).at("x");
    std::vector<std::vector<std::pair<bool, std::string>>> found;
    root.walk([&](const test::Element& e, const std::vector<const test::Element*>& above) {
      if (e.name != "circle") return;
      found.emplace_back();
      for (const test::Element* g : above) {
        if (g->name != "g") continue;
        const auto clip = g->attributes.find("clip-path");
        if (clip == g->attributes.end())
          found.back().emplace_back(false, g->at("class"));
        else
          found.back().emplace_back(true, x_of.at(clip->second.substr(5, clip->second.size() - 6)));
      }
    });
    CHECK(found == expected);
  }
}

TEST_CASE("grounds lie below everything, the later on the earlier, opaque") {
  test::Sheet sheet(96, 96);
  const auto drawn = shapes(sheet.svg([](Painter& p) {
    p.disc({5, 5}, 4, white);
    p.push_clip({{0, 0}, {9, 9}});
    p.ground({{1.4f, 2}, {30.6f, 40}}, half_red, 6);
    p.ground({{3, 4}, {8, 9}}, white);
    p.pop_clip();
  }));
  REQUIRE(drawn.size() == 3);
  CHECK((drawn[0].at("x") == "1" && drawn[0].at("width") == "30" && drawn[0].at("rx") == "6"));
  CHECK((drawn[0].at("fill") == "#ff0000" && drawn[0].attributes.count("fill-opacity") == 0));
  CHECK((drawn[1].at("x") == "3" && drawn[2].name == "circle"));
}

TEST_CASE("an image lies in the SVG file as a PNG of its colours, row by row from the top") {
  test::Sheet sheet(96, 96);
  // One more byte of PNG or less changes how base64 ends: all three ends are tried.
  for (int columns = 1; columns <= 6; ++columns) {
    std::vector<ImU32> colours;
    std::vector<std::uint8_t> rgb;
    for (int i = 0; i < 2 * columns; ++i) {
      const auto v = static_cast<std::uint8_t>(40 * i);
      colours.push_back(IM_COL32(v, 255 - v, 7, 255));
      rgb.insert(rgb.end(), {v, static_cast<std::uint8_t>(255 - v), 7});
    }
    const auto drawn = shapes(sheet.svg([&](Painter& p) { p.image({{5, 6}, {65, 30.5f}}, columns, 2, colours); }));
    REQUIRE(drawn.size() == 1);
    CHECK((drawn[0].at("width") == "60" && drawn[0].at("height") == "24.5"));
    CHECK(drawn[0].at("preserveAspectRatio") == "none");
    std::string bytes;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : drawn[0].at("xlink:href").substr(std::string_view("data:image/png;base64,").size())) {
      if (c == '=') break;
      const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      bits = bits << 6 | static_cast<std::uint32_t>(digits.find(c));
      if ((held += 6) < 8) continue;
      held -= 8;
      bytes += static_cast<char>(static_cast<unsigned char>(bits >> held & 255));
    }
    CHECK(bytes == png_bytes(columns, 2, rgb, "expected"));
  }
}
