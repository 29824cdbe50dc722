#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace sagespark::bench {

/// The most memory this process has used, in KiB. From /proc: getrusage would also count the process that started this one.
inline int64_t PeakMemoryKib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmHWM:") {
  }
  int64_t kib = 0;
  status >> kib;
  return kib;
}

}  // namespace sagespark::bench
