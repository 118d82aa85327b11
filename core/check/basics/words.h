#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/run.h"

namespace ropescope {

/// A parameter as a sentence says it: numbers with 7 digits, the first 8 of a list.
std::string exact_words(const ParameterValue&);

/// A parameter as a list says it: numbers with 5 digits or their thousands apart, the first 2 of more than 4.
std::string short_words(const ParameterValue&);

/// Numbers in rising order, those that follow one another in short: "3, 30 … 47".
std::string range_words(const std::vector<std::int64_t>&);

/// "token 3", "tokens 3, 30 … 47".
std::string token_words(const std::vector<std::int64_t>& tokens);

/// What a kernel did that took other positions than those given, of one axis, token by token: where some tokens are
/// right only the others are told. Empty where all are wrong, or the lists do not belong together.
std::string other_position_words(const std::vector<std::int64_t>& given, const std::vector<std::int64_t>& taken);

/// "adds 3 to every position", "subtracts 5 from it".
std::string offset_words(double offset, const std::string& whose);

/// "axis h (rows)", "axes t (frames), w (columns)" of names with commas between.
std::string axis_words(const std::string& names);

/// "head 2", "heads 0, 3", as the file numbers them; of tables the copies of each angle.
std::string head_words(const std::vector<std::int64_t>& heads, const KernelRun&);

/// "batch row 1", "batch rows 0, 2".
std::string batch_words(const std::vector<std::int64_t>& rows);

/// short_words of a number with its sign, "+7".
std::string signed_words(const ParameterValue&);

/// "half-split" or "interleaved".
std::string pairing_title(Pairing);

/// One sentence on all of the causes, for a person: "The kernel …; and it …."
std::string sentence_of(const std::vector<Cause>&, const KernelRun&);

/// The causes in a few words, for a line of a list: "base 10 000 instead of 500 000".
std::string brief_of(const std::vector<Cause>&, const KernelRun&);

} // namespace ropescope
