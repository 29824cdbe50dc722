#include "sagespark/server/jobs/container_images.h"

#include <unistd.h>

#include <filesystem>

namespace sagespark::server {

namespace fs = std::filesystem;

ContainerImages ContainerImages::OfThisInstallation() {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  ContainerImages images;
  for (const auto& entry : fs::directory_iterator(folder.parent_path() / "libexec/sagespark", error)) {
    if (!entry.is_regular_file(error) || access(entry.path().c_str(), X_OK) != 0) continue;
    const std::string algorithm = entry.path().filename().string();
    images.Add(algorithm, {.command = {(folder / "sagespark-container").string(), algorithm}});
  }
  return images;
}

std::string_view RepositoryOf(std::string_view image) {
  if (const size_t slash = image.rfind('/'); slash != std::string_view::npos) image.remove_prefix(slash + 1);
  return image.substr(0, image.find_first_of(":@"));
}

Result<ContainerProgram> ContainerImages::Find(std::string_view image) const {
  const auto found = programs_.find(RepositoryOf(image));
  if (found != programs_.end()) return found->second;
  std::string known;
  for (const auto& [repository, program] : programs_) known += (known.empty() ? "" : ", ") + repository;
  return InvalidArgument("No program here stands in for the image " + std::string(image) +
                         "; repositories known: " + (known.empty() ? "none" : known));
}

}  // namespace sagespark::server
