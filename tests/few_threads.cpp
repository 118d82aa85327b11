// A library to preload: the process gets as many threads as ROPESCOPE_TEST_THREADS says, and no more at a time.
// (ulimit -u does not bind the superuser.)

#include <atomic>
#include <cerrno>
#include <cstdlib>

#include <dlfcn.h>
#include <pthread.h>

namespace {

using Start = void* (*)(void*);
using Create = int (*)(pthread_t*, const pthread_attr_t*, Start, void*);

std::atomic<int> alive = 0;

struct Task {
  Start start;
  void* argument;
};

void* run(void* given) {
  const Task task = *static_cast<Task*>(given);
  delete static_cast<Task*>(given);
  void* result = task.start(task.argument);
  --alive;
  return result;
}

} // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, Start start, void* argument) {
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  static const char* const limit = std::getenv("ROPESCOPE_TEST_THREADS");
  if (limit && ++alive > std::atoi(limit)) {
    --alive;
    return EAGAIN;
  }
  return create(thread, attributes, run, new Task{start, argument});
}
