// Least, greatest and mean of the scores in each bin; one work group per bin. Each lane takes every 64th score of the
// bin, then the lanes are joined in pairs, 32, 16, … 1: neighbouring lanes read neighbouring scores, and the rounding
// of so many short sums adds up to less than that of one long sum.
#include "shared.h"

layout(local_size_x = ROPESCOPE_GROUP) in;

layout(std430, binding = ROPESCOPE_BIND_IN) readonly buffer In { float score[]; };
layout(std430, binding = ROPESCOPE_BIND_EDGES) readonly buffer Edges { uint edge[]; };   // one more than bins
layout(std430, binding = ROPESCOPE_BIND_OUT) writeonly buffer Out { float bin[]; };      // [bins][3]

uniform uint bin_count;

shared vec3 lane[ROPESCOPE_GROUP];   // least, greatest, sum

void main() {
  uint b = gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x;
  uint x = gl_LocalInvocationID.x;
  // Groups beyond the last bin go along to the end: every lane of a group has to reach barrier().
  bool present = b < bin_count;
  uint begin = present ? edge[b] : 0u, end = present ? edge[b + 1u] : 1u;
  // Where a bin has fewer scores than there are lanes, the others hold its first score, which changes neither the
  // least nor the greatest, and the sum 0.
  float start = score[begin];
  vec3 mine = vec3(start, start, 0.0);
  for (uint i = begin + x; i < end; i += ROPESCOPE_GROUP) {
    float s = score[i];
    mine = vec3(min(mine.x, s), max(mine.y, s), mine.z + s);
  }
  lane[x] = mine;
  for (uint width = ROPESCOPE_GROUP / 2u; width > 0u; width /= 2u) {
    barrier();
    if (x < width) lane[x] = vec3(min(lane[x].x, lane[x + width].x), max(lane[x].y, lane[x + width].y), lane[x].z + lane[x + width].z);
  }
  if (x == 0u && present) {
    bin[3u * b] = lane[0].x;
    bin[3u * b + 1u] = lane[0].y;
    bin[3u * b + 2u] = lane[0].z / float(end - begin);
  }
}
