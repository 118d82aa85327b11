// The scaling schemes, one a line, in the order in which people are offered them. Each has a file of its name in
// core/rope/schemes that defines its row, `const Scheme schemes::NAME` (core/rope/scheme.h says what is in a row).
// Every enumeration of schemes is made from this list: RopeType, the reader of config files, the command line and its
// help, the panel, the comparison, `check` and the README's table. Included several times; no include guard.
ROPESCOPE_SCHEME(standard)
ROPESCOPE_SCHEME(linear)
ROPESCOPE_SCHEME(ntk)
ROPESCOPE_SCHEME(dynamic)
ROPESCOPE_SCHEME(yarn)
ROPESCOPE_SCHEME(llama3)
ROPESCOPE_SCHEME(longrope)
ROPESCOPE_SCHEME(proportional)
ROPESCOPE_SCHEME(ntk_by_parts)
ROPESCOPE_SCHEME(dynamic_yarn)
ROPESCOPE_SCHEME(dynamic_ntk_by_parts)
ROPESCOPE_SCHEME(ntk_mixed)
ROPESCOPE_SCHEME(kobold)
