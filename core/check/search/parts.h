#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/check/proof/row_proof.h"
#include "core/check/search/candidate.h"
#include "core/check/search/evidence.h"

namespace ropescope {

/// A sample of rows beside the model's rotation of them under one layout: what the parts of a kernel are looked for in.
struct PartContext {
  const Evidence& evidence;
  const RowSample& sample;
  const LayoutChoice& layout;
  Prediction expected;      ///< under the layout
  SampleTurns turns;        ///< of `expected`
  std::vector<double> rows; ///< as `expected` writes them
  RowProof proof;           ///< of `rows`

  /// `gain`: what multiplies cos and sin, where that is not the model's.
  PartContext(const Evidence&, const RowSample&, const LayoutChoice&, std::optional<double> gain = {});
  /// The rotation that `expected` says, in the place of the model's.
  PartContext(const Evidence&, const RowSample&, const LayoutChoice&, Prediction expected, bool as_expected = false);

  /// Whether `expected` is the model's own rotation.
  bool as_expected() const { return as_expected_; }

  /// A prediction of the sample's rows, held against them.
  RowProof prove(const std::vector<double>& predicted) const;
  RowProof prove(const std::vector<double>& predicted, const std::vector<std::uint8_t>& of) const;
  /// What a prediction leaves, relative, where it explains every number; nothing where it does not, which is told at
  /// the first that is off. By token: made as it is asked for, from several threads at once.
  std::optional<double> whole(const std::vector<double>& predicted, const std::vector<std::uint8_t>& of = {}) const;
  std::optional<double> whole_by_token(const PredictToken& predict, const std::vector<std::uint8_t>& of = {}) const;
  std::optional<double> whole(const SampleTurns& turned) const; ///< the same of a rotation
  /// Share of the tokens in which a component, a pair, or a row (head × batch) is off.
  std::vector<double> components_off() const, pairs_off() const, rows_off() const;
  /// The tokens in which a number that is not left out is off, as a cause; nothing where there are none.
  std::optional<Cause> tokens_off(const std::function<bool(std::int64_t row, std::int64_t component)>& left_out) const;
  /// Per component, 1 where one of the pairs writes it.
  std::vector<std::uint8_t> components_of(const std::vector<std::int64_t>& pairs) const;

private:
  bool as_expected_ = false;
};

/// What was found of the parts of a kernel, proved on the sample.
struct PartFound {
  std::vector<Cause> causes;            ///< empty: the context alone explains the rows
  double residual = 0;                  ///< RMS relative, of what is not named wrong
  const LayoutChoice* layout = nullptr; ///< null: the expected one
  std::vector<Cause> alike = {};        ///< what these rows do not tell from the causes
};

// Each looks for one kind; nothing where it does not predict the rows. All throw Cancelled.

/// Components behind the rotated part that do not pass; explains nothing else.
std::optional<Cause> wrong_components(const PartContext&);
/// Heads and rows of the batch that are zero, exchanged, repeated or otherwise wrong.
std::optional<PartFound> wrong_heads(const PartContext&);
/// Halves of the output exchanged, rows shifted.
std::optional<PartFound> misplaced_rows(const PartContext&);
/// A real matrix per pair, the same function of cos and sin in all that are wrong.
std::optional<PartFound> other_matrix(const PartContext&);
/// The same of some pairs: the matrix in words.
std::optional<std::string> matrix_of_pairs(const PartContext&, const std::vector<std::int64_t>& pairs);
/// Whether a few numbers of the rows look as if a matrix wrote them; quick.
bool may_be_matrix(const PartContext&);
/// A matrix or a gain beside one other mistake: other positions, other frequencies.
std::optional<PartFound> beside_mistakes(const PartContext&);
/// Rows that lie elsewhere, were never written or have a constant added, beside one other mistake.
std::optional<PartFound> beside_rows(const PartContext&);
/// Errors that hide in the rounding of every single number, and show in the mean over all tokens.
std::optional<PartFound> small_errors(const PartContext&);
/// Rows of some tokens that are zero, where all others are right.
std::optional<PartFound> zero_rows(const PartContext&);
/// A gain of each row's own, or a weight of each component's.
std::optional<PartFound> row_gain(const PartContext&);
/// Positions of the kernel's own, of every axis or of some.
std::optional<PartFound> other_positions(const PartContext&);
/// A scheme that looks at the length of a run, asked for each token by itself.
std::optional<PartFound> other_lengths(const PartContext&);
/// A frequency of each pair's own.
std::optional<PartFound> own_frequencies(const PartContext&);
/// cos and sin of other entries of the table than a component should take.
std::optional<PartFound> other_table_entries(const PartContext&);
/// Rows (head × token) that hold those of others by a rule.
std::optional<PartFound> rows_by_rule(const PartContext&);
/// The same, and rows that were not rotated, or rotated twice.
std::optional<PartFound> rows_from_elsewhere(const PartContext&);
/// Rows (head × token) that are wrong, where they are not all of some tokens.
std::optional<PartFound> rows_apart_from_tokens(const PartContext&);
/// Heads that are read one after the other with another stride than theirs.
std::optional<PartFound> heads_by_stride(const PartContext&);
/// A constant added to each component, before or after the rotation.
std::optional<PartFound> constants_added(const PartContext&);
/// Numbers that were never written, by chance and more than a few.
std::optional<PartFound> unwritten_elements(const PartContext&);
/// Components in another order or combined with others than they should be; a pointer off by some numbers.
std::optional<PartFound> other_order(const PartContext&);
/// What was made of every number for itself.
std::optional<PartFound> function_of_values(const PartContext&);
/// Pairs that are wrong, where it is known what the kernel makes of them in every token.
std::optional<PartFound> named_pairs(const PartContext&);
/// Tokens that are wrong beside others that are right, and what a check of them alone says.
std::optional<PartFound> wrong_tokens(const PartContext&);
/// Rows (head × token) that are wrong beside others that are right.
std::optional<PartFound> wrong_rows(const PartContext&);
/// Pairs that are wrong beside others that are right.
std::optional<PartFound> wrong_pairs(const PartContext&);
/// What is taken for cos and sin where that is another function of the right angle.
std::optional<PartFound> function_of_angle(const PartContext&);
/// Tokens that are wrong where some others are right, and no more is known of them.
std::optional<PartFound> tokens_left(const PartContext&);
/// Numbers wrong here and there.
std::optional<PartFound> wrong_elements(const PartContext&);

/// Whether a token has a position that turns anything. At 0 on every axis each rotation is right, and tells nothing.
bool is_turned(const KernelRun&, std::int64_t token);

/// Whether causes say what the kernel did, and not only which numbers are wrong.
bool names_a_mistake(const std::vector<Cause>&);

/// All of them, simplest first; nothing where none predicts the rows. Throws Cancelled.
std::optional<PartFound> explain_parts(const Evidence&);

/// Rows that a proof found off, so few and so scattered that no head, pair or token stands out.
std::optional<Cause> scattered(const RowSample&, const RowProof&, const PairComponents&);

} // namespace ropescope
