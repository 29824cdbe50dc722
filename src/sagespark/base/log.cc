#include "sagespark/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

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

}  // namespace

void Log(LogLevel level, std::string_view message) { Logger().log(SpdlogLevel(level), "{}", message); }

void SetLogThreshold(LogLevel level) { Logger().set_level(SpdlogLevel(level)); }

}  // namespace sagespark
