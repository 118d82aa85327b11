#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <imgui.h>

#include "app/canvas/geometry.h"

namespace ropescope::canvas {

struct Canvas;

/// What mouse and keyboard point at: the control that keys work on, the words that explain what lies under the mouse,
/// and the value that can be copied there. The shell keeps it from frame to frame.
struct Attention {
  // The keyboard. Tab moves along the controls in the order in which they were drawn.
  ImGuiID focused = 0;                ///< 0: no control has the keyboard
  bool on_slider = false;             ///< the focused control takes arrow keys as steps
  int tabs = 0;                       ///< presses of Tab since the last frame, backwards ones as −1
  float steps = 0;                    ///< arrow keys since the last frame, in notches of a wheel
  bool pressed = false;               ///< Enter or Space since the last frame
  bool moved = false;                 ///< the focus came to its control in this frame
  std::vector<ImGuiID> order, before; ///< controls of this frame and of the last
  std::size_t start = 0;              ///< of the order: where Tab begins

  // The words about what lies under the mouse.
  std::string_view explained; ///< those that are shown in this frame
  bool awaited = false;       ///< some are due once the mouse has rested
  float since_shown = 1e9f;   ///< seconds since any were shown
  std::size_t said = 0;       ///< a number that tells the words of the last frame from others; 0: there were none
  int said_for = 0;           ///< how many frames in a row have had them
  bool silent = false;        ///< a button went down at `silent_at`: what lies there was understood, and says no more
  ImVec2 silent_at{};         ///< pixels
  bool asked = false;         ///< the mouse is on something that has words, whether they are shown or not
  float beside = 0;           ///< pixels: words about a control begin right of this, so that they cover no other
                              ///< control; 0: at the mouse

  /// The pair that the mouse is on in some picture, which every picture lights; −1: none. What a frame lights is seen
  /// in the next one, as pictures drawn before the lit one could not know it.
  std::int64_t pair = -1, next_pair = -1;
  bool pair_moved = false; ///< the next frame lights another one than this

  /// What lies under the mouse, as it is copied; lasts until the next frame begins.
  std::string_view value;

  /// Begins a frame: moves the focus by the presses of Tab.
  void begin(float seconds);
  /// Ends it: keys that no control took are void.
  void end();
  void leave() { focused = 0; }
  /// Whether the words are not seen yet: Dear ImGui leaves out the first frame of a tooltip, whose size it does not
  /// know. A window that draws nothing more after that frame never shows it.
  bool settling() const { return said != 0 && said_for < 2; }
};

/// Seconds that the mouse rests before words about what lies under it are shown, and for how long after that the words
/// of another control come at once.
inline constexpr float rest_before_words = 0.5f, words_stay_ready = 0.4f;

/// What keys ask of one control in this frame.
struct Asked {
  bool focused = false, pressed = false;
  float steps = 0;
};

/// Makes a control one that Tab reaches, draws the ring around the one that has the focus, and scrolls it into view.
/// `id`: of the item, from ImGui::GetID().
Asked take_focus(const Canvas&, ImGuiID id, Rect area, bool is_slider = false);

/// Lights a pair in every picture that is drawn, because the mouse is on it in one.
void light_pair(const Canvas&, std::int64_t pair);

/// The pair that is lit; −1: none.
std::int64_t lit_pair(const Canvas&);

/// Shows words about the last item once the mouse has rested on it; at once where another item's were shown just now.
/// A press ends them until the mouse leaves the item: they would lie over what the press has changed.
void explain(const Canvas&, std::string_view words);

/// Says what Ctrl+C copies while the mouse is on an area. The words last as long as the frame.
void offer_value(const Canvas&, Rect area, std::string_view words);

} // namespace ropescope::canvas
