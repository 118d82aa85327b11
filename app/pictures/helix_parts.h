#pragma once
#include <cmath>
#include <span>
#include <utility>

#include <glm/glm.hpp>
#include <glm/gtc/matrix_transform.hpp>

#include "app/pictures/parts.h"
#include "core/analysis/helix.h"

// What the files of the helix share. In the world a rope runs along x, y is up and z comes towards who looks at it
// along −z; lengths are in units of which a rope is `rope_length` long.

namespace ropescope::pictures {

inline constexpr float rope_length = 160.0f / 7, rope_radius = 0.98f, rope_apart = 2.55f, eye_distance = 38;
inline constexpr double home_yaw = 33, home_pitch = 3.2; ///< degrees

/// Where a camera sees things. It looks at the middle of all ropes from `eye_distance`: turned by `yaw` their end comes
/// nearer, by `pitch` they are seen from above.
class HelixCamera {
public:
  /// Angles in degrees; `unit`: pixels of a length of 1 as far away as the middle; `centre`: where that lies, pixels.
  HelixCamera(double yaw, double pitch, float unit, ImVec2 centre)
      : unit_(unit), centre_(centre),
        turned_(glm::rotate(glm::mat4(1), glm::radians(static_cast<float>(pitch)), glm::vec3(1, 0, 0)) *
                glm::rotate(glm::mat4(1), -glm::radians(static_cast<float>(yaw)), glm::vec3(0, 1, 0))) {}

  struct Seen {
    ImVec2 at;   ///< pixels
    float scale; ///< how much larger than in the middle
    float depth; ///< greater is nearer
  };
  Seen see(glm::vec3 place) const {
    const glm::vec3 v = turned_ * place;
    // What is as near as the eye itself, or behind it, is seen as from a tenth of the distance.
    const float scale = eye_distance / std::max(eye_distance - v.z, eye_distance / 10);
    return {{centre_.x + unit_ * scale * v.x, centre_.y - unit_ * scale * v.y}, scale, v.z};
  }
  ImVec2 pixel(glm::vec3 place) const { return see(place).at; }
  glm::vec3 turned(glm::vec3 direction) const { return turned_ * direction; }

  /// Where on the line through the middle of all ropes a pixel lies; nothing where that line is seen from its end.
  std::optional<float> along(float pixel) const {
    const float across = turned_[0][0], towards = turned_[0][2], u = (pixel - centre_.x) / unit_;
    const float by = eye_distance * across + u * towards;
    if (std::abs(across) < 0.1f) return std::nullopt;
    // Beyond where the line vanishes in the distance there is nothing of it: as far as can be.
    constexpr float far = 1000;
    if (by * across <= 0) return std::copysign(far, u * across);
    return std::clamp(u * eye_distance / by, -far, far);
  }

  /// The eye's place along the ropes.
  float eye_x() const { return eye_distance * turned_[0][2]; }
  float unit() const { return unit_; }

private:
  float unit_;
  ImVec2 centre_;
  glm::mat3 turned_;
};

/// Which tokens are seen.
struct TokenWindow {
  double start = 0, length = 160;
  double end() const { return start + length; }
  bool holds(double position) const { return position >= start && position <= end(); }
  float x(double position) const {
    return static_cast<float>(((position - start) / length - 0.5) * static_cast<double>(rope_length));
  }
  double position(float x) const { return start + (static_cast<double>(x / rope_length) + 0.5) * length; }
};

/// One rope: a pair's two strands.
struct Rope {
  std::int64_t pair = 0;
  float y = 0;                            ///< of its middle
  std::uint64_t turns = 0;                ///< Spectrum::turns
  double query_start = 0, key_start = 0;  ///< rad
  float query_radius = 0, key_radius = 0; ///< in units
  bool one = false;                       ///< both strands are the same
  bool lit = false;
  bool rungs = false; ///< both strands are joined at every few tokens, in place of the spokes

  /// A point of a strand at a position; `whole` 0 is the middle of the rope, 1 the strand.
  glm::vec3 strand(const TokenWindow& w, bool query, double position, float whole = 1) const {
    const double angle = (query ? query_start : key_start) + strand_angle(turns, position);
    const float radius = (query ? query_radius : key_radius) * whole;
    return {w.x(position), y + radius * static_cast<float>(std::sin(angle)),
            -radius * static_cast<float>(std::cos(angle))};
  }
};

/// `ground`: what lies behind, which what is far fades into. Draws ropes, the planes at two positions between them
/// (none where they are not seen), and what lies in the planes.
void draw_ropes(const Canvas&, const HelixCamera&, const TokenWindow&, std::span<const Rope>, double m, double n,
                bool planes, ImU32 ground);

/// Tokens from rung to rung.
double rung_step(const TokenWindow&);

/// The corners of the plane at a position, in order.
std::array<ImVec2, 4> plane_corners(const HelixCamera&, const TokenWindow&, std::span<const Rope>, double position);

} // namespace ropescope::pictures
