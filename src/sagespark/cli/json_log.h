#pragma once

namespace sagespark::cli {

/// From now on each line of the log is one JSON object on standard error: time, level, message and the line's fields. Call before there are
/// other threads.
void LogAsJson();

}  // namespace sagespark::cli
