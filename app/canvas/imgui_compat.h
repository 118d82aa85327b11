#pragma once
// Everything in which Dear ImGui 1.86, 1.90 and 1.92 differ for us. The rest of the program asks no version.
#include <cmath>
#include <cstdint>
#include <string_view>

#include <dlfcn.h>
#include <imgui.h>
#include <imgui_impl_opengl3.h>

namespace ropescope::compat {

/// 1.92 rasterises glyphs when they are first drawn; before, an atlas holds ranges chosen beforehand.
inline constexpr bool dynamic_fonts = IMGUI_VERSION_NUM >= 19200;

/// ImGui_ImplOpenGL3_Init. From 1.92.2 on ImGui_ImplOpenGL3_Shutdown closes the library that its loader took OpenGL's
/// functions from, but keeps their addresses and uses them the next time; so a library that was opened stays.
inline bool init_opengl(const char* glsl_version) {
  const bool came_up = ImGui_ImplOpenGL3_Init(glsl_version);
#if IMGUI_VERSION_NUM >= 19220
  for (const char* name : {"libOpenGL.so.0", "libGL.so", "libGL.so.1", "libGL.so.3"}) // those that it tries
    if (void* library = dlopen(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE)) dlclose(library);
#endif
  return came_up;
}

/// A context of its own that draws by OpenGL 3.3 into whatever is bound, and becomes the current one. It leaves no
/// imgui.ini and no log in the current folder.
inline ImGuiContext* make_context() {
  ImGuiContext* const context = ImGui::CreateContext();
  ImGui::SetCurrentContext(context); // one that is there already would stay it
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().LogFilename = nullptr;
  init_opengl("#version 330 core");
  return context;
}

/// Rebuilds what the back end keeps of the font atlas, after fonts were added to it.
inline void rebuild_font_texture() {
#if IMGUI_VERSION_NUM < 19200
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
#endif
}

/// The size a font was loaded at, in pixels.
inline float font_size(const ImFont* font) {
#if IMGUI_VERSION_NUM < 19200
  return font->FontSize;
#else
  return font->LegacySize;
#endif
}

/// Pixels from the top of a line of text to the letters' baseline, whole as Dear ImGui draws them. From 1.92 on it may
/// be asked for within a frame alone.
inline float ascent(ImFont* font) {
#if IMGUI_VERSION_NUM < 19200
  return std::round(font->Ascent);
#else
  return std::round(font->GetFontBaked(font->LegacySize)->Ascent);
#endif
}

/// The bytes of the font file that a font was made from; Dear ImGui keeps them as long as the font.
inline std::string_view font_file(const ImFont* font) {
#if IMGUI_VERSION_NUM < 19200
  const ImFontConfig& source = *font->ConfigData;
#else
  const ImFontConfig& source = *font->Sources[0];
#endif
  return {static_cast<const char*>(source.FontData), static_cast<std::size_t>(source.FontDataSize)};
}

/// 1.92.8 swapped the last two arguments.
inline void polyline(ImDrawList* list, const ImVec2* points, int count, ImU32 colour, bool closed, float thickness) {
#if IMGUI_VERSION_NUM >= 19276
  list->AddPolyline(points, count, colour, thickness, closed ? ImDrawFlags_Closed : ImDrawFlags_None);
#else
  list->AddPolyline(points, count, colour, closed ? ImDrawFlags_Closed : ImDrawFlags_None, thickness);
#endif
}

inline void path_stroke(ImDrawList* list, ImU32 colour, bool closed, float thickness) {
#if IMGUI_VERSION_NUM >= 19276
  list->PathStroke(colour, thickness, closed ? ImDrawFlags_Closed : ImDrawFlags_None);
#else
  list->PathStroke(colour, closed ? ImDrawFlags_Closed : ImDrawFlags_None, thickness);
#endif
}

inline void rectangle(ImDrawList* list, ImVec2 least, ImVec2 greatest, ImU32 colour, float rounding, float thickness) {
#if IMGUI_VERSION_NUM >= 19276
  list->AddRect(least, greatest, colour, rounding, thickness, ImDrawFlags_None);
#else
  list->AddRect(least, greatest, colour, rounding, ImDrawFlags_None, thickness);
#endif
}

/// Before 1.87 a key that goes down and up between two frames is lost; this keeps it down for one.
inline void hold_key(int glfw_key, bool down) {
#if IMGUI_VERSION_NUM < 18700
  ImGui::GetIO().KeysDown[glfw_key] = down;
#else
  (void)glfw_key, (void)down;
#endif
}

/// In this frame, for whatever popup is open.
inline bool escape_pressed() {
#if IMGUI_VERSION_NUM < 18700
  return ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape));
#else
  return ImGui::IsKeyPressed(ImGuiKey_Escape);
#endif
}

/// Puts the mouse elsewhere than the window's back end says, for the frame that begins: after its NewFrame(), before
/// ImGui::NewFrame(). Nothing else of the input changes.
inline void place_mouse(ImVec2 at, bool left, bool right, float wheel) {
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM < 18700
  io.MousePos = at;
  io.MouseDown[0] = left;
  io.MouseDown[1] = right;
  io.MouseWheel = wheel;
#else
  io.AddMousePosEvent(at.x, at.y);
  io.AddMouseButtonEvent(0, left);
  io.AddMouseButtonEvent(1, right);
  if (wheel != 0) io.AddMouseWheelEvent(0, wheel);
#endif
}

/// A texture of OpenGL, as Dear ImGui's draw lists take it: a pointer before 1.91.4, a number from then on.
inline ImTextureID texture_id(unsigned texture) {
  return (ImTextureID) static_cast<std::uintptr_t>(texture); // a C cast, since no other one makes both
}

/// What a hand does to mouse and keyboard in one frame.
struct HandInput {
  ImVec2 at{};
  bool left = false, right = false;
  float wheel = 0, sideways = 0; ///< notches; sideways is positive to the left
  bool ctrl = false, shift = false, alt = false, escape = false, enter = false, backspace = false;
};

/// Input without a window, for tests. From 1.87 on Dear ImGui may need a second frame to take all of it.
inline void hand(const HandInput& input) {
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM < 18700
  constexpr int glfw_escape = 256, glfw_enter = 257, glfw_backspace = 259;
  io.KeyMap[ImGuiKey_Escape] = glfw_escape;
  io.KeyMap[ImGuiKey_Enter] = glfw_enter;
  io.KeyMap[ImGuiKey_Backspace] = glfw_backspace;
  io.KeysDown[glfw_escape] = input.escape;
  io.KeysDown[glfw_enter] = input.enter;
  io.KeysDown[glfw_backspace] = input.backspace;
  io.KeyCtrl = input.ctrl;
  io.KeyShift = input.shift;
  io.KeyAlt = input.alt;
  io.MousePos = input.at;
  io.MouseDown[0] = input.left;
  io.MouseDown[1] = input.right;
  io.MouseWheel = input.wheel;
  io.MouseWheelH = input.sideways;
#else
#if IMGUI_VERSION_NUM < 18900
  io.AddKeyEvent(ImGuiKey_ModCtrl, input.ctrl);
  io.AddKeyEvent(ImGuiKey_ModShift, input.shift);
  io.AddKeyEvent(ImGuiKey_ModAlt, input.alt);
#else
  io.AddKeyEvent(ImGuiMod_Ctrl, input.ctrl);
  io.AddKeyEvent(ImGuiMod_Shift, input.shift);
  io.AddKeyEvent(ImGuiMod_Alt, input.alt);
#endif
  io.AddKeyEvent(ImGuiKey_Escape, input.escape);
  io.AddKeyEvent(ImGuiKey_Enter, input.enter);
  io.AddKeyEvent(ImGuiKey_Backspace, input.backspace);
  io.AddMousePosEvent(input.at.x, input.at.y);
  io.AddMouseButtonEvent(0, input.left);
  io.AddMouseButtonEvent(1, input.right);
  if (input.wheel != 0 || input.sideways != 0) io.AddMouseWheelEvent(input.sideways, input.wheel);
#endif
}

/// The mouse alone.
inline void mouse(ImVec2 at, bool pressed, float wheel) { hand({.at = at, .left = pressed, .wheel = wheel}); }

} // namespace ropescope::compat
