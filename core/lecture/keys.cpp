#include "core/lecture/keys.h"

namespace ropescope::lecture {

namespace {

constexpr Key of_file[] = {
    {"lecture", "1: the version of the format"},
    {"title", "at the foot of every step"},
    {"minutes", "what the clock counts against"},
    {"theme", "\"dark\" or \"light\""},
    {"start", "a part of a scene, over the program's default"},
    {"steps", "a list of one step or more"},
};

constexpr Key of_step[] = {
    {"id", "lower case, digits and hyphens; no other step has it"},
    {"title", "six words at most"},
    {"text", "one sentence on one or two lines of 60 characters; *bold* is the answer, ${score(37):.4} a number"},
    {"show", "a picture; or columns [\"pair*2\", \"score\"], where a list is rows and *2 a share"},
    {"pose", "what changes of the step before, as it ended; null is the default"},
    {"then", "what the second press changes, and \"ms\", 200 to 400"},
    {"grab", "a handle of a picture that is shown, and what it does"},
    {"ask", "the question, for you; A shows it on the stage"},
    {"answer", "for you"},
    {"notes", "a list of sentences, for you"},
    {"claims",
     "a list: \"score(37) ~ 0.5532\"; one of == < > <= >= or ~, to the digits written; \"pose: \" before the motion"},
    {"seconds", "how long it takes"},
};

} // namespace

std::span<const Key> file_keys() { return of_file; }
std::span<const Key> step_keys() { return of_step; }

} // namespace ropescope::lecture
