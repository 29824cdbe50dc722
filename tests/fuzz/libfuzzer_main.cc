// One program for all targets: SAGESPARK_FUZZ_TARGET names the one that runs. Built by clang with -fsanitize=fuzzer.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string_view>

#include "targets.h"

namespace {

const sagespark::fuzz::Target& Chosen() {
  const char* const variable = std::getenv("SAGESPARK_FUZZ_TARGET");
  const std::string_view name = variable == nullptr ? "" : variable;
  const auto* const found = std::find_if(std::begin(sagespark::fuzz::kTargets), std::end(sagespark::fuzz::kTargets),
                                         [&](const auto& target) { return target.name == name; });
  if (found != std::end(sagespark::fuzz::kTargets)) return *found;
  std::fputs("SAGESPARK_FUZZ_TARGET must be one of:\n", stderr);
  for (const auto& target : sagespark::fuzz::kTargets) std::fprintf(stderr, "%s\n", target.name);
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const sagespark::fuzz::Target& target = Chosen();
  target.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
