#include "sagespark/cli/json_log.h"

#include <unistd.h>

#include <string>

#include "sagespark/base/clock.h"
#include "sagespark/base/json/value.h"
#include "sagespark/base/log.h"

namespace sagespark::cli {
namespace {

void WriteLine(LogLevel level, std::string_view message, LogFields fields) {
  json::Object line{{"time", FormatIso8601(Clock::System().Now())}, {"level", NameOf(level)}, {"message", message}};
  for (const LogField& field : fields) {
    line[std::string(field.name)] = std::visit([](const auto& value) { return json::Value(value); }, field.value);
  }
  std::string text = json::Dump(line) + "\n";
  // One call a line: lines of several threads do not mix. A log that cannot be written has nowhere to say so.
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

void LogAsJson() { SetLogSink(WriteLine); }

}  // namespace sagespark::cli
