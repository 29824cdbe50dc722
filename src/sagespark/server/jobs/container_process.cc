#include "sagespark/server/jobs/container_process.h"

#include <cstdlib>

#include "sagespark/base/log.h"

namespace sagespark::server {
namespace {

// Nothing else of the server's environment reaches a container: it may hold credentials.
constexpr const char* kInherited[] = {"PATH", "LD_LIBRARY_PATH", "LANG", "TZ", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS"};

std::vector<std::string> EnvironmentOf(const std::map<std::string, std::string>& given) {
  std::map<std::string, std::string> all;
  for (const char* name : kInherited) {
    if (const char* value = std::getenv(name)) all[name] = value;
  }
  for (const auto& [name, value] : given) all[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
  return lines;
}

}  // namespace

ContainerLog::ContainerLog(LogStore& store, std::string group, std::string stream)
    : store_(store), group_(std::move(group)), stream_(std::move(stream)) {
  const Status status = store_.CreateStream(group_, stream_);
  if (!status.ok()) Log(LogLevel::kError, "Cannot make a log stream: " + stream_ + ": " + status.error().message());
}

void ContainerLog::Append(const std::vector<std::string>& lines) {
  const Status status = store_.Append(group_, stream_, lines);
  if (!status.ok()) Log(LogLevel::kError, "Lost log lines of " + stream_ + ": " + status.error().message());
}

Result<std::unique_ptr<Process>> StartContainer(const ContainerProgram& program, const std::string& verb, const std::string& root,
                                                const std::map<std::string, std::string>& environment) {
  ProcessOptions options{.arguments = program.command, .environment = EnvironmentOf(environment), .working_directory = root};
  options.arguments.insert(options.arguments.end(), {verb, "--root", root + "/opt/ml"});
  return Process::Start(options);
}

}  // namespace sagespark::server
