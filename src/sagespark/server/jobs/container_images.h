#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/server/jobs/image_reference.h"

namespace sagespark::server {

/// How a program that stands in for an image is called.
enum class ContainerForm {
  kAlgorithm,  ///< COMMAND train|serve --root ML: of this project.
  kCommand,    ///< COMMAND train|serve, as docker run IMAGE.
  kFolder,     ///< FOLDER/train or FOLDER/serve.
};

/// A program that stands in for a container image.
struct ContainerProgram {
  std::vector<std::string> command;  ///< Executable and first arguments; of kFolder the folder.
  int64_t max_training_hosts = 1;    ///< More instances are refused.
  ContainerForm form = ContainerForm::kAlgorithm;
  std::string working_directory;                   ///< Empty: the container's folder.
  std::map<std::string, std::string> environment;  ///< What jobs and models set comes before it.
  bool mounts_ml = false;  ///< Sees its files at /opt/ml, in a mount namespace of its own.
};

/// Which program runs for an image: the user's own mappings by ImageReference's rules, then the algorithms by the repository's last
/// name ("kmeans" of "ACCOUNT.dkr.ecr.REGION.amazonaws.com/kmeans:1"). XGBoost's first image, xgboost:1, answers otherwise than its newer
/// ones: its program is told so in the environment.
class ContainerImages {
 public:
  /// The algorithms whose executables lie in libexec/sagespark beside the folder of this server's own executable.
  static ContainerImages OfThisInstallation();

  /// An algorithm.
  void Add(std::string repository, ContainerProgram program) { programs_[std::move(repository)] = std::move(program); }

  /// A mapping of the user's. Fails with kAlreadyExists when that image is mapped already, kInvalidArgument when it has no name.
  Status AddOwn(const std::string& uri, ContainerProgram program);

  /// The mapping that fits best. Fails with kInvalidArgument, naming the image and what is known, when no program is known for it.
  Result<ContainerProgram> Find(std::string_view image) const;

 private:
  struct Own {
    std::string uri;
    ImageReference reference;
    ContainerProgram program;
  };

  std::map<std::string, ContainerProgram, std::less<>> programs_;
  std::vector<Own> own_;
};

/// "kmeans" of "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1" or "kmeans@sha256:...".
std::string_view RepositoryOf(std::string_view image);

}  // namespace sagespark::server
