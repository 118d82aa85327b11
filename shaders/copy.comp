// Copies vectors: what a rotation on this GPU is measured against.
#include "shared.h"

layout(local_size_x = ROPESCOPE_GROUP) in;

layout(std430, binding = ROPESCOPE_BIND_IN) readonly buffer In { vec4 from[]; };
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { vec4 to[]; };

uniform uint count;   // of vectors

void main() {
  // Groups may be spread over two dimensions (Program::dispatch): the index counts them row by row.
  uint index = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * gl_NumWorkGroups.x * ROPESCOPE_GROUP;
  uint first = index * ROPESCOPE_COPIED;
  for (uint i = first; i < min(count, first + ROPESCOPE_COPIED); ++i) to[i] = from[i];
}
