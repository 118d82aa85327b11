#include "app/lecture/player.h"

#include <algorithm>
#include <cmath>

#include "app/lecture/lecture_scene.h"
#include "app/scene/picture.h"
#include "app/scene/property.h"
#include "core/error.h"

namespace ropescope {

namespace {

constexpr double bounce = 0.15; // seconds: a clicker's second contact comes within some 50 ms, a person's after 200

/// Slow, fast, slow.
double eased(double t) { return t * t * (3 - 2 * t); }

std::vector<double> numbers_of(const Value& value) {
  if (const double* number = std::get_if<double>(&value)) return {*number};
  if (const auto* list = std::get_if<std::vector<double>>(&value)) return *list;
  return {};
}

/// Bases, lengths and factors go by equal ratios. Positions are logarithmic on their sliders, but a hand that turns by
/// them moves evenly.
bool glides_by_ratio(const Property& row, const std::vector<double>& from, const std::vector<double>& to) {
  const auto above_0 = [](double x) { return x > 0; };
  const bool positive = std::all_of(from.begin(), from.end(), above_0) && std::all_of(to.begin(), to.end(), above_0);
  return positive && row.kind != Kind::whole && (row.logarithmic || row.kind == Kind::range);
}

Value as_value(const Property& row, std::vector<double> numbers) {
  if (row.kind == Kind::whole)
    for (double& number : numbers) number = std::round(number);
  if (row.kind == Kind::number || row.kind == Kind::whole) return numbers.front();
  return numbers;
}

bool is_of_window(const Property& row) { return row.key == "theme" || row.key == "engine" || row.key == "panel"; }

/// The picture that the program computes first: of several the one whose curves are refined from frame to frame.
std::string view_of(const lecture::Step& step) {
  std::string first;
  for (const lecture::Column& column : step.show)
    for (const lecture::ShownPicture& picture : column.rows) {
      if (!find_picture(picture.name)) continue;
      if (first.empty() || picture.name == "score") first = picture.name;
    }
  return first.empty() || !step.cannot.empty() ? "pair" : first; // nothing is drawn of a step that cannot be shown
}

/// A change as the program reads it, without what it does not know.
Patch patch_of(const std::string& change) {
  Patch patch;
  for (const auto& [row, value] : read_patch_leniently(change))
    if (!is_of_window(*row)) patch.emplace_back(row, value);
  return patch;
}

} // namespace

Player::Player(lecture::Lecture lecture, const Scene& like) : lecture_(std::move(lecture)), like_(like), scene_(like) {
  enter(0, false);
}

/// A lecture's scenes have the window's own theme and engine.
Scene Player::dressed(Scene scene) const {
  scene.theme = like_.theme;
  scene.engine = like_.engine;
  scene.panel = like_.panel;
  scene.play = Play::off;
  scene.view = view_of(step());
  return scene;
}

const Scene& Player::written(std::size_t step, bool end) {
  const auto key = std::pair(step, end);
  const auto found = written_kept_.find(key);
  if (found != written_kept_.end()) return found->second;
  const lecture::Step& of = lecture_.steps[step];
  return written_kept_.emplace(key, scene_of_step(end ? of.end : of.pose)).first->second;
}

void Player::enter(std::size_t step, bool at_end) {
  step_ = step;
  motion_.reset();
  answered_ = at_end || !this->step().has_motion();
  strength_ = 1;
  touched_ = false;
  scene_ = dressed(written(step_, answered_));
  if (!at_end) left_.erase(step_);
}

bool Player::bounces(double now) {
  if (now - last_press_ < bounce) return true;
  last_press_ = now;
  return false;
}

void Player::press(double now) {
  advance(now);
  if (bounces(now)) return;
  if (!started_) started_ = now;
  if (blank_) return toggle_blank(now);
  if (motion_) return finish();
  if (!answered_) {
    answered_ = true;
    return move(patch_of(step().motion), written(step_, true), now);
  }
  if (step_ + 1 == lecture_.steps.size()) return;
  left_.insert_or_assign(step_, scene_);
  enter(step_ + 1, false);
}

void Player::back(double now) {
  advance(now);
  if (bounces(now)) return;
  if (blank_) return toggle_blank(now);
  if (motion_) return finish();
  if (answered_ && step().has_motion()) {
    answered_ = false;
    const Scene& pose = written(step_, false);
    Patch change;
    for (const auto& [row, value] : patch_of(step().motion)) change.emplace_back(row, get(pose, *row));
    return move(change, pose, now);
  }
  if (step_ == 0) return;
  const auto before = left_.find(step_ - 1);
  std::optional<Scene> by_hand;
  if (before != left_.end()) by_hand = before->second;
  enter(step_ - 1, true);
  if (!by_hand) return;
  scene_ = dressed(*std::move(by_hand));
  touched_ = scene_ != dressed(written(step_, true));
}

void Player::jump(std::size_t step, double now) {
  advance(now);
  if (!started_) started_ = now;
  if (blank_) toggle_blank(now);
  if (step < lecture_.steps.size()) enter(step, false);
}

void Player::home() {
  motion_.reset();
  strength_ = 1;
  scene_ = dressed(written(step_, answered_));
  touched_ = false;
}

void Player::toggle_blank(double now) {
  blank_ = !blank_;
  if (blank_)
    blank_since_ = now;
  else if (blank_since_) {
    if (started_) blank_seconds_ += now - std::max(*blank_since_, *started_);
    blank_since_.reset();
  }
}

/// From what is shown now, hands and all, to the same with a change.
void Player::move(const Patch& change, const Scene& written_end, double now) {
  Motion motion{now, step().milliseconds / 1000, dressed(written_end), {}};
  try {
    if (touched_) motion.end = with_patch(scene_, change);
  } catch (const Error&) { // with what hands did it cannot be: as it is written
    touched_ = false;
  }
  for (const auto& [row, value] : change) {
    Glide glide{row, numbers_of(get(scene_, *row)), numbers_of(get(motion.end, *row)), false};
    if (glide.from.empty() || glide.from.size() != glide.to.size() || glide.from == glide.to) continue;
    if (row->kind == Kind::numbers) continue; // a list of bases or stops: another one comes at once
    glide.logarithmic = glides_by_ratio(*row, glide.from, glide.to);
    motion.glides.push_back(std::move(glide));
  }
  motion_ = std::move(motion);
  strength_ = 0;
  advance(now);
}

void Player::finish() {
  scene_ = std::move(motion_->end);
  motion_.reset();
  strength_ = 1;
}

void Player::advance(double now) {
  if (!motion_) return;
  const double share = (now - motion_->began) / motion_->seconds;
  if (share >= 1) return finish();
  const double t = eased(std::max(0.0, share));
  strength_ = static_cast<float>(t);
  Scene between = motion_->end; // words switch at once
  try {
    for (const Glide& glide : motion_->glides) {
      std::vector<double> numbers;
      for (std::size_t i = 0; i < glide.from.size(); ++i) {
        const double a = glide.from[i], b = glide.to[i];
        numbers.push_back(glide.logarithmic ? a * std::pow(b / a, t) : a + (b - a) * t);
      }
      set(between, *glide.row, as_value(*glide.row, std::move(numbers)));
    }
    require_computable(between);
    scene_ = std::move(between);
  } catch (const Error&) { // between two scenes that can be there is one that cannot
    scene_ = motion_->end;
  }
}

float Player::answer_strength() const { return answered_ ? strength_ : motion_ ? 1 - strength_ : 0; }

void Player::take(const Scene& by_hand) {
  if (by_hand == scene_) return;
  like_.theme = by_hand.theme;
  like_.engine = by_hand.engine;
  like_.panel = by_hand.panel;
  if (motion_) {
    motion_->end = dressed(std::move(motion_->end));
    return;
  }
  scene_ = by_hand;
  touched_ = scene_ != dressed(written(step_, answered_));
}

void Player::replace(lecture::Lecture lecture) {
  const std::string id = step().id;
  const bool was_answered = answered_;
  const auto same = lecture::find_step(lecture, id);
  lecture_ = std::move(lecture);
  left_.clear();
  written_kept_.clear();
  enter(same.value_or(std::min(step_, lecture_.steps.size() - 1)), was_answered);
}

double Player::elapsed(double now) const {
  if (!started_) return 0;
  const double until = blank_since_ ? std::max(*blank_since_, *started_) : now;
  return std::max(0.0, until - *started_ - blank_seconds_);
}

double Player::planned() const {
  double seconds = 0;
  for (std::size_t i = 0; i < step_; ++i) seconds += lecture_.steps[i].seconds;
  return seconds;
}

void Player::restart_clock(double now) {
  started_ = now;
  blank_seconds_ = 0;
  if (blank_since_) blank_since_ = now;
}

} // namespace ropescope
