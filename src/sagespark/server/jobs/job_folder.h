#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/result.h"

namespace sagespark::server {

/// The folders of one host of a training job; `root` stands for the container's "/".
struct HostFolder {
  std::string host;  ///< "algo-1".
  std::filesystem::path root;

  std::filesystem::path config() const { return root / "opt/ml/input/config"; }
  std::filesystem::path channel(const std::string& name) const { return root / "opt/ml/input/data" / name; }
  std::filesystem::path model() const { return root / "opt/ml/model"; }
  std::filesystem::path output() const { return root / "opt/ml/output"; }
};

/// The hosts of a job: "algo-1" ... "algo-N", each with a folder of its own below `job_folder`.
std::vector<HostFolder> HostFolders(const std::filesystem::path& job_folder, int64_t instance_count);

/// Makes the folders and writes hyperparameters.json, inputdataconfig.json and resourceconfig.json for every host.
/// Source: "How Amazon SageMaker Provides Training Information", Amazon SageMaker guide.
Status WriteJobConfig(const aws::sagemaker::DescribeTrainingJobResponse& job, const std::vector<HostFolder>& hosts);

/// What a host wrote to /opt/ml/output/failure, its first 1024 characters; empty without the file.
std::string ReadFailure(const HostFolder& host);

/// Moves the files of all hosts' model folders into the first host's; where names meet the first host's file stays.
Status MergeModels(const std::vector<HostFolder>& hosts);

}  // namespace sagespark::server
