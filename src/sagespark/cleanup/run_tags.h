#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sagespark/base/result.h"

namespace sagespark::cleanup {

/// The tag that every job, model, endpoint configuration and endpoint made here carries; its value is the run's id.
inline constexpr char kRunTagKey[] = "sagespark:run";

/// A new run id: 12 hexadecimal digits.
std::string MakeRunId();

/// Fails with kInvalidArgument when `id` is not 1 to 40 characters of a-z, A-Z, 0-9 and "-".
Status CheckRunId(std::string_view id);

/// The folder in S3 below which a run keeps data that are its own: "sagespark-run-ID".
std::string RunFolder(std::string_view id);

/// The id of the run whose data the key holds, from the first of its folders that is a run's; none when there is no such folder.
std::optional<std::string> RunOfKey(std::string_view key);

}  // namespace sagespark::cleanup
