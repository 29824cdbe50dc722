#include "sagespark/server/jobs/container_images.h"

#include <unistd.h>

#include <filesystem>

namespace sagespark::server {

namespace fs = std::filesystem;

namespace {

/// XGBoost's first image has the repository xgboost and the tag 1 or latest; those of versions ("1.7-1") write a value a line.
bool IsFirstXGBoost(std::string_view algorithm_repository, const ImageReference& reference) {
  const bool is_first_tag = reference.tag.empty() || reference.tag == "1" || reference.tag == "latest";
  return algorithm_repository == "xgboost" && is_first_tag && reference.digest.empty();
}

}  // namespace

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

Status ContainerImages::AddOwn(const std::string& uri, ContainerProgram program) {
  const ImageReference reference = ParseImageReference(uri);
  if (reference.repository.empty()) return InvalidArgument("An image has no name: " + uri);
  for (const Own& own : own_) {
    if (own.reference == reference) return AlreadyExists("An image is mapped twice: " + uri);
  }
  own_.push_back({uri, reference, std::move(program)});
  return Status::Ok();
}

Result<ContainerProgram> ContainerImages::Find(std::string_view image) const {
  const ImageReference reference = ParseImageReference(image);
  const Own* best = nullptr;
  int best_fit = 0;
  for (const Own& own : own_) {
    if (const int fit = FitOf(own.reference, reference); fit > best_fit) {
      best = &own;
      best_fit = fit;
    }
  }
  if (best != nullptr) return best->program;
  // XGBoost's newer images are sagemaker-xgboost, those of its first versions xgboost.
  std::string_view algorithm = RepositoryOf(image);
  const bool is_first_xgboost = IsFirstXGBoost(algorithm, reference);
  if (constexpr std::string_view kPrefix = "sagemaker-"; algorithm.starts_with(kPrefix)) algorithm.remove_prefix(kPrefix.size());
  if (const auto found = programs_.find(algorithm); found != programs_.end()) {
    ContainerProgram program = found->second;
    if (is_first_xgboost) program.environment["SAGESPARK_XGBOOST_CSV"] = "comma";
    return program;
  }
  std::string known;
  for (const auto& [repository, program] : programs_) known += (known.empty() ? "" : ", ") + repository;
  for (const Own& own : own_) known += (known.empty() ? "" : ", ") + own.uri;
  return InvalidArgument("No program here stands in for the image " + std::string(image) + "; repositories known: " +
                         (known.empty() ? "none" : known) + "; sagespark serve --image URI=COMMAND adds one");
}

}  // namespace sagespark::server
