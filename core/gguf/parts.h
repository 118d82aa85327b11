#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/gguf/gguf_file.h"
#include "core/io/file.h"
#include "core/io/warnings.h"

namespace ropescope::gguf {

/// The GGUF files of one model: a single one, or the parts NAME-00001-of-00003.gguf to NAME-00003-of-00003.gguf beside
/// each other. Part 1 has the metadata, the tensors lie in any. One part is open at a time beside part 1, and of the
/// others' tensors the names with "rope" in them are kept. Source: ggml-org/llama.cpp @ 0c1e57098,
/// src/llama-model-loader.cpp, src/llama.cpp (llama_split_prefix), tools/gguf-split.
class Parts {
public:
  /// `opened` must live as long; any part of a model may be it. A part that cannot be read is no error here, see gap().
  /// Throws Error: no metadata (a later part without part 1), `split.count` beyond 4096, a tensor in two parts, and
  /// what GgufFile throws of the file with the metadata.
  Parts(InputFile& opened, const std::string& name, Warnings&);

  GgufFile& metadata() { return *head_; }

  std::uint64_t tensor_count() const { return tensor_count_; } ///< in all parts that were read

  /// The names with "rope" in them, sorted.
  std::vector<std::string> rope_tensors() const;

  /// As GgufFile::tensor(), out of whichever part has it. The name must have "rope" in it.
  std::optional<std::vector<double>> rope_tensor(std::string_view name);

  /// Why there may be tensors that nobody has seen, as half a sentence; empty where all have been seen.
  const std::string& gap() const { return gap_; }

private:
  struct Tensor {
    std::string name;
    std::int64_t part; ///< 0 for part 1, as in split.no
  };

  void open_first(const std::string& name, Warnings&);
  void read_other(std::int64_t part);
  void read_others();
  void add(const GgufFile&, std::int64_t part);

  /// Nothing where the opened file is not called as parts are.
  std::optional<std::filesystem::path> path_of(std::int64_t part) const;

  InputFile& opened_;
  std::optional<InputFile> first_; ///< part 1, where another was opened
  std::optional<GgufFile> head_;   ///< the part with the metadata
  std::int64_t count_ = 1, opened_part_ = 0, head_part_ = 0;
  std::uint64_t tensor_count_ = 0;
  std::vector<Tensor> tensors_; ///< by name
  std::string gap_;
};

} // namespace ropescope::gguf
