// Built once a target, with SAGESPARK_FUZZ_TARGET set to its name, by clang with -fsanitize=fuzzer.
#include <cstddef>
#include <cstdint>

#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sagespark::fuzz::SAGESPARK_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
