#pragma once

#include <map>
#include <memory>
#include <string>

#include "sagespark/io/file_system.h"

namespace sagespark::sql {

/// The file systems of a session: local files, and S3 (s3://, s3a://, s3n://) by the settings of the environment, which are
/// read when S3 is first used. Of Hadoop's settings (with or without "spark.hadoop." in front) fs.s3a.endpoint,
/// fs.s3a.endpoint.region and fs.s3a.path.style.access come first.
std::shared_ptr<const io::FileSystems> MakeFileSystems(const std::map<std::string, std::string>& settings);

}  // namespace sagespark::sql
