#include "app/shell/shell.h"

#include <algorithm>
#include <cmath>

#include <epoxy/gl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/canvas/axis.h"
#include "app/canvas/imgui_compat.h"
#include "app/gpu/driver_time.h"
#include "app/pictures/pictures.h"
#include "app/shell/panel.h"
#include "core/error.h"
#include "core/io/model_file.h"

namespace ropescope::shell {

namespace {

// Sizes at scale 1, pixels. The window's is less than the usual window of 1600×1000, so that rows have room to spare;
// the other is that of one picture drawn alone.
const ImVec2 window_design(1600, 900), picture_design(1100, 660);
constexpr float bar_height = 48, gap = 12, panel_width = 284, message_height = 38;
// How fast Play moves: as many positions a second as a film has frames, so that it looks like movement.
constexpr double tokens_per_second = 24;
// Where the mouse is while no picture may react to it: far outside of everything.
constexpr float nowhere = -1e6f;

/// Everything grows with the window, so that a projector shows what a desk shows.
float scale_for(int width, int height, ImVec2 design, float zoom) {
  const float fit = std::min(static_cast<float>(width) / design.x, static_cast<float>(height) / design.y);
  return std::floor(std::clamp(fit * zoom, 0.5f, 6.0f) * 40) /
         40; // few steps, so that letters are not cut anew all the time
}

/// Where the pictures of the overview lie.
struct Layout {
  Rect rotations, pair, wavelengths, score;
};

/// The score gets the whole width and 56 % of the height, as its distances need columns. Above it the pair and the
/// wavelengths are of fixed width, and the wall of dials takes what is left.
Layout overview(const Canvas& c, Rect stage) {
  const float space = c.px(gap), split = stage.least.y + stage.height() * 0.435f;
  const float right = stage.greatest.x - c.px(300), pair_left = right - space - c.px(248);
  return {.rotations = {stage.least, {pair_left, split}},
          .pair = {{pair_left, stage.least.y}, {right - space, split}},
          .wavelengths = {{right, stage.least.y}, {stage.greatest.x, split}},
          .score = {{stage.least.x, split + space}, stage.greatest}};
}

/// How many bins the score's curves have: one for two pixels (at scale 1) of its plot. 88 is what the picture
/// (score.cpp) leaves free beside its plot: 2 × 18 of the panel, 46 for labels and 6.
std::int64_t columns_of(const Canvas& c, float panel) {
  return std::max<std::int64_t>(64, static_cast<std::int64_t>((panel - c.px(88)) / c.px(2)));
}

} // namespace

Shell::Shell(Scene scene, gpu::Engines& engines) : engines_(engines), scene_(std::move(scene)) {
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  // Dear ImGui leaves no imgui.ini and no log in the current folder.
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NoMouseCursorChange;
  compat::init_opengl("#version 330 core");
}

Shell::~Shell() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext();
}

void Shell::begin(int width, int height, float seconds, ImVec2 design) {
  const float scale = scale_for(width, height, design, zoom_);
  // Before ImGui::NewFrame(), which locks the fonts.
  if (scale != scale_) {
    fonts_ = Fonts::load(scale);
    scale_ = scale;
  }
  apply_style(theme(scene_.dark ? ThemeName::dark : ThemeName::light), scale_);
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  // Dear ImGui asserts that time goes on.
  io.DeltaTime = std::max(seconds, 1e-4f);
  {
    const gpu::DriverTime driver;
    ImGui_ImplOpenGL3_NewFrame();
  }
  ImGui::NewFrame();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  // One window of Dear ImGui as large as ours, without anything of its own to be seen: it holds every control.
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
  ImGui::Begin("Ropescope", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                   ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar(3);
}

Canvas Shell::canvas(Painter* outside) {
  const ImGuiIO& io = ImGui::GetIO();
  // Whether the mouse belongs to the pictures. It does not while a popup is open or an item is held: a slider that is
  // dragged across a picture must not move that picture too.
  const bool free = !help_ && !ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup) && !ImGui::IsAnyItemActive();
  // What the frame before was drawn with is void from here on, its words included.
  grounds_.clear();
  memory_.reset();
  return {.paint = outside ? *outside : screen_,
          .memory = memory_,
          .theme = theme(scene_.dark ? ThemeName::dark : ThemeName::light),
          .fonts = fonts_,
          .gesture = gesture_,
          .scale = scale_,
          .mouse = free && ImGui::IsMousePosValid() ? io.MousePos : ImVec2(nowhere, nowhere),
          .clicked = free && ImGui::IsMouseClicked(0),
          .measured_times = live_};
}

void Shell::finish() {
  // From 1.89 on Dear ImGui asserts that an item follows the last move of its cursor.
  ImGui::SetCursorScreenPos({0, 0});
  ImGui::Dummy({1, 1});
  ImGui::End();
  ImGui::Render();
  const gpu::DriverTime driver;
  const Theme& colours = theme(scene_.dark ? ThemeName::dark : ThemeName::light);
  // Grounds are cleared before Dear ImGui draws anything, so they lie below all else, whenever they were asked for.
  ground_painter_.paint(ImGui::GetIO().DisplaySize, grounds_, colours.panel, colours.ground);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

/// Does work on the engine that draws. Where the GPU fails in a window, the CPU does the work from then on and the
/// message says why. For a picture that is kept as a file there is no message, and a GPU that was asked for must not be
/// replaced in silence: its error goes on to the caller.
template <typename Work>
void Shell::work_or_give_up_gpu(Work work) {
  if (engines_.work_or_give_up_gpu(work, !live_) && live_) message_ = {std::string(engines_.gpu->why_not()), true};
}

/// Computes what `next` shows and makes it the scene in force. Where it is not valid, the scene stays as it was and the
/// message says why.
void Shell::accept(Scene& next, std::int64_t columns) {
  columns_ = columns;
  settle(next);
  try {
    work_or_give_up_gpu([&] { derived_.update(next, engines_, columns, patience()); });
    if (scene_ != next) scene_ = next;
    computed_ = true;
    if (message_.of_scene) message_ = {};
  } catch (const Error& error) {
    if (!computed_) throw; // nothing to go on with
    // The old scene is computed on, so that its curves go on getting finer, and drawn below the message.
    message_ = {error.what(), true, true};
    work_or_give_up_gpu([&] { derived_.update(scene_, engines_, columns, patience()); });
  }
}

/// Both engines are measured once nothing has moved for a moment, so that no movement waits for it.
void Shell::measure_when_still(float seconds) {
  constexpr float moment = 0.25f;
  // Copied only where it differs: a copy in every frame would be work for nothing.
  still_ = scene_.rope == measured_rope_ ? still_ + seconds : 0;
  if (measured_rope_ != scene_.rope) measured_rope_ = scene_.rope;
  if (derived_.parity_due() && still_ >= moment) work_or_give_up_gpu([&] { derived_.measure_parity(engines_); });
}

/// Order: the controls are drawn with what the frame before computed and edit `next`; it is computed; the pictures are
/// drawn with the new numbers, so that a dragged slider and its curves move together. What is clicked in a picture is
/// computed at the end and seen in the next frame.
void Shell::frame(int width, int height, float seconds, bool live, Painter* outside) {
  live_ = live;
  begin(width, height, seconds, window_design);
  next_ = scene_; // a copy into what is there already allocates nothing
  Scene& next = next_;
  if (scene_.play != Play::off) {
    // Whole tokens are moved and the rest is kept, so that the speed does not depend on how many frames a second there
    // are.
    play_remainder_ += tokens_per_second * static_cast<double>(seconds);
    const auto tokens = static_cast<std::int64_t>(play_remainder_);
    play_remainder_ -= static_cast<double>(tokens);
    advance_play(next, tokens);
  }
  const Canvas c = canvas(outside);
  const Rect window{{0, 0}, {static_cast<float>(width), static_cast<float>(height)}};
  if (help_ && hit("help", window)) help_ = false; // submitted first, it takes every click
  const float top = c.px(bar_height) + c.px(gap);
  const float left = scene_.panel ? c.px(gap + panel_width + gap) : c.px(gap);
  const float foot = shown_message().empty() ? c.px(gap) : c.px(gap + message_height + gap);
  const Rect stage_area{{left, top}, {window.greatest.x - c.px(gap), window.greatest.y - foot}};
  top_bar(c, {{0, 0}, {window.greatest.x, c.px(bar_height)}}, next);
  if (scene_.panel && control_panel(c, {{c.px(gap), top}, {c.px(gap + panel_width), stage_area.greatest.y}}, scene_,
                                    computed_ ? &derived_ : nullptr, next))
    perform(Request::open_file);
  accept(next, columns_of(c, stage_area.width()));
  // Where the edit was refused, the pictures go on from the scene that is still in force.
  next = scene_;
  stage(c, stage_area, next);
  message_bar(c, {{c.px(gap), window.greatest.y - c.px(gap + message_height)},
                  {window.greatest.x - c.px(gap), window.greatest.y - c.px(gap)}});
  if (help_) help(c);
  if (const auto file = dialog_.draw()) {
    open(*file);
    next = scene_;
  }
  if (next != scene_) accept(next, columns_of(c, stage_area.width()));
  finish();
  if (live_) measure_when_still(seconds);
  // A picture that is kept waits until it is complete, frames later if need be.
  if (export_wanted_ && !derived_.refining() && !derived_.kernel().working()) export_png(width, height);
}

void Shell::picture_frame(std::string_view name, int width, int height, Painter* outside) {
  const pictures::Picture* picture = pictures::find(name);
  if (!picture) throw Error(fmt::format("there is no picture \"{}\"", name));
  live_ = false;
  // No clock: the same picture twice is the same to the byte.
  begin(width, height, 1 / 60.0f, picture_design);
  const Canvas c = canvas(outside);
  scene_.view = picture->view; // computed only where it is looked at
  next_ = scene_;
  accept(next_, columns_of(c, static_cast<float>(width)));
  picture->draw(c, Rect{{0, 0}, {static_cast<float>(width), static_cast<float>(height)}}.inset(c.px(gap), c.px(gap)),
                scene_, derived_, next_);
  finish();
}

void Shell::stage(const Canvas& c, Rect area, Scene& next) {
  switch (scene_.view) {
  case View::overview: {
    const Layout l = overview(c, area);
    panel(c, {l.rotations.least, l.pair.greatest}); // one ground for both
    pictures::rotations(c, l.rotations, scene_, derived_, next);
    pictures::pair(c, l.pair, scene_, derived_, next);
    pictures::wavelengths(c, l.wavelengths, scene_, derived_, next);
    pictures::score(c, l.score, scene_, derived_, next);
    return;
  }
  case View::rotations: {
    const float split = area.greatest.x - area.width() * 0.27f;
    pictures::rotations(c, {area.least, {split, area.greatest.y}}, scene_, derived_, next);
    pictures::pair(c, {{split + c.px(gap), area.least.y}, area.greatest}, scene_, derived_, next);
    return;
  }
  case View::wavelengths: return pictures::wavelengths(c, area, scene_, derived_, next);
  case View::score: return pictures::score(c, area, scene_, derived_, next);
  case View::precision: return pictures::precision(c, area, scene_, derived_, next);
  case View::check: return pictures::check(c, area, scene_, derived_, next);
  }
}

void Shell::top_bar(const Canvas& c, Rect bar, Scene& next) {
  c.paint.ground(bar, c.theme.panel);
  c.paint.line({bar.least.x, bar.greatest.y}, bar.greatest, c.theme.grid, 1);
  const float y = (bar.height() - compat::font_size(c.fonts.title)) / 2;
  float x = c.px(20);
  x += text(c, {x, y}, c.fonts.title, c.theme.text, "Ropescope") + c.px(22);
  for (const Action& a : actions()) {
    if (!a.name.starts_with("view.") || a.name == "view.grid") continue;
    // An action is a function that changes a scene and does not say which view it leads to. It is tried on an empty
    // scene to learn that.
    const bool chosen = [&] {
      Scene would;
      a.apply(would);
      return would.view == scene_.view;
    }();
    ImFont* font = chosen ? c.fonts.bold : c.fonts.body;
    const float width = text_width(font, a.title) + c.px(36);
    const Rect tab{{x, c.px(8)}, {x + width, bar.height() - c.px(8)}};
    if (hit(a.name.data(), tab)) a.apply(next);
    const bool hovered = ImGui::IsItemHovered();
    if (chosen || hovered)
      c.paint.box({tab.least, tab.greatest}, chosen ? c.theme.raised : with_alpha(c.theme.raised, 0.5f), c.px(5));
    text(c, {x + c.px(12), tab.least.y + c.px(7)}, font, chosen || hovered ? c.theme.text : c.theme.dim, a.title);
    text(c, {tab.greatest.x - c.px(8), tab.least.y + c.px(3)}, c.fonts.heading, c.theme.faint, key_name(a),
         Align::right);
    x += width + c.px(4);
  }
  float right = bar.greatest.x - c.px(20);
  const auto command = [&](const char* name, std::string_view label) {
    const float width = text_width(c.fonts.body, label);
    const Rect r{{right - width - c.px(8), c.px(8)}, {right + c.px(8), bar.height() - c.px(8)}};
    if (hit(name, r)) perform(action(name).apply(next));
    text(c, {right - width, c.px(15)}, c.fonts.body, ImGui::IsItemHovered() ? c.theme.text : c.theme.dim, label);
    right -= width + c.px(24);
  };
  command("theme", scene_.dark ? "Light" : "Dark");
  command("export", "Export");
  command("help", "Keys");
  badge(c, {{std::max(x + c.px(16), right - c.px(700)), c.px(9)}, {right, bar.height() - c.px(9)}});
}

/// How GPU and CPU compare: which GPU, its time, the CPU's, and how far apart their numbers are; where there is no GPU,
/// why. In a narrow bar the device's name is left out first, then the numbers.
void Shell::badge(const Canvas& c, Rect r) const {
  if (r.width() < c.px(32)) return;
  c.paint.box({r.least, r.greatest}, c.theme.raised, c.px(5));
  const float y = r.least.y + c.px(7), room = r.width() - c.px(46);
  const ImVec2 dot{r.least.x + c.px(16), (r.least.y + r.greatest.y) / 2};
  const ImVec2 words{r.least.x + c.px(30), y};
  if (!engines_.has_gpu()) {
    const float arm = c.px(5);
    c.paint.line({dot.x - arm, dot.y - arm}, {dot.x + arm, dot.y + arm}, c.theme.bad, c.stroke(2));
    c.paint.line({dot.x - arm, dot.y + arm}, {dot.x + arm, dot.y - arm}, c.theme.bad, c.stroke(2));
    const std::string_view time =
        c.measured_times && !derived_.parity_due() ? c.words("CPU {:.2f} ms", derived_.parity().cpu_ms) : "";
    const float width = text(c, {r.greatest.x - c.px(14), y}, c.fonts.mono_small, c.theme.text, time, Align::right);
    text(c, words, c.fonts.small, c.theme.text,
         shortened(c, c.fonts.small, engines_.gpu->why_not(), room - width - c.px(12)));
  } else {
    const Parity& p = derived_.parity();
    const bool due = derived_.parity_due();
    // Each engine is within 2e-6 of the exact numbers (core/rope/engine.h), so that both may be 4e-6 apart. In practice
    // they are closer; what is further apart than 2e-6 deserves a look.
    c.paint.disc(dot, c.px(5), due ? c.theme.faint : p.greatest_difference <= 2e-6 ? c.theme.good : c.theme.bad);
    const std::string_view numbers =
        due ? "GPU beside CPU: once it is still"
        : c.measured_times
            ? c.words("GPU {:.2f} ms  CPU {:.2f} ms  max|Δ| {:.1e}", p.gpu_ms, p.cpu_ms, p.greatest_difference)
            : c.words("GPU beside CPU: max|Δ| {:.1e}", p.greatest_difference);
    const float width = text_width(c.fonts.mono_small, numbers);
    if (width > room) return; // the dot alone; the tooltip of a wider window has the rest
    text(c, {r.greatest.x - c.px(14), y}, c.fonts.mono_small, c.theme.text, numbers, Align::right);
    const std::string_view device =
        engines_.draws_on_gpu() ? engines_.gpu_device : c.words("{}, drawn by the CPU", engines_.gpu_device);
    if (room - width > c.px(60))
      text(c, words, c.fonts.small, c.theme.dim, shortened(c, c.fonts.small, device, room - width - c.px(12)));
  }
  hit("badge", r);
  if (ImGui::IsItemHovered()) badge_tooltip(c);
}

void Shell::badge_tooltip(const Canvas& c) const {
  const std::string_view gpu = engines_.has_gpu() ? c.words("GPU: {}", engines_.gpu_device) : engines_.gpu->why_not();
  tooltip(c.id("{}\nCPU: {}\n{}", gpu, engines_.cpu.device(), engines_.why_this_one()));
}

const std::string& Shell::shown_message() const { return message_.words.empty() ? fonts_.notice : message_.words; }

void Shell::message_bar(const Canvas& c, Rect bar) {
  const std::string& words = shown_message();
  if (words.empty()) return;
  const ImU32 colour = message_.trouble ? c.theme.bad : c.theme.good;
  c.paint.box({bar.least, bar.greatest}, mix(c.theme.panel, colour, 0.16f), c.px(6));
  c.paint.frame({bar.least, bar.greatest}, colour, c.stroke(1), c.px(6));
  const float y = bar.least.y + c.px(10);
  text(c, {bar.least.x + c.px(14), y}, c.fonts.body, colour, message_.trouble ? "✗" : "✓");
  text(c, {bar.least.x + c.px(38), y}, c.fonts.body, c.theme.text,
       shortened(c, c.fonts.body, words, bar.width() - c.px(130)));
  text(c, {bar.greatest.x - c.px(14), y}, c.fonts.small, c.theme.dim, "dismiss", Align::right);
  if (hit("message", bar))
    message_ = {};
  else
    tooltip(words.c_str());
}

void Shell::help(const Canvas& c) {
  // Drawn above everything, popups included.
  screen_.draw_above(ImGui::GetForegroundDrawList());
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const float row = c.px(27), width = c.px(440), height = row * static_cast<float>(actions().size()) + c.px(70);
  const ImVec2 corner{(size.x - width) / 2, std::max(c.px(8), (size.y - height) / 2)};
  c.paint.box({{0, 0}, size}, IM_COL32(0, 0, 0, 120));
  c.paint.box({corner, {corner.x + width, corner.y + height}}, c.theme.panel, c.px(8));
  text(c, {corner.x + c.px(22), corner.y + c.px(18)}, c.fonts.title, c.theme.text, "Keys");
  float y = corner.y + c.px(54);
  for (const Action& a : actions()) {
    text(c, {corner.x + c.px(22), y}, c.fonts.mono, c.theme.accent, key_name(a));
    text(c, {corner.x + c.px(160), y}, c.fonts.body, c.theme.text, a.title);
    y += row;
  }
  screen_.draw_above(nullptr);
}

void Shell::open(const std::filesystem::path& path) {
  try {
    const Scene next = with_model(scene_, read_model(path));
    // Tried before it is taken: a file whose numbers cannot be used throws here, and the window keeps its model. Before
    // the first frame the width of the pictures is not known; then that frame tries it.
    if (computed_) derived_.update(next, engines_, columns_, patience());
    scene_ = next;
    scene_.kernel.files.config = path.string();
    message_ = {};
    if (!next.model.warnings.empty())
      message_ = {fmt::format("{}", fmt::join(next.model.warnings, "; ")), false, false};
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

void Shell::drop(const std::vector<std::string>& paths) {
  std::vector<std::string> arrays;
  for (const std::string& path : paths) {
    const std::string extension = std::filesystem::path(path).extension().string();
    // These hold arrays. Whatever else is dropped is read as a model's file, and the message says where it is none.
    if (extension == ".npy" || extension == ".safetensors")
      arrays.push_back(path);
    else
      open(path);
  }
  if (!arrays.empty()) take_kernel_files(scene_, arrays);
}

Request Shell::key(int key, int modifiers) {
  const Action* found = action_for_key(key, modifiers);
  if (!found) return Request::none;
  Scene next = scene_;
  const Request request = found->apply(next);
  scene_ = next;
  return request;
}

bool Shell::takes_letters() const {
  return dialog_.is_open() || ImGui::GetIO().WantTextInput || ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup);
}

/// Whether anything was open, which has then used the key up. A popup counts, but is not closed here: it belongs to
/// what draws it.
bool Shell::close_what_is_open() {
  const bool something = help_ || dialog_.is_open() || ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup);
  help_ = false;
  dialog_.close();
  return something;
}

void Shell::perform(Request request) {
  if (request == Request::open_file) dialog_.open();
  if (request == Request::help) help_ = !help_;
  if (request == Request::zoom_in) zoom_ = std::min(zoom_ * 1.1f, 2.5f);
  if (request == Request::zoom_out) zoom_ = std::max(zoom_ / 1.1f, 0.75f);
  if (request == Request::zoom_reset) zoom_ = 1;
  if (request == Request::export_png) export_wanted_ = true;
}

} // namespace ropescope::shell
