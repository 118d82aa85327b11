#pragma once
#include <cstdint>

// Every number by which check judges, in the order of its stages. Each says where it comes from, and what it would
// cost to take it too low or too high. "Unit": half the spacing of numbers at 1 of the format that the output holds,
// which is the greatest relative error of one rounding.

namespace ropescope::thresholds {

// ---- evidence/rounding_noise: what rounding explains

/// Units that the rounding of tables, products and their sum comes to in a pair, root of the mean square. Derived:
/// a table entry, a product and a sum each err by 1/√3 unit RMS of numbers of about the pair's length; three of
/// them, two products: 0.75 units. Twice that, since a cast of the input comes on top. Lower: models that round
/// each step are accused. Higher: an error of two roundings passes.
inline constexpr double rms_units = 1.5;

/// Units by which one pair may be off at most. Derived: the same four roundings, all of them the worst and of one
/// sign; one more where the input is in a finer format and was cast. Lower: one pair in millions is accused. Higher:
/// a single wrong entry hides.
inline constexpr double bound_units = 4, bound_units_with_cast = 5;

/// Numbers of float16 below 2⁻¹⁴ lie 2⁻²⁴ apart, so their error does not shrink with them. 1.5 such spacings, as
/// rms_units. Lower: rows of small float16 numbers are accused.
inline constexpr double float16_floor = 1.5 * 0x1p-24;

/// The same of float8: rows are computed in 16 bits or more and rounded once, by 1/√3 unit RMS of numbers at 1 and 0.42
/// units of numbers between; 0.6 where they are rounded at random, 0.83 where they are cut off; and at most by one
/// unit, two where cut off. Squared spacings of the least numbers, RMS of a number cut off: 1/3; of int8, whose numbers
/// all lie one step apart, 1/12 rounded and 1/6 rounded at random. Lower: caches in 8 bits are accused. Higher: errors
/// as large as a spacing pass unless they add up.
inline constexpr double float8_rms_units = 0.9, float8_bound_units = 2.2, float8_floor = 1.0 / 3, int8_floor = 0.25;

/// The unit of int16 rows, which are computed in fixed point: cos, sin and products of 16 bits, one for the sign.
/// Lower: those are accused. Higher: tables of fewer bits pass unsaid.
inline constexpr double int16_unit = 0x1p-15;

/// Units that the mean of a pair's errors over all tokens may be off: what the table of a slow pair is rounded by,
/// whose entries stay on one side of theirs for a whole run: half a unit, one where they are cut off. The errors of
/// products and sums have either sign. Lower: right tables are accused. Higher: a frequency or a gain a little off
/// hides where no single row shows it.
inline constexpr double bias_units = 1;

/// How many more units too short the mean of a pair may be, where products and sums are cut off besides: 0.72 units
/// each.
inline constexpr double short_units = 1.5;

/// The same where a token's rows are those of the token before it: products and sums are then rounded alike too, by 2.5
/// units in all, and by twice as much where they are cut off.
inline constexpr double repeated_bias_units = 5;

/// Standard errors that a mean must be off besides: by chance one pair in 10⁸ is. Of n cells (tokens of a pair) it is
/// 1 + 10/n times as many, by which Student's distribution is wider there (9.8 of 16 cells); fewer than 16 tell
/// nothing. Lower: with three tests of 64 pairs each, one right run in thousands is accused.
inline constexpr double bias_errors = 6, few_cells = 10, bias_cells = 16;

/// Units that the gain of all pairs together may be too great: pairs are rounded each in its own way, so that the mean
/// of 32 is off by a tenth of what one is. And too small: numbers that are cut off are 0.72 units too short, twice over
/// where tables are cut off as well as sums. Lower: tables that happen to be rounded up, or kernels that cut off, are
/// accused. Higher: a gain of 1.003 passes in bfloat16 rows.
inline constexpr double common_short_units = 1.6;
inline constexpr double common_gain_units = 0.25;

/// The unit that float64 rows are judged by, though theirs is 2⁻⁵³: the error of a pair is the difference
/// |out|² − 2 Re(…) + |in|² of sums in double, which cancels to 2⁻⁵³ of them, and the root of that is 1e-8. Lower:
/// right float64 kernels are accused. Higher: nothing, until float32's 6e-8, which float64 rows should not need.
inline constexpr double float64_unit = 1e-8;

/// Rounding of position × frequency in float32: the powers of other libraries (CUDA's, NumPy's, exp2 of a logarithm)
/// are up to two units of the last place from the exact frequency, 2⁻²² of it, and the product is rounded once more,
/// 2⁻²⁴. Lower: right kernels in 16 bits are accused from position 8000 on, where that is more than rounding of the
/// rows. Higher: what a fast sine costs (6e-7) is no longer told apart.
inline constexpr double float32_angle = 5 * 0x1p-24;

/// Relative error beyond which a model's own float32 table is no rounding but another table, and no excuse. float32
/// powers are off by a few 1e-7; 1e-5 leaves room for the worst exponent. Higher: a wrong table excuses itself.
inline constexpr double own_table_error = 1e-5;

// ---- evidence/frequency_fit and position_shift

/// Share of |Σ| over Σ|…| that ratios of tokens at one distance must keep to say a frequency: with angles spread
/// evenly over ±θ it is sin θ/θ, 0.6 at 1.8 rad, beyond which a wrapped angle may be taken for another. Lower:
/// frequencies jump by whole turns. Higher: noise in a few rows ends the fit early, which costs digits.
inline constexpr double coherent = 0.6;

/// A shift whose match is at least this share of the best that any shift could have is taken, and no further one is
/// tried: one pair of 64 that is wrong by 0.16 rad costs 2e-4, the rounding of bfloat16 rows a tenth of that. Lower:
/// the search ends at a wrong shift. Higher: it goes on where the right one is found, which costs time.
inline constexpr double matched = 1 - 2e-4;

/// Turns of the slowest pair that a shift is sought over, either way: 32 are 1.7 million tokens under base 10 000 with
/// 64 pairs. More costs time alone.
inline constexpr int slowest_turns = 32;

// ---- evidence/entry_bounds: single entries

/// Bounds that a single entry may be off by. A bound is the worst of table, products and sum rounded to the nearest;
/// numbers that are cut off or rounded at random are off by up to twice as much. Lower: those are accused. Higher: one
/// wrong entry passes.
inline constexpr double odd_entry = 2;

/// Where there are many entries, one is odd already at so many times what all but this share are off: errors are sums
/// of a few that end sharply, so that the greatest of a million is not twice the greatest of a thousand. Not below one
/// bound, which one rounding to the nearest of each step never exceeds. And how many entries tell that.
inline constexpr double beyond_most = 2, odd_share = 1e-3, least_odd_entry = 1, told_entries = 4096;

/// Smallest numbers of a format that an entry may be off by, whatever its size: three roundings.
inline constexpr double least_entry = 3;

// ---- proof/score: a prediction against the sums

/// Share of |in|² that a pair's error is measured by at least. A multiplier near 0 (cosine alone) still comes with
/// the rounding of its products, which are half as large as the input or more.
inline constexpr double least_length = 0.25;

/// How many times the RMS error of a float32 angle one angle may be off: float32_angle is nearly a bound already.
inline constexpr double angle_bound = 1.5;

/// How many times the floor (Noise::floor, a mean square) one pair's squared error may be: its error √8 times the RMS.
inline constexpr double floor_bound = 8;

/// Relative error of sums of squares in double, and what keeps zeros from being compared with zeros. Sums of a few
/// thousand squares are off by 1e-15 of themselves; a pair alone, which cancels, by ten times that.
inline constexpr double sum_error = 1e-15, pair_sum_error = 1e-14, nothing = 1e-30;

/// What sums of squared errors may exceed their mean by, in roots of the sum of the squares of what each part explains:
/// where one outlying channel or token is nearly the whole sum, its error is that of one rounding, by chance up to
/// 2.8 units where 1.5 are the RMS; of 64 alike parts it is a third. Lower: rows with outlying channels are accused.
/// Higher: short rows that are off by half more than rounding pass.
inline constexpr double of_few_parts = 3;

/// How far the squared error of one pair over all rows may exceed what rounding explains, relative. rms_units is twice
/// what is derived, so that 10 % more is no rounding. Lower: short runs, whose mean is by chance, are accused. Higher:
/// one pair with a slightly other frequency hides among 64.
inline constexpr double pair_excess = 1.1;

// ---- proof/arithmetic: which recipe explains the rows

/// rad; where float32 angles cost more, the rotation is right in weaker arithmetic only: a quarter of what one
/// rounding to bfloat16 costs. Lower: float32 angles of pair 0 are called weak from before position
/// 8 192 = 2⁻¹⁰/2⁻²³ on. Higher: angles off by a bfloat16 rounding pass unsaid.
inline constexpr double noticeable_angle = 0x1p-10;

/// A recipe takes the place of a simpler one where its residual is this share of that one's. Two that round alike
/// differ by less, by chance.
inline constexpr double better_recipe = 0.6;

/// A recipe that does not explain every row is still named where it leaves this share of what exact arithmetic
/// leaves, and is no further off than 2 %: numbers half-way between two of 16 bits may be rounded either way, here
/// and there. Higher: a wrong base close to the right one is called rounding.
inline constexpr double recipe_share = 0.25, recipe_residual = 0.02;

/// rad; angles that weaker arithmetic turns further than this, than the rows' format (Noise::bound) and than the
/// model's own float32 angles are no rounding any more: the verdict is mismatch. Derived: most models' code stores cos
/// and sin in the rows' format, and most rows are bfloat16; two table entries, each off by a unit (2⁻⁸ where it is cut
/// off and not rounded), turn a pair by √2 · 2⁻⁸. Lower: tables of 16 bits beside float32 rows are accused, which cost
/// what a model costs in 16 bits. Higher: frequencies of 16 bits pass over longer runs, and theirs is an error that
/// grows.
inline constexpr double explained_angle = 0x1p-7;

/// Residual beyond which rows are too far off for rounded operands: three roundings to bfloat16, and room.
inline constexpr double products_residual = 0x1p-6;

/// Relative error that a fast sine adds to its argument: 2⁻²¹ of it and a little more (CUDA C++ Programming Guide,
/// intrinsic functions); and the residual beyond which rows are too far off for that.
inline constexpr double fast_sincos_angle = 6e-7, fast_sincos_residual = 0.2;

// ---- search

/// Tokens on which candidates are screened, frequencies fitted, and accounts proved before every row is looked at.
/// Fewer: short stretches that are wrong hide. More: time, which grows with them.
inline constexpr std::int64_t screened_tokens = 64, fitted_tokens = 256, proved_tokens = 512, tokens_by_row = 48,
                              sampled_tokens = 96;

/// Share of rows (or of the tokens of a head) that leaves no doubt what the others should be.
inline constexpr double mostly = 0.8;

/// Share of rows that one more cause must explain, beyond those that are explained without it. Lower: two rows that are
/// off by chance add a cause. Higher: a cause that is seen in 2 % of the rows is put down to rows_wrong.
inline constexpr double worth_a_cause = 0.02;

/// Share of rows below which an explanation is none.
inline constexpr double explains = 0.5;

/// Shares that leave no room for an account of single wrong rows, in the places that look for none: of tokens without a
/// sine (nearly_all), of the tokens of each row by its rule (all_but_a_few), of rows under a layout before a rule for
/// them is sought (most_rows). most_rows is also the most that a candidate is credited with where each token is within
/// rounding and one pair, over all tokens, is not.
inline constexpr double nearly_all = 0.95, all_but_a_few = 0.99, most_rows = 0.9;

/// Tokens by which positions count as the same: a quarter is further than noise reaches on the slowest pair that
/// still tells, and less than half of what one token is.
inline constexpr double same_position = 0.25;

/// Residuals that differ by less are alike: 5 %, what another sample of rows changes. And the share from which one
/// is better without doubt.
inline constexpr double alike = 1.05, plainly_better = 0.8;

/// Residuals of exact predictions are noise of this size.
inline constexpr double residual_noise = 1e-12;

/// Units by which a gain must differ to be another.
inline constexpr double other_gain_units = 2;

// ---- choices/parameter_fit, choices/frequencies and search/frequency_choices

/// rad/token; a pair that turns faster than 2.5 between neighbours may be taken for one that turns the other way.
inline constexpr double fastest_told = 2.5;

/// How many standard errors a frequency may be off before it counts against a parameter, and the width that float32
/// frequencies give them all: 2⁻²² or so.
inline constexpr double errors_wide = 3, frequency_noise = 1e-12, float32_frequency = 3e-7;

/// In e-folds: how far a number that people write may lie from the one that fits best; and by how much log-likelihood
/// it may fit worse: 1, about one standard error. Lower: 499 999.7 is printed for 500 000. Higher: 10 000 for 9 900.
inline constexpr double written_distance = 0.4, written_cost = 1;

/// Relative difference of frequencies below which a choice is the expected one: float32's rounding is 6e-8, a
/// difference of 1e-8 cannot be seen.
inline constexpr double other_frequency = 1e-8;

/// Standard error, relative, below which a frequency may vote on how fast the kernel turns as a whole; and rad/token
/// up to which it does: faster ones may be an alias.
inline constexpr double votes_on_speed = 1e-2, votes_on_axes = 1e-3, slow_enough = 1;

/// Digits that people choose a number with; more make it odd, and a rival with fewer is named first.
inline constexpr int chosen_digits = 4;

// ---- search/parts

/// Share of the tokens of a sample in which a head or a pair must be off to be called wrong. Lower: single rows that
/// are wrong besides make every head wrong. Higher: a head that differs far out alone is taken for a right one.
inline constexpr double part_off = 0.03;

// ---- search/position_accounts

/// Tokens by which a scaled position may be off at the furthest token, so that a ratio is as people write it; and the
/// same where an offset is fitted too.
inline constexpr double scaled_position = 0.005, scaled_and_moved = 0.1;

/// A kernel that turns less than 10⁻⁶ times as fast as it should does not turn: no scale of positions is made of it.
inline constexpr double no_speed = 1e-6;

// ---- finding

/// A frequency is off by more than 1e-3 of it, and by more than rounding could turn the pair over all positions: four
/// times the tolerance, which is RMS, and 1e-6 rad at least. Where it is the former alone these positions do not show
/// it.
inline constexpr double frequency_off = 1e-3, angle_tolerances = 4, least_angle_off = 1e-6;

/// Relative: an amplitude that differs by more than what bfloat16 (2⁻⁸) could do to a median is another.
inline constexpr double other_amplitude = 0.005;

/// Relative: a recipe whose residual is that near the one of exact arithmetic explains nothing.
inline constexpr double of_no_use = 0.02;

/// The colours of errors end at what a row turned the other way leaves, √2 of its size; and begin at a unit, or at
/// eight decades below the end, which a screen can still show.
inline constexpr double greatest_error = 1.5, decades_shown = 1e-8;

} // namespace ropescope::thresholds
