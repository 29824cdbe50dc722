#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace sagespark {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// "debug", "info", "warning", "error".
std::string_view NameOf(LogLevel level);

/// A named value of a line.
struct LogField {
  std::string_view name;
  std::variant<int64_t, double, std::string_view> value;
};
using LogFields = std::initializer_list<LogField>;

/// Writes one line to standard error, with time and level, when `level` is at least the threshold; fields as name=value behind the message.
/// The threshold comes from SAGESPARK_LOG_LEVEL (debug, info, warning, error), by default warning.
/// Never log a credential or a payload.
void Log(LogLevel level, std::string_view message, LogFields fields = {});

/// Whether a line of that level is written: for what is dear to put together.
bool IsLogged(LogLevel level);

void SetLogThreshold(LogLevel level);

/// Takes the lines instead of standard error; called on any thread, also on several at a time.
using LogSink = std::function<void(LogLevel level, std::string_view message, LogFields fields)>;

/// Call before there are other threads.
void SetLogSink(LogSink sink);

}  // namespace sagespark
