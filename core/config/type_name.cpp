#include "core/config/type_name.h"

#include <cctype>

#include "core/config/class_values.h"
#include "core/model/class_defaults.h"
#include "core/model/model_types.h"
#include "core/model/more_classes.h"

namespace ropescope::config {

namespace {

/// Letters and digits alone, small: what a model_type and the name of its classes have in common.
std::string squashed(std::string_view name) {
  std::string result;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)))
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// Without the word for what the model is made for: LlamaForCausalLM, QWenLMHeadModel, NewModel.
std::string_view family(std::string_view architecture) {
  const std::size_t task = architecture.rfind("For");
  if (task != std::string_view::npos && task > 0 && task + 3 < architecture.size() &&
      std::isupper(static_cast<unsigned char>(architecture[task + 3])))
    return architecture.substr(0, task);
  for (const std::string_view ending : {"LMHeadModel", "Model"})
    if (architecture.ends_with(ending)) return architecture.substr(0, architecture.size() - ending.size());
  return architecture;
}

/// Of a row of the tables of classes: a file with rope keys whose type is new is no sign of a class without.
template <typename Rows>
std::string turning_type(const Rows& rows, std::string_view wanted) {
  for (const auto& row : rows)
    if (squashed(row.model_type) == wanted) {
      const auto values = ClassValues::of(row.model_type);
      if (values && (values->rotates() || values->has_parts())) return std::string(row.model_type);
    }
  return "";
}

} // namespace

bool is_known_type(std::string_view model_type, bool older) {
  return find_model_type(model_type) || ClassValues::of(model_type, older);
}

std::string type_by_architecture(const Json& object) {
  const Json* architectures = present(object, "architectures");
  if (!architectures || !architectures->is_array() || architectures->empty() || !architectures->front().is_string())
    return "";
  const std::string wanted = squashed(family(architectures->front().get_ref<const std::string&>()));
  if (wanted.empty()) return "";
  for (const ModelType& type : model_types())
    if (squashed(type.name) == wanted) return std::string(type.name);
  const std::string by_hand = turning_type(more_classes(), wanted);
  return by_hand.empty() ? turning_type(class_defaults(), wanted) : by_hand;
}

} // namespace ropescope::config
