#include "app/scene/opened.h"

#include <algorithm>
#include <cctype>
#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/scene/scene_file.h"
#include "core/check/run_files.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/open/model_file.h"

namespace ropescope {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// "model.safetensors", "model-00001-of-00004.safetensors", "adapter_model.safetensors": a kernel's arrays are called
/// otherwise.
bool is_weights_by_name(const std::string& name) {
  constexpr std::string_view known[] = {"model", "pytorch_model", "adapter_model", "diffusion_pytorch_model",
                                        "consolidated"};
  return std::any_of(std::begin(known), std::end(known), [&](std::string_view begin) {
    if (!name.starts_with(begin)) return false;
    const std::string_view rest = std::string_view(name).substr(begin.size());
    return rest == ".safetensors" || rest.starts_with("-0") || rest.starts_with(".0") || rest.starts_with(".fp");
  });
}

/// By its first bytes: an array may be called anything.
bool is_npy(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  InputFile file(path);
  std::string begin(static_cast<std::size_t>(std::min<std::uintmax_t>(6, file.size())), '\0');
  file.read(0, begin);
  return begin == "\x93NUMPY";
}

} // namespace

bool is_array_by_name(const std::string& path) {
  for (const std::string& candidate : {path, path.substr(0, path.rfind(':'))}) {
    const std::filesystem::path file(lower(candidate));
    const std::string extension = file.extension().string();
    if (extension == ".npy" || extension == ".npz") return true;
    if (extension == ".safetensors") return !is_weights_by_name(file.filename().string());
  }
  return false;
}

std::optional<std::string> lecture_file_text(const std::filesystem::path& path) {
  constexpr std::uintmax_t greatest = std::uintmax_t{4} << 20;
  std::error_code error;
  if (lower(path.extension().string()) != ".json" || !std::filesystem::is_regular_file(path, error))
    return std::nullopt;
  if (std::filesystem::file_size(path, error) > greatest || error) return std::nullopt;
  std::string text = read_file(path, greatest);
  const auto json = nlohmann::json::parse(text, nullptr, false, true);
  if (!json.is_object() || !json.contains("lecture") || !json.contains("steps")) return std::nullopt;
  return text;
}

Opened read_opened(const std::filesystem::path& path) {
  const std::string given = path.string();
  if (auto text = lecture_file_text(path)) return {LectureText{*std::move(text)}, given};
  if (is_array_by_name(given) || is_npy(path)) {
    const InputFile there(without_tensor_name(given)); // said now where it is not; the rest its reader says
    return {KernelArrays{{given}}, given};
  }
  if (const auto scene = scene_or_model(path)) {
    // A picture is not written again where its scene is saved.
    const bool own_file = lower(path.extension().string()) == ".json" || path.extension().empty();
    return {take_json(*scene, path.filename().string()), given, own_file};
  }
  return {read_model(path), given};
}

std::vector<Opened> read_all_opened(const std::vector<std::string>& paths) {
  std::vector<Opened> all;
  KernelArrays arrays;
  for (const std::string& path : paths) {
    try {
      Opened opened = read_opened(path);
      if (auto* found = std::get_if<KernelArrays>(&opened.held))
        arrays.paths.insert(arrays.paths.end(), found->paths.begin(), found->paths.end());
      else
        all.push_back(std::move(opened));
    } catch (const Error& error) {
      all.push_back({Refused{error.what()}, path});
    } catch (const std::exception& error) { // such as no memory for it
      all.push_back({Refused{fmt::format("{}: was not read: {}", path, error.what())}, path});
    }
  }
  if (!arrays.paths.empty()) {
    std::string last = arrays.paths.back();
    all.push_back({std::move(arrays), std::move(last)});
  }
  return all;
}

} // namespace ropescope
