#pragma once

// ROPESCOPE_SANITIZED: the address or the thread sanitizer is in the program and has malloc in its hands.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) // as GCC says it
#define ROPESCOPE_SANITIZED
#elif defined(__has_feature) // as clang does
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ROPESCOPE_SANITIZED
#endif
#endif
