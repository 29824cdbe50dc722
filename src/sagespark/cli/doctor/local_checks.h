#pragma once

#include <filesystem>

#include "sagespark/cli/doctor/finding.h"

namespace sagespark::cli {

/// Looks at the local cloud that the environment names, at the data folder and at what this machine offers: settings, the endpoint and its
/// version, clock, signature, format of the data folder and its free disk, the algorithms' programs, mount namespaces. Without
/// AWS_ENDPOINT_URL nothing is sent anywhere.
Findings CheckLocalCloud(const std::filesystem::path& data_dir);

}  // namespace sagespark::cli
