#pragma once

// SAGESPARK_SIMD in front of a function: compiled for AVX-512, AVX2 and the x86-64 baseline, the best one picked when
// the program starts. Not under the sanitizers, whose start comes after that choice.
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SAGESPARK_SIMD __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SAGESPARK_SIMD
#endif
