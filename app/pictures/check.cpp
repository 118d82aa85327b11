#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/check_parts.h"

namespace ropescope::pictures {

namespace {

constexpr float gap = 12;

/// The name of a file without its folder.
std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// The verdict as a mark: ✓, ✗, ≈ (right, by a less exact arithmetic) and ? (no kernel yet). Each has its own form as
/// well as its own colour, for those who see no colours.
enum class Badge : std::uint8_t { good, bad, nearly, open };

void draw_badge(const Canvas& c, ImVec2 at, float radius, Badge badge) {
  const ImU32 colour = badge == Badge::good     ? c.theme.good
                       : badge == Badge::bad    ? c.theme.bad
                       : badge == Badge::nearly ? c.theme.accent
                                                : c.theme.track;
  const ImU32 ink = badge == Badge::open ? c.theme.text : c.theme.panel;
  const float r = radius * 0.42f, width = c.stroke(3);
  c.paint.disc(at, radius, colour);
  if (badge == Badge::bad) {
    c.paint.line({at.x - r, at.y - r}, {at.x + r, at.y + r}, ink, width);
    c.paint.line({at.x - r, at.y + r}, {at.x + r, at.y - r}, ink, width);
  } else if (badge == Badge::good) {
    c.paint.line({at.x - r * 1.1f, at.y}, {at.x - r * 0.2f, at.y + r * 0.9f}, ink, width);
    c.paint.line({at.x - r * 0.2f, at.y + r * 0.9f}, {at.x + r * 1.2f, at.y - r * 0.8f}, ink, width);
  } else
    text(c, {at.x, at.y - compat::font_size(c.fonts.title) * 0.55f}, c.fonts.title, ink,
         badge == Badge::nearly ? "≈" : "?", Align::centre);
}

/// A fact's mark and colour; a fact that the data cannot show gets a dim dot.
std::pair<std::string_view, ImU32> mark_of(const Canvas& c, Fact::State state) {
  switch (state) {
  case Fact::State::agrees: return {"✓", c.theme.good};
  case Fact::State::differs: return {"✗", c.theme.bad};
  case Fact::State::weaker: return {"≈", c.theme.accent};
  case Fact::State::unseen: break;
  }
  return {"·", c.theme.dim};
}

/// What agrees and what does not, in lines no wider than `width`; returns where the next would begin.
float draw_facts(const Canvas& c, ImVec2 at, float width, const std::vector<Fact>& facts) {
  float x = at.x, y = at.y;
  const float line = c.px(22);
  for (const Fact& fact : facts) {
    const bool seen = fact.state != Fact::State::unseen;
    const auto [mark, colour] = mark_of(c, fact.state);
    ImFont* font = fact.state == Fact::State::differs ? c.fonts.bold : c.fonts.body;
    const float taken = c.px(20) + text_width(font, fact.words);
    if (x > at.x && x + taken > at.x + width) x = at.x, y += line;
    text(c, {x, y}, c.fonts.bold, colour, mark);
    text(c, {x + c.px(20), y}, font, seen ? c.theme.text : c.theme.dim, fact.words);
    x += taken + c.px(20);
  }
  return y + line;
}

void swap_files(Scene& next) {
  std::swap(next.kernel.files.in, next.kernel.files.out);
  // From now on it is no guess: a person has said which file is the input.
  next.kernel.guessed = false;
}

/// At the right of the verdict; returns how wide it is.
float draw_buttons(const Canvas& c, Rect room, const Scene& scene, Scene& next) {
  const KernelView& kernel = scene.kernel;
  const float width = c.px(174), height = c.px(28);
  if (room.width() < 2 * width) return 0;
  Rect box{{room.greatest.x - width, room.least.y}, {room.greatest.x, room.least.y + height}};
  const auto following = [&] { box.least.y += height + c.px(6), box.greatest.y += height + c.px(6); };
  if (!kernel.files.in.empty() && !kernel.files.out.empty()) {
    if (button(c, "gallery", box, kernel.gallery ? "Back to the evidence" : "Signatures of bugs", kernel.gallery, true,
               "What known faults of kernels look like in the map of errors, beside what was found here."))
      next.kernel.gallery = !kernel.gallery;
    following();
  }
  if (!kernel.files.in.empty() || !kernel.files.out.empty()) {
    // Lit while the program guesses, so that a person looks at it.
    if (button(c, "swap", box, "Swap in and out", kernel.guessed, true,
               "Takes the kernel's input for its output, and the other way round."))
      swap_files(next);
    following();
  }
  return width + c.px(16);
}

/// "q.npy → out.npy, positions from 0", what is read.
std::string_view files_words(const Canvas& c, const KernelFiles& files) {
  const std::string_view positions = !files.positions.file.empty()
                                         ? c.words("positions {}", file_name(files.positions.file))
                                     : files.positions.given() ? std::string_view("positions as given")
                                                               : std::string_view("positions from 0");
  return c.words("{} → {}, {}", file_name(files.in), file_name(files.out), positions);
}

/// A button for each axis that may count the tokens, where the shape does not tell.
float draw_axes(const Canvas& c, ImVec2 at, const std::vector<std::int64_t>& axes, Scene& next) {
  if (axes.empty()) return at.y;
  const float width = c.px(130), height = c.px(28);
  float x = at.x;
  for (const std::int64_t axis : axes) {
    if (button(c, c.id("axis {}", axis), {{x, at.y}, {x + width, at.y + height}}, c.words("Axis {} counts", axis),
               false, true, "Which axis of the arrays counts the tokens. Their shape does not tell."))
      next.kernel.files.token_axis = axis;
    x += width + c.px(8);
  }
  return at.y + height + c.px(8);
}

/// What cannot be read or judged, in one sentence; what was found before stays below.
float draw_trouble(const Canvas& c, Rect inner, const Trouble& trouble, bool before, Scene& next) {
  draw_badge(c, {inner.least.x + c.px(16), inner.least.y + c.px(16)}, c.px(15), Badge::bad);
  const float left = inner.least.x + c.px(46), width = inner.greatest.x - left;
  float y = wrapped_text(c, {left, inner.least.y + c.px(4)}, width, c.fonts.title, c.theme.text, trouble.sentence);
  y = draw_axes(c, {left, y + c.px(6)}, trouble.axes, next);
  if (!before) return y;
  text(c, {left, y}, c.fonts.body, c.theme.dim, "What follows is of the files as they were before.");
  return y + c.px(24);
}

/// `room`: the right end of what lies below the buttons. `height`: of the whole view, pixels.
float draw_finding(const Canvas& c, Rect inner, float room, float height, const Scene& scene,
                   const CheckedKernel& kernel, bool working) {
  const Finding& finding = kernel.finding;
  const Badge badge = finding.verdict == Verdict::mismatch ? Badge::bad
                      : finding.verdict == Verdict::match  ? Badge::good
                                                           : Badge::nearly;
  draw_badge(c, {inner.least.x + c.px(16), inner.least.y + c.px(16)}, c.px(15), badge);
  const float left = inner.least.x + c.px(46), width = inner.greatest.x - left;
  const bool fits = text_width(c.fonts.large, finding.sentence) <= width;
  float y = wrapped_text(c, {left, inner.least.y}, width, fits ? c.fonts.large : c.fonts.title, c.theme.text,
                         finding.sentence);
  // In a low window what was found comes first: its map has more than half of the height.
  const auto has_room = [&](float share) { return y < inner.least.y + height * share; };
  if (has_room(0.22f))
    y = wrapped_text(c, {left, y + c.px(4)}, width, c.fonts.body, c.theme.text,
                     working ? c.words("{} Reading again …", finding.evidence) : std::string_view(finding.evidence));
  // Short words leave room for the buttons at the right, and the facts begin below those, over the whole width.
  if (inner.greatest.x < room) y = std::max(y + c.px(4), inner.least.y + c.px(70));
  if (has_room(0.26f)) y = draw_facts(c, {left, y}, room - left, finding.facts);
  if (has_room(0.3f))
    y = wrapped_text(c, {left, y + c.px(2)}, room - left, c.fonts.small, c.theme.dim, finding.tolerance_sentence);
  if (!scene.kernel.guessed) return y;
  return wrapped_text(c, {left, y}, room - left, c.fonts.body, c.theme.bad,
                      c.words("Which is which was a guess: {}.", files_words(c, scene.kernel.files)));
}

/// What to do, where there is no kernel yet.
float draw_welcome(const Canvas& c, Rect inner, const Scene& scene, bool working) {
  draw_badge(c, {inner.least.x + c.px(16), inner.least.y + c.px(16)}, c.px(15), Badge::open);
  const float left = inner.least.x + c.px(46), width = inner.greatest.x - left;
  const KernelFiles& files = scene.kernel.files;
  float y = wrapped_text(c, {left, inner.least.y}, width, c.fonts.large, c.theme.text,
                         working ? "Reading the kernel's rows …" : "What did the kernel do?");
  const std::string_view words =
      working             ? files_words(c, files)
      : !files.in.empty() ? c.words("The input is {}. Now drop the kernel's output here.", file_name(files.in))
      : !files.out.empty()
          ? c.words("The output is {}. Now drop the kernel's input here.", file_name(files.out))
          : c.words("Drop two files here: what your kernel was given, q or k before the rotation, and what it gave "
                    "back; .npy or .safetensors, any shape whose last axis is the head. A file of positions may come "
                    "too. The model is {}.",
                    scene.model.name);
  y = wrapped_text(c, {left, y + c.px(4)}, width, c.fonts.body, c.theme.text, words);
  return y;
}

/// Draws whatever there is to say and returns the panel's lower edge.
float draw_verdict(const Canvas& c, Rect area, const Scene& scene, const KernelCheck& check, Scene& next) {
  Rect inner = area.inset(c.px(18), c.px(14));
  const float room = inner.greatest.x;
  // How high the panel is comes out of the words, so its ground is asked for last. A ground lies below everything,
  // whenever it is asked for.
  inner.greatest.x -= draw_buttons(c, inner, scene, next);
  float y = inner.least.y;
  if (!check.trouble().empty())
    y = draw_trouble(c, inner, check.trouble(), check.checked() != nullptr, next);
  else if (check.checked())
    y = draw_finding(c, inner, room, area.height(), scene, *check.checked(), check.working());
  else
    y = draw_welcome(c, inner, scene, check.working());
  const float bottom = std::min(std::max(y + c.px(10), area.least.y + c.px(96)), area.greatest.y);
  canvas::panel(c, {area.least, {area.greatest.x, bottom}});
  return bottom;
}

void draw(const Canvas& c, Rect area, const Scene& scene, const Derived& derived, Scene& next) {
  const KernelCheck& found = derived.kernel();
  const float space = c.px(gap), top = draw_verdict(c, area, scene, found, next) + space;
  const Rect rest{{area.least.x, top}, area.greatest};
  // Without a kernel the signatures of bugs fill the place, as an example of what the view shows.
  if (!found.checked()) return check_gallery(c, rest, scene, derived, next);
  // The map stays; what lies below it goes where the view is low, what lies beside it where it is narrow.
  const bool wide = rest.width() >= c.px(640), high = rest.height() >= c.px(360);
  const float middle = wide ? std::round((rest.least.x + rest.greatest.x) / 2) : rest.greatest.x + space / 2,
              split = high ? std::round(top + rest.height() * 0.53f) : rest.greatest.y;
  check_map(c, {rest.least, {middle - space / 2, split}}, scene, found, next);
  const Rect lower{{rest.least.x, split + space}, rest.greatest};
  if (high) check_hypotheses(c, {lower.least, {middle - space / 2, lower.greatest.y}}, *found.checked());
  if (!wide) return;
  if (scene.kernel.gallery) return check_gallery(c, {{middle + space / 2, top}, rest.greatest}, scene, derived, next);
  // Where every token has a position of its own, the frequencies that fit all of them together say nothing.
  const Rect measured{{middle + space / 2, top}, {rest.greatest.x, split}};
  if (own_positions(found.checked()->finding))
    check_positions(c, measured, scene, *found.checked(), next);
  else
    check_frequencies(c, measured, scene, *found.checked(), next);
  if (high) check_pair(c, {{middle + space / 2, lower.least.y}, lower.greatest}, scene, found);
}

/// At the positions of the kernel's rows, or of a whole context of moderate length.
Signatures make_signatures(const RopeConfig& rope, const CheckedKernel* beside) {
  // 40 rows of `signature_positions` each are as many as a small picture can show. They are spread evenly over the
  // kernel's rows; without a kernel, over 4096 tokens, a usual context.
  constexpr std::int64_t rows_shown = 40, usual = 4096, usual_head = 512;
  // Wider heads get fewer rows, so that no frame waits longer for the gallery than for a usual head's.
  const std::int64_t shown = std::clamp<std::int64_t>(rows_shown * usual_head / rope.layout.head_dim, 1, rows_shown);
  const std::int64_t most = shown * static_cast<std::int64_t>(signature_positions);
  const std::int64_t tokens = beside ? beside->run.shape.tokens : usual, rows = std::min(most, tokens);
  std::vector<std::int64_t> positions;
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t token = r * (tokens - 1) / std::max<std::int64_t>(1, rows - 1);
    positions.push_back(beside ? beside->run.positions.at(0, token) : token);
  }
  return signatures(rope, positions);
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience patience) {
  derived.show_kernel(scene, patience);
  const std::shared_ptr<const CheckedKernel>& beside = derived.kernel().shared();
  if (beside && !scene.kernel.gallery) return;
  struct Inputs {
    std::uint64_t version;
    std::shared_ptr<const CheckedKernel> beside; ///< kept, so that no other can have its address
    bool operator==(const Inputs&) const = default;
  };
  derived.numbers<Signatures>(Inputs{derived.version(), beside},
                              [&] { return make_signatures(scene.rope, beside.get()); });
}

} // namespace

const Picture check_picture{
    .name = "check",
    .title = "Check",
    .line = "what a kernel did, from its input and output (--kernel-in, --kernel-out)",
    .group = Group::check,
    .tab = "check",
    .update = update,
    .draw = draw,
    .options = check_options,
    .needs_files = true,
};

} // namespace ropescope::pictures
