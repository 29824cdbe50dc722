#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// Puts the objects of a channel into the folder of every host: all of them into each, or with ShardedByS3Key each object into
/// one, in turn. Fails as ListInput does; with SageMaker's own text when an object that a manifest names is absent, and kCancelled
/// when cancelled. With kReadOnly the files may be the store's own.
Status LayOutChannel(const aws::sagemaker::Channel& channel, const std::string& role_arn, const std::string& region,
                     const std::vector<std::filesystem::path>& host_folders, FileUse use, ObjectAccess& objects,
                     const CancellationToken& cancellation);

}  // namespace sagespark::server
