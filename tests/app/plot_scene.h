#pragma once
#include <string>
#include <vector>

#include <imgui.h>

#include "app/canvas/canvas.h"
#include "app/canvas/gesture.h"
#include "app/canvas/imgui_compat.h"

namespace ropescope::test {

/// Notes what is drawn instead of drawing it.
class NotingPainter final : public canvas::Painter {
public:
  struct Words {
    ImVec2 at;
    std::string text;
  };
  std::vector<std::vector<ImVec2>> lines; ///< polylines, whole
  std::vector<std::vector<canvas::Span>> bands;
  std::vector<Words> words;
  std::vector<canvas::Rect> boxes, frames;

  void clear() { lines.clear(), bands.clear(), words.clear(), boxes.clear(), frames.clear(); }

  void line(ImVec2, ImVec2, ImU32, float) override {}
  void polyline(std::span<const ImVec2> points, ImU32, float, const canvas::Dash&) override {
    lines.emplace_back(points.begin(), points.end());
  }
  void polygon(std::span<const ImVec2>, ImU32) override {}
  void box(canvas::Rect r, ImU32, float) override { boxes.push_back(r); }
  void frame(canvas::Rect r, ImU32, float, float) override { frames.push_back(r); }
  void disc(ImVec2, float, ImU32, bool) override {}
  void circle(ImVec2, float, ImU32, float) override {}
  void arc(ImVec2, float, double, double, ImU32, float) override {}
  void wedge(ImVec2, float, double, double, ImU32) override {}
  void band(std::span<const canvas::Span> columns, ImU32) override {
    bands.emplace_back(columns.begin(), columns.end());
  }
  void image(canvas::Rect, std::int64_t, std::int64_t, std::span<const ImU32>) override {}
  void text(ImVec2 at, ImFont*, ImU32, std::string_view text) override { words.push_back({at, std::string(text)}); }
  void push_clip(canvas::Rect) override {}
  void pop_clip() override {}
  void ground(canvas::Rect, ImU32, float) override {}
  void begin_group(std::string_view) override {}
  void end_group() override {}
};

/// Dear ImGui without a window and without OpenGL: frames of 1000 × 700 pixels, moved by a hand. One at a time.
class PlotHand {
public:
  PlotHand() {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {1000, 700};
    ImFont* const font = io.Fonts->AddFontDefault();
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height); // builds the atlas
    fonts.body = fonts.small = fonts.heading = fonts.bold = fonts.title = fonts.large = fonts.huge = font;
    fonts.mono = fonts.mono_small = font;
  }
  ~PlotHand() { ImGui::DestroyContext(); }
  PlotHand(const PlotHand&) = delete;
  PlotHand& operator=(const PlotHand&) = delete;

  /// Frames in which the hand does this; `draw` is given a canvas in each. The second takes what Dear ImGui has put
  /// off.
  template <typename Draw>
  void does(compat::HandInput input, Draw draw, int frames = 2) {
    compat::hand(input);
    for (int i = 0; i < frames; ++i) {
      ImGui::GetIO().DeltaTime = 1 / 60.0f;
      ImGui::NewFrame();
      ImGui::SetNextWindowPos({0, 0});
      ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
      ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
      ImGui::Begin("hand", nullptr,
                   ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoScrollWithMouse |
                       ImGuiWindowFlags_NoNav);
      ImGui::PopStyleVar();
      memory.reset();
      const bool free = !ImGui::IsAnyItemActive();
      draw(canvas::Canvas{.paint = painter,
                          .memory = memory,
                          .theme = canvas::theme(canvas::ThemeName::dark),
                          .fonts = fonts,
                          .gesture = gesture,
                          .scale = 1,
                          .mouse = free ? ImGui::GetIO().MousePos : ImVec2(-1e9f, -1e9f),
                          .clicked = free && ImGui::IsMouseClicked(0)});
      ImGui::SetCursorScreenPos({0, 0});
      ImGui::Dummy({1, 1});
      ImGui::End();
      ImGui::EndFrame();
    }
  }

  /// Long enough for what comes next not to be a double click with what was before.
  template <typename Draw>
  void waits(ImVec2 at, Draw draw) {
    does({.at = at}, draw, 60);
  }

  NotingPainter painter;
  canvas::FrameMemory memory;
  canvas::Fonts fonts;
  canvas::Gesture gesture;
};

} // namespace ropescope::test
