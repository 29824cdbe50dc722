#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// Where the objects below `prefix` lie within a channel's folder: behind the prefix when that is a whole folder
/// ("a/b" or "a/b/" of "a/b/c/d": "c/d"), else behind the prefix's last slash ("a/b" of "a/bc/d": "bc/d").
/// Fails with kInvalidArgument, naming the key, when that is no path within the folder ("..", "//").
Result<std::filesystem::path> PathInChannel(const std::string& prefix, const std::string& key);

/// Puts the objects of a channel into the folder of every host: all of them into each, or with ShardedByS3Key each object into
/// one, in turn. Folder markers (keys that end in "/") are left out. Fails with SageMaker's own text ("ClientError: Data download
/// failed:...") when nothing lies below the prefix, kCancelled when cancelled.
Status LayOutChannel(const aws::sagemaker::Channel& channel, const std::string& role_arn, const std::string& region,
                     const std::vector<std::filesystem::path>& host_folders, ObjectAccess& objects,
                     const CancellationToken& cancellation);

}  // namespace sagespark::server
