// sagespark-container ALGORITHM train|serve [--root DIR]: starts the algorithm's own executable, so that each links
// only what it needs. Knows the algorithms by what lies in ../libexec/sagespark beside its own place.

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iostream>
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
  argv[1] = argv[0];
  execv(program.c_str(), argv + 1);
  std::cerr << "Cannot start " << program << ": " << std::strerror(errno) << '\n';
  return kCannotExecute;
}
