// With a sanitizer in the program no library is unloaded: an address within one that was has no name, and neither a
// report nor a suppression could say whose it is.
#include "tests/sanitizers.h"

#ifdef ROPESCOPE_SANITIZED

extern "C" int dlclose(void*) { return 0; }

#endif
