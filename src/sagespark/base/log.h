#pragma once

#include <string_view>

namespace sagespark {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Writes one line to standard error, with time and level, when `level` is at least the threshold.
/// The threshold comes from SAGESPARK_LOG_LEVEL (debug, info, warning, error), by default warning.
/// Never log a credential or a payload.
void Log(LogLevel level, std::string_view message);

void SetLogThreshold(LogLevel level);

}  // namespace sagespark
