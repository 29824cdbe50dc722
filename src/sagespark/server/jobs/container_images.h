#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::server {

/// A program that stands in for a container image.
struct ContainerProgram {
  std::vector<std::string> command;  ///< Executable and first arguments; "train" or "serve", "--root" and /opt/ml's place follow.
  int64_t max_training_hosts = 1;    ///< More instances are refused.
};

/// Which program runs for an image: by the repository's name ("kmeans" of "ACCOUNT.dkr.ecr.REGION.amazonaws.com/kmeans:1").
class ContainerImages {
 public:
  /// The algorithms whose executables lie in libexec/sagespark beside the folder of this server's own executable.
  static ContainerImages OfThisInstallation();

  void Add(std::string repository, ContainerProgram program) { programs_[std::move(repository)] = std::move(program); }

  /// Fails with kInvalidArgument, naming the image and what is known, when no program is known for it.
  Result<ContainerProgram> Find(std::string_view image) const;

 private:
  std::map<std::string, ContainerProgram, std::less<>> programs_;
};

/// "kmeans" of "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1" or "kmeans@sha256:...".
std::string_view RepositoryOf(std::string_view image);

}  // namespace sagespark::server
