// Position schemes beside RoPE that act by a bias on scores, one a line. Each has a file of its name in this folder
// that defines its row, `const PositionBias rivals::NAME` (core/analysis/rivals/position_bias.h). Included several times; no
// include guard.
ROPESCOPE_RIVAL(alibi)
ROPESCOPE_RIVAL(t5)
