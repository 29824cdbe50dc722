#include "sagespark/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <cstdlib>
#include <string>

namespace sagespark {
namespace {

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::warn;
}

spdlog::logger& Logger() {
  static const auto logger = [] {
    auto created = std::make_shared<spdlog::logger>("sagespark", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    created->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    const char* wanted = std::getenv("SAGESPARK_LOG_LEVEL");
    created->set_level(wanted != nullptr ? spdlog::level::from_str(wanted) : spdlog::level::warn);
    created->flush_on(spdlog::level::debug);
    return created;
  }();
  return *logger;
}

LogSink& Sink() {
  static LogSink sink;
  return sink;
}

bool IsPlain(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\' || c == '=' || c == '\x7f') return false;
  }
  return !text.empty();
}

/// A line stays one line, and its fields apart, whatever a client calls things.
std::string Quoted(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\x%02x", static_cast<unsigned char>(c));
      quoted += escape;
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string TextOf(const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return Quoted(*text);
  if (const auto* whole = std::get_if<int64_t>(&field.value)) return std::to_string(*whole);
  char digits[32];
  return std::string(digits, std::to_chars(digits, digits + sizeof(digits), std::get<double>(field.value)).ptr);
}

}  // namespace

std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "error";
}

bool IsLogged(LogLevel level) { return Logger().should_log(SpdlogLevel(level)); }

void Log(LogLevel level, std::string_view message, LogFields fields) {
  if (!IsLogged(level)) return;
  if (Sink()) return Sink()(level, message, fields);
  std::string line(message);
  for (const LogField& field : fields) line.append(" ").append(field.name).append("=").append(TextOf(field));
  Logger().log(SpdlogLevel(level), "{}", line);
}

void SetLogThreshold(LogLevel level) { Logger().set_level(SpdlogLevel(level)); }

void SetLogSink(LogSink sink) { Sink() = std::move(sink); }

}  // namespace sagespark
