#include "core/gguf/metadata.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "core/text.h"

namespace ropescope::gguf {

namespace {

// 2⁵³: up to it a double holds every integer, and lengths are kept as doubles.
constexpr std::int64_t greatest_integer = std::int64_t{1} << 53;

/// Of the tensors' names that are read; those of further layers repeat the first's.
bool is_read(std::string_view tensor) {
  for (const std::string_view end : {"rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"})
    if (tensor.ends_with(end) && (tensor.size() == end.size() || tensor.starts_with("blk."))) return true;
  return false;
}

} // namespace

Metadata::Metadata(Parts& parts, Warnings& warnings) : parts_(parts), file_(parts.metadata()), warnings_(warnings) {
  const auto name = file_.text("general.architecture");
  // Before the architecture is judged: it is that of the model they belong to, which may have no RoPE or be unknown.
  refuse_other_kinds();
  if (!name) refuse("no general.architecture in it, expected a model's metadata");
  // The name becomes part of every key and of many sentences.
  const auto is_letter = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; };
  if (name->empty() || name->size() > 64 || !std::all_of(name->begin(), name->end(), is_letter))
    refuse(fmt::format("general.architecture is {}, expected letters and digits", in_quotes(*name)));
  architecture_ = *name;
  // One that is not known is read as most are and warned of: a later llama.cpp may have it. One that is known to have
  // no RoPE is refused, whatever keys its file has.
  known_ = find_gguf_architecture(architecture_);
  if (!known_)
    warn(fmt::format("architecture \"{}\" is not known, and most models rotate halves", architecture_));
  else if (!known_->part.empty())
    refuse(
        fmt::format("architecture \"{}\" has no rotary embedding of a language model: it is {}, open the model that it "
                    "belongs to",
                    architecture_, known_->part));
  else if (known_->rope == GgufRope::none)
    refuse(fmt::format("architecture \"{}\" has no rotary embedding in llama.cpp", architecture_));
  if (const auto layers = integer("block_count");
      code().rope_block_count != 0 && layers && *layers != code().rope_block_count)
    refuse(fmt::format("architecture \"{}\" has no rotary embedding in models of {} layers, only of {}", architecture_,
                       *layers, code().rope_block_count));
  if (code().finetuned_is_switch && !flag("rope.scaling.finetuned").value_or(true))
    refuse(fmt::format("{} is false, and then architecture \"{}\" has no rotary embedding",
                       key("rope.scaling.finetuned"), architecture_));
  key("rope.scaling.finetuned"); // of other architectures it changes nothing
}

void Metadata::refuse_other_kinds() {
  // They name the architecture of the model that they belong to, and have none of its keys.
  const std::string type = file_.text("general.type").value_or("");
  if (type == "imatrix")
    refuse("an importance matrix for quantising (general.type imatrix), expected a model: open the model itself");
  if (type != "adapter") return;
  std::string base;
  for (const char* word : {"organization", "name"})
    if (const auto part = file_.text(fmt::format("general.base_model.0.{}", word)); part && !part->empty())
      base += (base.empty() ? "" : " ") + *part;
  if (base.empty()) base = file_.text("general.base_model.0.repo_url").value_or("");
  refuse(fmt::format("a {} adapter, expected a model: open its base model{}",
                     file_.text("adapter.type").value_or("lora") == "lora" ? "LoRA" : "model's",
                     base.empty() ? "" : ", " + in_quotes(base)));
}

std::string Metadata::key(std::string_view name) {
  asked_.push_back(fmt::format("{}.{}", architecture_, name));
  return asked_.back();
}

void Metadata::refuse_integer(const std::string& key, std::int64_t value, std::int64_t greatest) const {
  refuse(fmt::format("{} is {}, expected 0 to {}", key, value, greatest));
}

std::optional<std::int64_t> Metadata::integer_to(std::string_view name, std::int64_t greatest) {
  const auto value = file_.integer(key(name));
  if (value && (*value < 0 || *value > greatest)) refuse_integer(key(name), *value, greatest);
  return value;
}

std::optional<std::int64_t> Metadata::integer(std::string_view name) { return integer_to(name, greatest_integer); }

std::optional<std::int64_t> Metadata::dimension(std::string_view name) { return integer_to(name, greatest_dimension); }

double Metadata::positive(std::string_view name, double otherwise) {
  const double value = number(name).value_or(otherwise);
  if (!(value > 0) || !std::isfinite(value))
    refuse(fmt::format("{} is {}, expected a positive number", key(name), value));
  return value;
}

std::optional<std::int64_t> Metadata::any_integer(std::string_view name) {
  const auto list = integers(name);
  if (!list) return std::nullopt;
  for (const std::int64_t value : *list) {
    if (value < 0 || value > greatest_integer) refuse_integer(key(name), value, greatest_integer);
    if (value != 0) return value;
  }
  return 0;
}

void Metadata::warn_of_the_rest() {
  // Whatever has "rope" in its name and was not asked for is news: a key of a later llama.cpp, or of a fork.
  std::sort(asked_.begin(), asked_.end());
  for (const std::string& name : file_.keys_with("rope"))
    if (!std::binary_search(asked_.begin(), asked_.end(), name) && !file_.is_off(name))
      warn(fmt::format("{} is not understood and has no effect here", name));
  for (const std::string& name : parts_.rope_tensors())
    if (!is_read(name)) warn(fmt::format("tensor {} is not understood and has no effect here", name));
}

} // namespace ropescope::gguf
