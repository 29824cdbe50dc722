#pragma once

#include <string>

#include "sagespark/base/uri.h"

namespace sagespark::source {

/// A path as users write it; relative local ones are taken from the working directory.
Result<Uri> ParsePath(const std::string& path);

/// As Spark prints paths: "file:/tmp/x", "s3://bucket/x".
std::string PathText(const Uri& uri);

}  // namespace sagespark::source
