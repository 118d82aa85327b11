#include "app/shell/step_pictures.h"

#include "app/shell/aside.h"
#include "app/shell/shell.h"
#include "core/error.h"

namespace ropescope::shell {

namespace {

// Pixels. Four times the overview's 336 × 189, so that letters are those of a stage, and half of that to keep.
constexpr int width = 1344, height = 756;
// Dear ImGui knows the sizes of its own windows only from the frame before. Curves that are still refined get more, to
// an end.
constexpr int least_frames = 3, most_frames = 120;

} // namespace

StepPictures::StepPictures(const lecture::Lecture& lecture, const Scene& like, gpu::Engines& engines)
    : large_(width, height) {
  const Aside aside;
  shell_ = std::make_unique<Shell>(like, engines);
  shell_->begin_lecture(lecture, "");
  shell_->do_not_wait();
}

StepPictures::~StepPictures() {
  const Aside aside;
  shell_.reset();
}

unsigned StepPictures::texture(std::size_t step, bool end) const {
  const auto found = kept_.find({step, end});
  return found == kept_.end() || !found->second.picture ? 0 : found->second.picture->texture();
}

bool StepPictures::is_due(std::size_t step, bool end, ThemeName theme) const {
  const auto found = kept_.find({step, end});
  return found == kept_.end() || found->second.theme != theme;
}

void StepPictures::work(std::size_t step, bool end, const Scene& like) {
  const Aside aside;
  shell_->take_over();
  const ThemeName theme = like.theme;
  const Key key(step, end);
  if (frames_ == 0 || drawing_ != key || drawing_theme_ != theme) {
    drawing_ = key, drawing_theme_ = theme, frames_ = 0;
    shell_->lectern()->player.dress_like(like);
    shell_->lectern()->player.show_written(step, end);
  }
  try {
    large_.bind();
    shell_->stage_frame(width, height);
    frames_ += 1;
    if (frames_ < least_frames || (shell_->derived().refining() && frames_ < most_frames)) return;
    Kept kept{std::make_unique<gpu::TexturePicture>(width / 2, height / 2), theme};
    kept.picture->shrink(large_);
    kept_.insert_or_assign(key, std::move(kept));
  } catch (const Error&) { // a step without a picture has its title in the overview
    kept_.insert_or_assign(key, Kept{nullptr, theme});
  }
  frames_ = 0;
}

} // namespace ropescope::shell
