#pragma once

/// In front of a function: compiled for AVX-512, AVX2 and the x86-64 baseline, the best one picked when the program is
/// loaded. Not under the sanitizers, whose runtime is not there yet when the choice is made, nor without optimization,
/// where it gains nothing. Clang spells the list otherwise and does without.
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define SAGESPARK_MULTIVERSION __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define SAGESPARK_MULTIVERSION
#endif
