#include "app/canvas/svg_painter.h"

#include <memory>
#include <numbers>

#include <fmt/format.h>

#include "app/canvas/canvas.h"
#include "app/canvas/carried.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/png.h"
#include "app/canvas/shapes.h"
#include "app/canvas/xml.h"

namespace ropescope::canvas {

namespace {

// Where DejaVu is missing, Verdana is nearest to it in width; then whatever the reader has.
constexpr std::string_view sans = "'DejaVu Sans',Verdana,sans-serif",
                           mono = "'DejaVu Sans Mono',Menlo,Consolas,monospace";

/// A length of at most two decimals, a hundredth of a pixel being less than anyone sees; the same in every locale.
std::string px(float length) {
  std::string digits = fmt::format("{:.2f}", std::clamp(length, -far_outside, far_outside));
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return digits == "-0" ? "0" : digits;
}

std::string px(ImVec2 point) { return fmt::format("{} {}", px(point.x), px(point.y)); }

/// ` fill="#rrggbb"`, with the opacity where it is not 1; `what` is fill or stroke.
std::string coloured(std::string_view what, ImU32 colour) {
  std::string attributes = fmt::format(" {}=\"#{:02x}{:02x}{:02x}\"", what, channel(colour, IM_COL32_R_SHIFT),
                                       channel(colour, IM_COL32_G_SHIFT), channel(colour, IM_COL32_B_SHIFT));
  const unsigned alpha = channel(colour, IM_COL32_A_SHIFT);
  if (alpha < 255) attributes += fmt::format(" {}-opacity=\"{:.3f}\"", what, alpha / 255.0);
  return attributes;
}

std::string filled(ImU32 colour) { return coloured("fill", colour); }

std::string stroked(ImU32 colour, float width) {
  return fmt::format(" fill=\"none\"{} stroke-width=\"{}\"", coloured("stroke", colour), px(width));
}

/// `<rect …` without its end.
std::string rectangle(Rect r, float rounding) {
  const Rect within = ordered(r);
  const float round = round_corners(within, rounding);
  std::string tag = fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", px(within.least.x),
                                px(within.least.y), px(within.width()), px(within.height()));
  if (round >= 0.5f) tag += fmt::format(" rx=\"{}\"", px(round));
  return tag;
}

/// The path's commands from a point of a circle along it. A positive angle turns counter-clockwise, SVG's sweep 0.
std::string along_circle(ImVec2 centre, float radius, double from, double angle) {
  angle = std::clamp(angle, -2 * std::numbers::pi, 2 * std::numbers::pi);
  // An arc's command knows its two ends alone, which of a whole circle are one point: so none goes further than 135°.
  const int parts = std::max(1, static_cast<int>(std::ceil(std::abs(angle) / (0.75 * std::numbers::pi))));
  std::string path;
  for (int i = 1; i <= parts; ++i)
    path += fmt::format("A{0} {0} 0 0 {1} {2}", px(radius), angle < 0 ? 1 : 0,
                        px(on_circle(centre, radius, from + angle * i / parts)));
  return path;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    // Three bytes are four digits of six bits; a group that ends early is filled up with "=".
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0);
    for (std::size_t i = 0; i < 4; ++i) text += i <= group.size() ? digits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

} // namespace

void SvgPainter::line(ImVec2 from, ImVec2 to, ImU32 colour, float width) {
  if (!seen(colour, width) || !finite(from.x, from.y, to.x, to.y)) return;
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}/>\n", px(from.x + half_pixel),
                       px(from.y + half_pixel), px(to.x + half_pixel), px(to.y + half_pixel), stroked(colour, width));
}

void SvgPainter::polyline(std::span<const ImVec2> points, ImU32 colour, float width, const Dash& dash) {
  if (!seen(colour, width)) return;
  // Each stretch of finite points is a part of its own, whose dashes begin anew.
  std::string path;
  for_each_stretch(points, [&](std::span<const ImVec2> stretch) {
    if (stretch.size() < 2) return;
    for (std::size_t i = 0; i < stretch.size(); ++i)
      path.append(i == 0 ? "M" : i == 1 ? "L" : " ").append(px(stretch[i]));
  });
  if (path.empty()) return;
  body_ += fmt::format("<path d=\"{}\"{}", path, stroked(colour, width));
  if (!dash.solid()) {
    body_ += " stroke-dasharray=\"";
    for (const float length : dash.length) body_.append(px(length > 0 ? length : 0)).append(" ");
    body_.back() = '"';
  }
  body_ += "/>\n";
}

void SvgPainter::polygon(std::span<const ImVec2> corners, ImU32 colour) {
  if (!seen(colour) || corners.size() < 3) return;
  std::string points;
  for (const ImVec2 corner : corners) {
    if (!finite(corner.x, corner.y)) return;
    points.append(points.empty() ? "" : " ").append(px(corner));
  }
  body_ += fmt::format("<polygon points=\"{}\"{}/>\n", points, filled(colour));
}

void SvgPainter::box(Rect r, ImU32 colour, float rounding) {
  if (seen(colour) && finite(r)) body_ += rectangle(r, rounding) + filled(colour) + "/>\n";
}

void SvgPainter::frame(Rect outer, ImU32 colour, float width, float rounding) {
  if (seen(colour, width) && finite(outer))
    body_ += rectangle(outer.inset(half_pixel, half_pixel), rounding) + stroked(colour, width) + "/>\n";
}

void SvgPainter::disc(ImVec2 centre, float radius, ImU32 colour, bool) {
  if (!seen(colour) || !finite(centre.x, centre.y, radius) || radius <= 0) return;
  body_ +=
      fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>\n", px(centre.x), px(centre.y), px(radius), filled(colour));
}

void SvgPainter::circle(ImVec2 centre, float radius, ImU32 colour, float width) {
  if (!seen(colour, width) || !finite(centre.x, centre.y, radius) || radius <= half_pixel) return;
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>\n", px(centre.x), px(centre.y),
                       px(radius - half_pixel), stroked(colour, width));
}

void SvgPainter::arc(ImVec2 centre, float radius, double from, double angle, ImU32 colour, float width) {
  if (!seen(colour, width) || !finite(centre.x, centre.y, radius, from, angle) || radius <= 0) return;
  body_ += fmt::format("<path d=\"M{}{}\"{}/>\n", px(on_circle(centre, radius, from)),
                       along_circle(centre, radius, from, angle), stroked(colour, width));
}

void SvgPainter::wedge(ImVec2 centre, float radius, double from, double angle, ImU32 colour) {
  if (!seen(colour) || !finite(centre.x, centre.y, radius, from, angle) || radius <= 0) return;
  const float reach = radius + half_pixel; // as far as the line that makes the edge smooth on the screen
  // A whole turn has no straight edges, which would show as a seam.
  if (std::abs(angle) >= 2 * std::numbers::pi) return disc(centre, reach, colour, false);
  body_ += fmt::format("<path d=\"M{}L{}{}Z\"{}/>\n", px(centre), px(on_circle(centre, reach, from)),
                       along_circle(centre, reach, from, angle), filled(colour));
}

void SvgPainter::band(std::span<const Span> columns, ImU32 colour) {
  if (!seen(colour)) return;
  std::string path;
  for_each_stretch(columns, [&](std::span<const Span> stretch) {
    if (stretch.size() < 2) return;
    for (std::size_t i = 0; i < stretch.size(); ++i)
      path.append(i == 0 ? "M" : i == 1 ? "L" : " ").append(px(ImVec2(stretch[i].x, stretch[i].top)));
    for (std::size_t i = stretch.size(); i-- > 0;) path.append(" ").append(px(ImVec2(stretch[i].x, stretch[i].bottom)));
    path += "Z";
  });
  if (!path.empty()) body_ += fmt::format("<path d=\"{}\"{}/>\n", path, filled(colour));
}

void SvgPainter::image(Rect r, std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) {
  if (!finite(r) || r.width() <= 0 || r.height() <= 0 || columns < 1 || rows < 1) return;
  std::vector<std::uint8_t> rgb;
  rgb.reserve(3 * colours.size());
  for (const ImU32 colour : colours)
    for (const int shift : {IM_COL32_R_SHIFT, IM_COL32_G_SHIFT, IM_COL32_B_SHIFT})
      rgb.push_back(static_cast<std::uint8_t>(channel(colour, shift)));
  // xlink:href is older than href, and every viewer knows it.
  body_ += fmt::format("<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" "
                       "style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,{}\"/>\n",
                       px(r.least.x), px(r.least.y), px(r.width()), px(r.height()),
                       base64(png_bytes(static_cast<int>(columns), static_cast<int>(rows), rgb, "an image")));
}

void SvgPainter::text(ImVec2 at, ImFont* font, ImU32 colour, std::string_view words) {
  if (!seen(colour) || !finite(at.x, at.y)) return;
  for_each_line(at, font, words, [&](ImVec2 begin, std::string_view line) { line_of_text(begin, font, colour, line); });
}

void SvgPainter::line_of_text(ImVec2 at, ImFont* font, ImU32 colour, std::string_view words) {
  Fonts::Face face = fonts_.face(font);
  // Letters of a stage are sizes of the same files.
  if (fonts_.notice.empty()) face.bold = compat::font_file(font) == compat::font_file(fonts_.bold);
  body_ += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\"", px(at.x), px(at.y + compat::ascent(font)),
                       px(compat::font_size(font) * em_of_height));
  if (face.mono) body_ += fmt::format(" font-family=\"{}\"", mono);
  if (face.bold) body_ += " font-weight=\"bold\"";
  // Another font takes the room that DejaVu would.
  body_ += fmt::format("{} textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">", filled(colour),
                       px(text_width(font, words)));
  append_xml(body_, words);
  body_ += "</text>\n";
}

void SvgPainter::push_clip(Rect r) {
  const Rect area = clipped_area(r);
  const std::string shape = rectangle(area, 0) + "/>";
  const auto known = std::find(clips_.begin(), clips_.end(), shape);
  const auto number = known - clips_.begin();
  if (known == clips_.end()) clips_.push_back(shape);
  open(true, fmt::format("<g clip-path=\"url(#clip{})\">\n", number));
}

void SvgPainter::pop_clip() { close(true); }

void SvgPainter::ground(Rect r, ImU32 colour, float rounding) {
  if (!finite(r)) return;
  grounds_ += rectangle(on_whole_pixels(r), std::round(rounding)) + filled(colour | IM_COL32_A_MASK) + "/>\n";
}

void SvgPainter::begin_group(std::string_view name) {
  std::string word(name);
  for (char& letter : word) // a space would make two classes of it
    if (letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r') letter = '-';
  std::string tag = "<g class=\"";
  append_xml(tag, word);
  open(false, tag + "\">\n");
}

void SvgPainter::end_group() { close(false); }

void SvgPainter::open(bool clip, std::string tag) {
  body_ += tag;
  open_.push_back({clip, std::move(tag)});
}

/// Closes the innermost group or clip. What was opened within it and goes on is closed with it and opened again, since
/// XML knows no other order.
void SvgPainter::close(bool clip) {
  std::size_t at = open_.size();
  while (at > 0 && open_[at - 1].clip != clip) --at;
  if (at == 0) return;
  for (std::size_t i = open_.size(); i >= at; --i) {
    const std::string& tag = open_[i - 1].tag;
    if (body_.ends_with(tag))
      body_.resize(body_.size() - tag.size()); // nothing was drawn in it
    else
      body_ += "</g>\n";
  }
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at - 1));
  for (std::size_t i = at - 1; i < open_.size(); ++i) body_ += open_[i].tag;
}

std::string SvgPainter::document(const Page& page) const {
  // A viewer takes a pixel for 1/96 inch, so a page of another size says it in millimetres.
  const auto side = [&](float pixels) {
    return page.points_per_pixel == points_of_css_pixel
               ? px(pixels)
               : fmt::format("{:.6g}mm", static_cast<double>(pixels) * page.points_per_pixel * 25.4 / 72);
  };
  // As on the screen: letters are neither kerned nor joined nor moved to whole pixels, and spaces count.
  std::string svg = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
      "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {2} {3}\" font-family=\"{4}\" "
      "style=\"font-feature-settings:'kern' 0,'liga' 0;text-rendering:geometricPrecision\" xml:space=\"preserve\">\n",
      side(page.size.x), side(page.size.y), px(page.size.x), px(page.size.y), sans);
  append_svg_metadata(svg, {scene_keyword, page.scene});
  if (!clips_.empty()) {
    svg += "<defs>\n";
    for (std::size_t i = 0; i < clips_.size(); ++i)
      svg += fmt::format("<clipPath id=\"clip{}\">{}</clipPath>\n", i, clips_[i]);
    svg += "</defs>\n";
  }
  if (seen(page.ground)) svg += rectangle({{0, 0}, page.size}, 0) + filled(page.ground) + "/>\n";
  svg += grounds_ + body_;
  for (std::size_t i = 0; i < open_.size(); ++i) svg += "</g>\n";
  return svg + "</svg>\n";
}

std::unique_ptr<FilePainter> make_svg_painter(const Fonts& fonts) { return std::make_unique<SvgPainter>(fonts); }

} // namespace ropescope::canvas
