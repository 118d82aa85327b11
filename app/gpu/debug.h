#pragma once
#include <string>
#include <string_view>

namespace ropescope::gpu {

// A driver that knows KHR_debug (part of OpenGL 4.3) says in words what is wrong with a call, where an error is a mere
// number. The words are heard in one of two ways: the program keeps those of errors and puts them into its sentence;
// the tests, by a listener, hear everything in the moment that it is said.

/// Lets the current context keep the words of its errors for error_words(). Costs nothing until there is an error. Does
/// nothing before OpenGL 4.3, or where a listener hears them.
void keep_error_words();

/// The words of the first error that the current context kept since it was last asked; empty where there are none.
/// Forgets the others.
std::string error_words();

/// Is called within the OpenGL call that the words are about, on the same thread; must not throw and not call OpenGL.
using DriverListener = void (*)(std::string_view words);

/// Every HeadlessContext that is made from now on is a debug context, which checks more and is slower, and tells the
/// listener every error, and what the driver calls of medium or high severity: undefined behaviour, what is deprecated
/// or not portable, warnings of the shader compiler. Of advice on speed only what is of high severity: at medium,
/// NVIDIA's driver says where it puts each buffer. Null: nobody listens, which is so from the start.
void listen_to_driver(DriverListener);

/// Whether there is a listener.
bool driver_is_listened_to();

/// Lets the listener hear the current context, which must be a debug context of OpenGL 4.3 for all of it to be said.
void begin_listening();

} // namespace ropescope::gpu
