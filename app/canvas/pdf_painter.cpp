#include <algorithm>
#include <functional>
#include <memory>
#include <numbers>
#include <string>
#include <tuple>
#include <vector>

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <fmt/format.h>

#include "app/canvas/canvas.h"
#include "app/canvas/carried.h"
#include "app/canvas/file_painters.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/painter.h"
#include "app/canvas/shapes.h"
#include "core/error.h"
#include "core/text.h"

namespace ropescope::canvas {

namespace {

[[noreturn]] void refuse(std::string_view what) {
  throw Error(fmt::format("the PDF could not be made: {}; export as SVG", what));
}

/// A typeface of the program as cairo has it.
struct Typeface {
  std::string file; ///< its bytes, which FreeType reads as long as the program runs
  FT_Face face = nullptr;
  cairo_font_face_t* of_cairo = nullptr;
};

/// The typeface of a font's file. Several fonts are sizes of one file, which a PDF holds once. They are kept until the
/// program ends: cairo keeps fonts of its own beyond the document, and would read what is gone.
const Typeface& typeface(const ImFont* font) {
  static FT_Library library = nullptr;
  static std::vector<std::unique_ptr<Typeface>> all;
  const std::string_view file = compat::font_file(font);
  for (const auto& known : all)
    if (known->file == file) return *known;
  auto made = std::make_unique<Typeface>();
  made->file = file;
  if ((!library && FT_Init_FreeType(&library) != 0) ||
      FT_New_Memory_Face(library, reinterpret_cast<const FT_Byte*>(made->file.data()),
                         static_cast<FT_Long>(made->file.size()), 0, &made->face) != 0)
    refuse("FreeType cannot read the font");
  made->of_cairo = cairo_ft_font_face_create_for_ft_face(made->face, FT_LOAD_NO_HINTING);
  return *all.emplace_back(std::move(made));
}

/// A line of text: where its baseline begins, and the em, pixels.
struct Words {
  const Typeface* typeface;
  ImVec2 at;
  float em;
  std::string text;
};

/// Every letter as wide as the font says, unhinted and without kerning, as on the screen. The letters' own text goes
/// along, which is what a search in the PDF finds.
void show(cairo_t* to, const Words& words) {
  const FT_Face face = words.typeface->face;
  std::vector<cairo_glyph_t> glyphs;
  std::vector<cairo_text_cluster_t> clusters;
  double x = words.at.x;
  for (std::string_view left = words.text; !left.empty();) {
    const Character c = first_character(left);
    const std::size_t bytes = std::max<std::size_t>(c.bytes, 1);
    const FT_UInt glyph = FT_Get_Char_Index(face, c.bytes == 0 ? U'?' : c.code);
    glyphs.push_back({glyph, x, static_cast<double>(words.at.y)});
    clusters.push_back({static_cast<int>(bytes), 1});
    if (FT_Load_Glyph(face, glyph, FT_LOAD_NO_SCALE) == 0)
      x += static_cast<double>(face->glyph->metrics.horiAdvance) * static_cast<double>(words.em) / face->units_per_EM;
    left.remove_prefix(bytes);
  }
  cairo_set_font_face(to, words.typeface->of_cairo);
  cairo_set_font_size(to, static_cast<double>(words.em));
  cairo_show_text_glyphs(to, words.text.data(), static_cast<int>(words.text.size()), glyphs.data(),
                         static_cast<int>(glyphs.size()), clusters.data(), static_cast<int>(clusters.size()), {});
}

void use(cairo_t* to, ImU32 colour) {
  const auto part = [&](int shift) { return channel(colour, shift) / 255.0; };
  cairo_set_source_rgba(to, part(IM_COL32_R_SHIFT), part(IM_COL32_G_SHIFT), part(IM_COL32_B_SHIFT),
                        part(IM_COL32_A_SHIFT));
}

void fill(cairo_t* to, ImU32 colour) {
  use(to, colour);
  cairo_fill(to);
}

void stroke(cairo_t* to, ImU32 colour, float width) {
  use(to, colour);
  cairo_set_line_width(to, static_cast<double>(width));
  cairo_stroke(to);
}

double within(float length) { return static_cast<double>(std::clamp(length, -far_outside, far_outside)); }

void go_to(cairo_t* to, ImVec2 point) { cairo_line_to(to, within(point.x), within(point.y)); }

/// Along a circle. Cairo's angles turn clockwise, since y counts downwards.
void go_along(cairo_t* to, ImVec2 centre, float radius, double from, double angle) {
  angle = std::clamp(angle, -2 * std::numbers::pi, 2 * std::numbers::pi);
  const auto arc = angle > 0 ? cairo_arc_negative : cairo_arc;
  arc(to, within(centre.x), within(centre.y), within(radius), -from, -from - angle);
}

void rectangle(cairo_t* to, Rect r, float rounding) {
  const Rect area = ordered(r);
  const float round = round_corners(area, rounding);
  const ImVec2 least = area.least, greatest = area.greatest;
  if (round < half_pixel) return cairo_rectangle(to, least.x, least.y, area.width(), area.height());
  constexpr double quarter = std::numbers::pi / 2;
  const auto corner = [&](float x, float y, int quarters) {
    cairo_arc(to, x, y, round, quarters * quarter, (quarters + 1) * quarter);
  };
  corner(greatest.x - round, greatest.y - round, 0);
  corner(least.x + round, greatest.y - round, 1);
  corner(least.x + round, least.y + round, 2);
  corner(greatest.x - round, least.y + round, 3);
  cairo_close_path(to);
}

struct Surface {
  cairo_surface_t* surface;
  ~Surface() { cairo_surface_destroy(surface); }
};

/// Draws into a PDF file: text as text in the program's own typefaces, of which the letters that are used are
/// embedded, curves as curves, images as images. Everything lies where SvgPainter puts it. What is drawn is kept as a
/// list, since the page's size and ground are said last.
class PdfPainter final : public FilePainter {
public:
  std::string document(const Page&) const override;
  void draw_page(cairo_t* to, const Page& page) const { draw(to, page); }

  void line(ImVec2 from, ImVec2 to, ImU32 colour, float width) override {
    if (!seen(colour, width) || !finite(from) || !finite(to)) return;
    add([=](cairo_t* c) {
      go_to(c, {from.x + half_pixel, from.y + half_pixel});
      go_to(c, {to.x + half_pixel, to.y + half_pixel});
      stroke(c, colour, width);
    });
  }

  void polyline(std::span<const ImVec2> points, ImU32 colour, float width, const Dash& dash) override {
    if (!seen(colour, width)) return;
    for_each_stretch(points, [&](std::span<const ImVec2> stretch) {
      if (stretch.size() < 2) return;
      add([=, kept = std::vector<ImVec2>(stretch.begin(), stretch.end())](cairo_t* c) {
        for (const ImVec2 point : kept) go_to(c, point);
        double lengths[std::tuple_size_v<decltype(Dash::length)>];
        std::transform(dash.length.begin(), dash.length.end(), lengths,
                       [](float length) { return std::max(0.0, static_cast<double>(length)); });
        if (!dash.solid()) cairo_set_dash(c, lengths, std::size(lengths), 0);
        stroke(c, colour, width);
        cairo_set_dash(c, nullptr, 0, 0);
      });
    });
  }

  void polygon(std::span<const ImVec2> corners, ImU32 colour) override {
    if (!seen(colour) || corners.size() < 3) return;
    if (!std::all_of(corners.begin(), corners.end(), [](ImVec2 p) { return finite(p); })) return;
    add([=, kept = std::vector<ImVec2>(corners.begin(), corners.end())](cairo_t* c) {
      for (const ImVec2 corner : kept) go_to(c, corner);
      fill(c, colour);
    });
  }

  void box(Rect r, ImU32 colour, float rounding) override {
    if (!seen(colour) || !finite(r)) return;
    add([=](cairo_t* c) {
      rectangle(c, r, rounding);
      fill(c, colour);
    });
  }

  void frame(Rect outer, ImU32 colour, float width, float rounding) override {
    if (!seen(colour, width) || !finite(outer)) return;
    add([=](cairo_t* c) {
      rectangle(c, outer.inset(half_pixel, half_pixel), rounding);
      stroke(c, colour, width);
    });
  }

  void disc(ImVec2 centre, float radius, ImU32 colour, bool) override {
    if (!seen(colour) || !finite(centre) || !finite(radius) || radius <= 0) return;
    add([=](cairo_t* c) {
      go_along(c, centre, radius, 0, 2 * std::numbers::pi);
      fill(c, colour);
    });
  }

  void circle(ImVec2 centre, float radius, ImU32 colour, float width) override {
    arc(centre, radius - half_pixel, 0, 2 * std::numbers::pi, colour, width);
  }

  void arc(ImVec2 centre, float radius, double from, double angle, ImU32 colour, float width) override {
    if (!seen(colour, width) || !finite(centre) || !finite(radius, from, angle) || radius <= 0) return;
    add([=](cairo_t* c) {
      go_along(c, centre, radius, from, angle);
      stroke(c, colour, width);
    });
  }

  void wedge(ImVec2 centre, float radius, double from, double angle, ImU32 colour) override {
    if (!seen(colour) || !finite(centre) || !finite(radius, from, angle) || radius <= 0) return;
    const float reach = radius + half_pixel; // as far as the line that makes the edge smooth on the screen
    // A whole turn has no straight edges, which would show as a seam.
    if (std::abs(angle) >= 2 * std::numbers::pi) return disc(centre, reach, colour, false);
    add([=](cairo_t* c) {
      go_to(c, centre);
      go_along(c, centre, reach, from, angle);
      fill(c, colour);
    });
  }

  void band(std::span<const Span> columns, ImU32 colour) override {
    if (!seen(colour)) return;
    for_each_stretch(columns, [&](std::span<const Span> stretch) {
      if (stretch.size() < 2) return;
      add([=, kept = std::vector<Span>(stretch.begin(), stretch.end())](cairo_t* c) {
        // To the right along the tops, then back along the bottoms.
        for (const Span& s : kept) go_to(c, {s.x, s.top});
        for (std::size_t i = kept.size(); i-- > 0;) go_to(c, {kept[i].x, kept[i].bottom});
        fill(c, colour);
      });
    });
  }

  void image(Rect r, std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) override;
  void text(ImVec2 at, ImFont*, ImU32 colour, std::string_view) override;

  void push_clip(Rect r) override {
    add([area = clipped_area(r)](cairo_t* c) {
      cairo_save(c);
      rectangle(c, area, 0);
      cairo_clip(c);
    });
    ++clips_;
  }

  void pop_clip() override {
    if (clips_ == 0) return;
    add([](cairo_t* c) { cairo_restore(c); });
    --clips_;
  }

  void ground(Rect r, ImU32 colour, float rounding) override {
    if (!finite(r)) return;
    grounds_.emplace_back([=](cairo_t* c) {
      rectangle(c, on_whole_pixels(r), std::round(rounding));
      fill(c, colour | IM_COL32_A_MASK);
    });
  }

  void begin_group(std::string_view) override {}
  void end_group() override {}

private:
  using Step = std::function<void(cairo_t*)>;
  void add(Step step) { body_.push_back(std::move(step)); }
  void draw(cairo_t*, const Page&) const;

  std::vector<Step> grounds_, body_;
  int clips_ = 0; // that are open
};

void PdfPainter::image(Rect r, std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) {
  if (!finite(r) || r.width() <= 0 || r.height() <= 0 || columns < 1 || rows < 1) return;
  // Cairo's pixels: red, green and blue from the highest byte but one downwards.
  std::vector<std::uint32_t> pixels;
  pixels.reserve(colours.size());
  for (const ImU32 colour : colours)
    pixels.push_back(channel(colour, IM_COL32_R_SHIFT) << 16 | channel(colour, IM_COL32_G_SHIFT) << 8 |
                     channel(colour, IM_COL32_B_SHIFT));
  add([=, pixels = std::move(pixels)](cairo_t* c) mutable {
    const Surface image{cairo_image_surface_create_for_data(reinterpret_cast<unsigned char*>(pixels.data()),
                                                            CAIRO_FORMAT_RGB24, static_cast<int>(columns),
                                                            static_cast<int>(rows), static_cast<int>(columns * 4))};
    cairo_save(c);
    cairo_translate(c, r.least.x, r.least.y);
    cairo_scale(c, static_cast<double>(r.width()) / static_cast<double>(columns),
                static_cast<double>(r.height()) / static_cast<double>(rows));
    cairo_set_source_surface(c, image.surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(c), CAIRO_FILTER_NEAREST); // a cell has one colour
    cairo_rectangle(c, 0, 0, static_cast<double>(columns), static_cast<double>(rows));
    cairo_fill(c);
    cairo_restore(c);
  });
}

void PdfPainter::text(ImVec2 at, ImFont* font, ImU32 colour, std::string_view words) {
  if (!seen(colour) || !finite(at)) return;
  const Typeface& face = typeface(font);
  // Dear ImGui asks a font for the height from its ascent to its descent, cairo for its em.
  const float height = compat::font_size(font), ascent = compat::ascent(font);
  const float em = height * static_cast<float>(face.face->units_per_EM) /
                   static_cast<float>(face.face->ascender - face.face->descender);
  for_each_line(at, font, words, [&](ImVec2 begin, std::string_view line) {
    add([=, kept = Words{&face, {begin.x, begin.y + ascent}, em, std::string(line)}](cairo_t* c) {
      use(c, colour);
      show(c, kept);
    });
  });
}

void PdfPainter::draw(cairo_t* to, const Page& page) const {
  cairo_scale(to, page.points_per_pixel, page.points_per_pixel);
  cairo_set_miter_limit(to, 4); // SVG's own
  if (seen(page.ground)) {
    rectangle(to, {{0, 0}, page.size}, 0);
    fill(to, page.ground);
  }
  for (const Step& step : grounds_) step(to);
  for (const Step& step : body_) step(to);
  for (int i = 0; i < clips_; ++i) cairo_restore(to);
}

std::string PdfPainter::document(const Page& page) const {
  const PdfPage alone{this, page};
  return pdf_document({&alone, 1});
}

} // namespace

std::string pdf_document(std::span<const PdfPage> pages) {
  const Page& first = pages.front().page;
  std::string bytes;
  const auto append = [](void* to, const unsigned char* data, unsigned size) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), size);
    return CAIRO_STATUS_SUCCESS;
  };
  const auto side = [](const Page& page, float pixels) { return static_cast<double>(pixels) * page.points_per_pixel; };
  const Surface file{
      cairo_pdf_surface_create_for_stream(append, &bytes, side(first, first.size.x), side(first, first.size.y))};
  // Later versions may hide the keywords, which carry the scene, in compressed streams.
  cairo_pdf_surface_restrict_to_version(file.surface, CAIRO_PDF_VERSION_1_4);
  cairo_pdf_surface_set_metadata(file.surface, CAIRO_PDF_METADATA_TITLE, std::string(first.title).c_str());
  cairo_pdf_surface_set_metadata(file.surface, CAIRO_PDF_METADATA_CREATOR, "Ropescope");
  cairo_pdf_surface_set_metadata(file.surface, CAIRO_PDF_METADATA_KEYWORDS,
                                 pdf_keywords({scene_keyword, first.scene}).c_str());
  // No date: the same picture twice is the same to the byte.
  cairo_pdf_surface_set_metadata(file.surface, CAIRO_PDF_METADATA_CREATE_DATE, nullptr);
  cairo_t* const to = cairo_create(file.surface);
  for (const auto& [painter, page] : pages) {
    cairo_pdf_surface_set_size(file.surface, side(page, page.size.x), side(page, page.size.y));
    cairo_save(to);
    static_cast<const PdfPainter&>(*painter).draw_page(to, page);
    cairo_restore(to);
    if (&page != &pages.back().page) cairo_show_page(to);
  }
  const cairo_status_t drawn = cairo_status(to);
  cairo_destroy(to);
  cairo_surface_finish(file.surface);
  const cairo_status_t finished = cairo_surface_status(file.surface);
  for (const cairo_status_t status : {drawn, finished})
    if (status != CAIRO_STATUS_SUCCESS) refuse(cairo_status_to_string(status));
  return bytes;
}

std::unique_ptr<FilePainter> make_pdf_painter(const Fonts&) { return std::make_unique<PdfPainter>(); }

} // namespace ropescope::canvas
