#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/result.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// One object of a job's input.
struct InputObject {
  std::string bucket;
  std::string key;
  std::filesystem::path path;  ///< Its place in the channel's folder, or of its output below the output's prefix.
};

/// Where the objects below `prefix` lie within a channel's folder: behind the prefix when that is a whole folder
/// ("a/b" or "a/b/" of "a/b/c/d": "c/d"), else behind the prefix's last slash ("a/b" of "a/bc/d": "bc/d").
/// Fails with kInvalidArgument, naming the key, when that is no path within the folder ("..", "//").
Result<std::filesystem::path> PathInChannel(const std::string& prefix, const std::string& key);

/// Calls `visit` with the objects of an input until it fails: of an S3Prefix those whose keys begin with it, in byte order, without
/// folder markers (keys that end in "/"); of a ManifestFile those it names, in its order, each at its name behind the manifest's prefix:
///
///   [{"prefix": "s3://bucket/some/folder/"}, "part-0", "deeper/part-1"]
///
/// Fails with SageMaker's own text ("ClientError: Data download failed:...") when there is none or the manifest is absent or broken.
Status ListInput(const std::string& s3_data_type, const std::string& s3_uri, const std::string& role_arn, const std::string& region,
                 ObjectAccess& objects, const std::function<Status(const InputObject&)>& visit);

/// The objects of a channel in the order of an epoch: ListInput's, or with a ShuffleConfig one that its seed and the epoch determine. All
/// their keys are in memory then: more than 2^20 of them are kResourceLimit.
Status ListChannel(const aws::sagemaker::Channel& channel, int64_t epoch, const std::string& role_arn, const std::string& region,
                   ObjectAccess& objects, const std::function<Status(const InputObject&)>& visit);

}  // namespace sagespark::server
