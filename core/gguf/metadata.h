#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/gguf/gguf_file.h"
#include "core/gguf/parts.h"
#include "core/io/warnings.h"
#include "core/model/gguf_architectures.h"

/// Internal: how the metadata of a GGUF file becomes a Model, one file for each concern.
namespace ropescope::gguf {

/// A GGUF file's metadata as an architecture has it: keys go without the architecture's name before them. Every
/// function throws Error, naming the file and the key, where a value is of another kind or out of range.
class Metadata {
public:
  /// Reads general.architecture. Refuses one that has no rotary embedding, and what is no model (an adapter).
  Metadata(Parts&, Warnings&);

  const std::string& architecture() const { return architecture_; }
  bool is_known() const { return known_ != nullptr; } ///< the architecture
  const GgufArchitecture& code() const { return known_ ? *known_ : unknown_; }

  std::string key(std::string_view name); ///< whole; counts as asked for

  std::optional<double> number(std::string_view name) { return file_.number(key(name)); }
  std::optional<bool> flag(std::string_view name) { return file_.flag(key(name)); }
  std::optional<std::string> text(std::string_view name) { return file_.text(key(name)); }
  std::optional<std::vector<std::int64_t>> integers(std::string_view name) { return file_.integers(key(name)); }

  std::optional<std::int64_t> integer(std::string_view name);   ///< 0 to 2⁵³
  std::optional<std::int64_t> dimension(std::string_view name); ///< 0 to 65536
  double positive(std::string_view name, double otherwise);     ///< finite

  /// The first that is not 0: lists have one entry for each layer, and some layers no attention.
  std::optional<std::int64_t> any_integer(std::string_view name);

  GgufFile& file() { return file_; }
  Parts& parts() { return parts_; }
  [[noreturn]] void refuse(const std::string& what) const { file_.refuse(what); }
  void warn(std::string_view sentence) { warnings_.add(sentence); }

  /// Of keys and tensors about rotary embeddings that nobody asked for.
  void warn_of_the_rest();

private:
  std::optional<std::int64_t> integer_to(std::string_view name, std::int64_t greatest);
  [[noreturn]] void refuse_integer(const std::string& key, std::int64_t value, std::int64_t greatest) const;

  void refuse_other_kinds();

  Parts& parts_;
  GgufFile& file_;
  Warnings& warnings_;
  std::string architecture_;
  const GgufArchitecture* known_ = nullptr;
  GgufArchitecture unknown_{.rope = GgufRope::neox_or_mrope, .factors = GgufFactors::allowed}; ///< what most do
  std::vector<std::string> asked_; ///< keys, whether the file has them or not
};

inline constexpr std::int64_t greatest_dimension = 65536;

} // namespace ropescope::gguf
