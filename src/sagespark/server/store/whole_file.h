#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "sagespark/base/result.h"

namespace sagespark::server {

/// The bytes of a small file. Fails with kNotFound.
Result<std::string> ReadWholeFile(const std::filesystem::path& path);

/// Writes a small file whole or not at all, and durably. Fails with kIo.
Status WriteWholeFile(const std::filesystem::path& path, std::string_view text, mode_t mode);

}  // namespace sagespark::server
