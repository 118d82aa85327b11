#pragma once
#include <exception>
#include <stop_token>

namespace ropescope {

/// A check that was asked to stop has stopped. Nobody is told: whoever asked knows. Not an Error, which is for people.
class Cancelled : public std::exception {
public:
  const char* what() const noexcept override { return "cancelled"; }
};

/// Throws Cancelled where a stop was requested.
inline void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Cancelled();
}

} // namespace ropescope
