#pragma once

/// Compiles a function for several instruction sets, chosen when the program is loaded. Not with sanitizers: their
/// runtime is not there yet when the choice is made. Clang spells the list otherwise and does without.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define SAGESPARK_MULTIVERSION __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define SAGESPARK_MULTIVERSION
#endif
