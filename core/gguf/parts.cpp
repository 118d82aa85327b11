#include "core/gguf/parts.h"

#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "core/io/by_name.h"
#include "core/text.h"

namespace ropescope::gguf {

namespace {

/// The largest published models have some hundreds. A file may claim 65 535, and each one claimed is a file to look
/// for, while a window waits.
constexpr std::int64_t greatest_count = 4096;

std::string ending(std::int64_t part, std::int64_t count) {
  return fmt::format("-{:05}-of-{:05}.gguf", part + 1, count);
}

} // namespace

Parts::Parts(InputFile& opened, const std::string& name, Warnings& warnings) : opened_(opened) {
  head_.emplace(opened, name);
  // 0 and 1 stand in files that were put together again.
  count_ = head_->integer("split.count").value_or(1);
  if (count_ < 0 || count_ > greatest_count)
    head_->refuse(fmt::format("split.count is {}, expected at most {} files", count_, greatest_count));
  if (count_ > 1) {
    opened_part_ = head_->integer("split.no").value_or(0);
    if (opened_part_ < 0 || opened_part_ >= count_)
      head_->refuse(fmt::format("split.no is {}, expected less than split.count, {}", opened_part_, count_));
    head_part_ = opened_part_;
    // Some programs copy the metadata into each part.
    if (opened_part_ > 0 && !head_->text("general.architecture")) open_first(name, warnings);
  }
  add(*head_, head_part_);
  if (count_ > 1) read_others();
  if (const std::string* twice = sort_by_name(tensors_))
    head_->refuse(fmt::format("tensor {} is in two of the model's files, expected once", in_quotes(*twice)));
}

std::optional<std::filesystem::path> Parts::path_of(std::int64_t part) const {
  // By the part's own number as the file states it: a part under another part's name is not trusted to name the others.
  const std::string file = opened_.path().filename().string(), end = ending(opened_part_, count_);
  if (file.size() <= end.size() || !file.ends_with(end)) return std::nullopt;
  return opened_.path().parent_path() / (file.substr(0, file.size() - end.size()) + ending(part, count_));
}

void Parts::open_first(const std::string& name, Warnings& warnings) {
  const auto refuse = [&](const std::string& why) {
    throw Error(fmt::format("{}: part {} of {} of a model, whose metadata is in part 1: {}", name, opened_part_ + 1,
                            count_, why));
  };
  const auto path = path_of(0);
  if (!path)
    refuse(fmt::format("open that file (the name here does not end in {}, so it is not known)",
                       ending(opened_part_, count_)));
  try {
    first_.emplace(*path);
    head_.emplace(*first_, path->string());
  } catch (const Error& error) {
    refuse(error.what());
  }
  if (head_->integer("split.no").value_or(0) != 0 || head_->integer("split.count") != count_)
    refuse(fmt::format("{} is not part 1 of {}", path->string(), count_));
  head_part_ = 0;
  warnings.add(fmt::format("this file is part {} of {}, and the model's metadata was read from part 1, {}",
                           opened_part_ + 1, count_, path->filename().string()));
}

void Parts::add(const GgufFile& file, std::int64_t part) {
  tensor_count_ += file.tensor_count();
  for (std::string& name : file.tensors_with("rope")) tensors_.push_back({std::move(name), part});
}

void Parts::read_other(std::int64_t part) {
  const std::filesystem::path path = path_of(part).value();
  InputFile input(path);
  GgufFile file(input, path.string());
  // A folder may hold parts of two models under names that fit together: an older download, say.
  const auto no = file.integer("split.no"), count = file.integer("split.count");
  if (no != part || count != count_) file.refuse(fmt::format("not part {} of {} of the model", part + 1, count_));
  add(file, part);
}

void Parts::read_others() {
  std::int64_t unread = 0;
  if (!path_of(0)) {
    unread = count_ - 1;
    gap_ = fmt::format("the model is split into {} files, and this one's name does not end in {}, by which the others "
                       "would be found",
                       count_, ending(opened_part_, count_));
  } else
    // A part that cannot be read is only told of where the numbers could depend on it: who has one part of a model on
    // the disk often has no other.
    for (std::int64_t part = 0; part < count_; ++part) try {
        if (part != head_part_) read_other(part);
      } catch (const Error& error) {
        if (unread++ == 0) gap_ = error.what();
      }
  // How many tensors there are in all, which part 1 states: with it, a tensor that nobody saw is noticed even where
  // every file can be read.
  const auto stated = metadata().integer("split.tensors.count");
  const bool whole = stated && *stated >= 0 && static_cast<std::uint64_t>(*stated) == tensor_count_;
  if (whole)
    gap_.clear(); // what is missing has no tensors
  else if (unread == 0 && stated)
    gap_ = fmt::format("the model's {} files have {} tensors, and split.tensors.count is {}", count_, tensor_count_,
                       *stated);
  else if (unread > 0 && path_of(0))
    gap_ = fmt::format("{} of the model's {} files cannot be read{}: {}", unread, count_,
                       unread > 1 ? ", the first of them" : "", gap_);
}

std::vector<std::string> Parts::rope_tensors() const { return names_with(tensors_, ""); }

std::optional<std::vector<double>> Parts::rope_tensor(std::string_view name) {
  const Tensor* found = find_by_name(tensors_, name);
  if (!found) return std::nullopt;
  if (found->part == head_part_) return head_->tensor(name);
  // Opened again: a model can have more parts than a process may have open files.
  const std::filesystem::path path = path_of(found->part).value();
  InputFile input(path);
  return GgufFile(input, path.string()).tensor(name);
}

} // namespace ropescope::gguf
