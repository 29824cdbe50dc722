#pragma once

#include <string>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// ValidationException unless `uri` is one of S3.
Status CheckS3Uri(const std::string& uri);

/// ValidationException, naming `setting`, unless `uri` is one of S3 whose bucket exists.
Status CheckS3Output(const std::string& uri, std::string_view setting, ObjectAccess& objects);

}  // namespace sagespark::server
