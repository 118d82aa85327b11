// Numbers that C++ and GLSL share. Both include this file; it may hold nothing but #define.
#ifndef ROPESCOPE_SHARED_H
#define ROPESCOPE_SHARED_H

// Invocations of one work group: two warps on NVIDIA, one wave on AMD, eight 256-bit vectors on llvmpipe.
#define ROPESCOPE_GROUP 64

// A rotation takes this many neighbouring pairs at once, where every number of its layout is a multiple of it. A
// multiple of 4, because they are read as vec4.
#define ROPESCOPE_WIDTH 8

// A copy that rotations are measured against takes this many vectors at once: the fastest on llvmpipe of 1, 4 and 16.
#define ROPESCOPE_COPIED 4u

// A score scan computes this many successive distances from one centre; also the lanes of shaders/score.comp.
#define ROPESCOPE_BLOCK 64

// A work group of a score scan on the GPU computes so many blocks, and holds the centres of so many pairs in shared
// memory at a time: 4 KiB as vec2.
#define ROPESCOPE_SCAN_BLOCKS 8u
#define ROPESCOPE_SCAN_PAIRS 64u

// What shaders/rotate.comp rounds products and sums to.
#define ROPESCOPE_STEP_NONE 0u
#define ROPESCOPE_STEP_BFLOAT16 1u
#define ROPESCOPE_STEP_FLOAT16 2u

// Binding points of storage buffers. One program leaves its result bound for the next: table.comp writes
// ROPESCOPE_BIND_TABLE, rotate.comp, rotate_wide.comp and score.comp read it.
#define ROPESCOPE_BIND_TURNS 0
#define ROPESCOPE_BIND_POSITIONS 1
#define ROPESCOPE_BIND_TABLE 2
#define ROPESCOPE_BIND_IN 3
#define ROPESCOPE_BIND_OUT 4
#define ROPESCOPE_BIND_WEIGHTS 5
#define ROPESCOPE_BIND_EDGES 6

// sin x = x·(1 + x²·(S3 + x²·(S5 + …))) and cos x likewise, |x| ≤ π/4: Taylor's series, in the precision of
// ROPESCOPE_REAL, which whoever uses it defines. Up to S9 and C10 the next term is below half an ulp of a float,
// up to S17 and C16 of a double. Written as products because GLSL reads "6227020800.0" as a float.
#define ROPESCOPE_S3 (ROPESCOPE_REAL(-1.0) / ROPESCOPE_REAL(6.0))
#define ROPESCOPE_S5 (-ROPESCOPE_S3 / ROPESCOPE_REAL(20.0))
#define ROPESCOPE_S7 (-ROPESCOPE_S5 / ROPESCOPE_REAL(42.0))
#define ROPESCOPE_S9 (-ROPESCOPE_S7 / ROPESCOPE_REAL(72.0))
#define ROPESCOPE_S11 (-ROPESCOPE_S9 / ROPESCOPE_REAL(110.0))
#define ROPESCOPE_S13 (-ROPESCOPE_S11 / ROPESCOPE_REAL(156.0))
#define ROPESCOPE_S15 (-ROPESCOPE_S13 / ROPESCOPE_REAL(210.0))
#define ROPESCOPE_S17 (-ROPESCOPE_S15 / ROPESCOPE_REAL(272.0))
#define ROPESCOPE_C2 ROPESCOPE_REAL(-0.5)
#define ROPESCOPE_C4 (-ROPESCOPE_C2 / ROPESCOPE_REAL(12.0))
#define ROPESCOPE_C6 (-ROPESCOPE_C4 / ROPESCOPE_REAL(30.0))
#define ROPESCOPE_C8 (-ROPESCOPE_C6 / ROPESCOPE_REAL(56.0))
#define ROPESCOPE_C10 (-ROPESCOPE_C8 / ROPESCOPE_REAL(90.0))
#define ROPESCOPE_C12 (-ROPESCOPE_C10 / ROPESCOPE_REAL(132.0))
#define ROPESCOPE_C14 (-ROPESCOPE_C12 / ROPESCOPE_REAL(182.0))
#define ROPESCOPE_C16 (-ROPESCOPE_C14 / ROPESCOPE_REAL(240.0))

// x: the angle, rad; z = x². `tail` adds the terms that only a double needs; a float passes 0. Horner's scheme, from
// the smallest term inwards, so that rounding of the small terms costs little. x stands outside of its series: the
// result is x plus a correction, and keeps the precision of small angles.
#define ROPESCOPE_SIN(x, z, tail) ((x) + (x) * (z) * (ROPESCOPE_S3 + (z) * (ROPESCOPE_S5 + (z) * (ROPESCOPE_S7 + (z) * (ROPESCOPE_S9 + (tail))))))
#define ROPESCOPE_SIN_TAIL(z) ((z) * (ROPESCOPE_S11 + (z) * (ROPESCOPE_S13 + (z) * (ROPESCOPE_S15 + (z) * ROPESCOPE_S17))))
#define ROPESCOPE_COS(z, tail) (ROPESCOPE_REAL(1.0) + (z) * (ROPESCOPE_C2 + (z) * (ROPESCOPE_C4 + (z) * (ROPESCOPE_C6 + (z) * (ROPESCOPE_C8 + (z) * (ROPESCOPE_C10 + (tail)))))))
#define ROPESCOPE_COS_TAIL(z) ((z) * (ROPESCOPE_C12 + (z) * (ROPESCOPE_C14 + (z) * ROPESCOPE_C16)))

#endif
