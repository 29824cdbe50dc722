// sagespark-container ALGORITHM train|serve [--root DIR]: starts the algorithm's own executable, so that each links
// only what it needs. Knows the algorithms by what lies in ../libexec/sagespark beside its own place.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <system_error>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr int kUsageError = 64;       // sysexits.h: EX_USAGE.
constexpr int kCannotExecute = 126;  // As a shell answers.

std::vector<std::string> Algorithms(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (access(entry.path().c_str(), X_OK) == 0 && entry.is_regular_file(error)) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

int Usage(const std::vector<std::string>& algorithms) {
  std::cerr << "usage: sagespark-container ALGORITHM train|serve [--root DIR]\nalgorithms:";
  for (const std::string& name : algorithms) std::cerr << ' ' << name;
  std::cerr << '\n';
  return kUsageError;
}

/// OpenBLAS takes AMD processors with AVX-512 that are younger than it for older ones without: the matrix products of all algorithms
/// are half as fast then. It reads its choice when it is loaded, so that the algorithm itself is too late to say it.
void ChooseMatrixKernels() {
#if defined(__x86_64__)
  constexpr int kKeepTheUsersChoice = 0;
  __builtin_cpu_init();
  if (__builtin_cpu_is("amd") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd")) {
    setenv("OPENBLAS_CORETYPE", "SkylakeX", kKeepTheUsersChoice);
  }
#endif
}

/// How many threads of the machine ran or wanted to, this one aside, at the quietest of a few looks within ten milliseconds; 0 where
/// that cannot be read.
int OthersThatRun() {
  constexpr int kLooks = 5;
  constexpr useconds_t kMicrosecondsBetween = 2000;
  int least = std::numeric_limits<int>::max();
  for (int look = 0; look < kLooks; ++look) {
    if (look > 0) usleep(kMicrosecondsBetween);
    std::ifstream file("/proc/loadavg");
    std::string minutes;
    int running = 0;
    if (!(file >> minutes >> minutes >> minutes >> running)) return 0;
    least = std::min(least, running - 1);
  }
  return least;
}

/// XGBoost's threads wait for each other by spinning for about a millisecond, which on a machine with other work to do takes the
/// processor from those that are waited for: twice as slow and more. A hundredth of that costs a tenth of the time on a quiet
/// machine, so training there keeps what OpenMP does by itself. It is read when OpenMP is loaded.
void LetWaitingThreadsSleepSoon(const std::string& command) {
  constexpr int kKeepTheUsersChoice = 0;
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || (command == "train" && OthersThatRun() == 0)) return;
  setenv("GOMP_SPINCOUNT", "10000", kKeepTheUsersChoice);
}

}  // namespace

int main(int argc, char** argv) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const fs::path libexec = self.parent_path().parent_path() / "libexec/sagespark";
  const auto algorithms = Algorithms(libexec);
  if (argc < 3) return Usage(algorithms);
  if (std::find(algorithms.begin(), algorithms.end(), argv[1]) == algorithms.end()) {
    std::cerr << "Unknown algorithm: \"" << argv[1] << "\"\n";
    return Usage(algorithms);
  }
  const std::string program = (libexec / argv[1]).string();
  ChooseMatrixKernels();
  LetWaitingThreadsSleepSoon(argv[2]);
  argv[1] = argv[0];
  execv(program.c_str(), argv + 1);
  std::cerr << "Cannot start " << program << ": " << std::strerror(errno) << '\n';
  return kCannotExecute;
}
