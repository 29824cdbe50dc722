#include "sagespark/server/jobs/container_process.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sagespark/base/log.h"
#include "sagespark/server/jobs/ml_mount.h"

namespace sagespark::server {
namespace {

// Nothing else of the server's environment reaches a container: it may hold credentials.
constexpr const char* kInherited[] = {"PATH", "LD_LIBRARY_PATH", "LANG", "TZ", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS"};

constexpr size_t kEventBytes = 26;  // What CloudWatch counts for an event beside its message.

std::string NoticeOf(int64_t lines) {
  return "sagespark: " + std::to_string(lines) + " lines of the container's output are left out: it writes more than can be kept";
}

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

ContainerLog::ContainerLog(LogStore& store, std::string group, std::string stream, LineObserver observer, const Clock& clock)
    : store_(store), group_(std::move(group)), stream_(std::move(stream)), observer_(std::move(observer)), clock_(clock), last_(clock.SteadyNow()) {
  const Status status = store_.CreateStream(group_, stream_);
  if (!status.ok()) Log(LogLevel::kError, "Cannot make a log stream: " + stream_ + ": " + status.error().message());
}

void ContainerLog::Finish() {
  Append(splitter_.Finish());
  if (left_out_ > 0) Store({NoticeOf(std::exchange(left_out_, 0))});
}

void ContainerLog::Append(std::vector<std::string> lines) {
  if (observer_) observer_(lines);
  LeaveOutFlood(lines);
  Store(lines);
}

void ContainerLog::LeaveOutFlood(std::vector<std::string>& lines) {
  const SteadyTime now = clock_.SteadyNow();
  const double seconds = std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  room_ = std::min(kBurstBytes, room_ + seconds * kBytesPerSecond);
  size_t kept = 0;
  double bytes = 0;
  while (kept < lines.size() && bytes <= room_) bytes += static_cast<double>(lines[kept++].size() + kEventBytes);
  room_ -= bytes;
  const int64_t beyond = static_cast<int64_t>(lines.size() - kept);
  lines.resize(kept);
  if (kept > 0 && left_out_ > 0) lines.insert(lines.begin(), NoticeOf(std::exchange(left_out_, 0)));
  left_out_ += beyond;
}

void ContainerLog::Store(const std::vector<std::string>& lines) {
  const Status status = store_.Append(group_, stream_, lines);
  if (!status.ok()) Log(LogLevel::kError, "Lost log lines of " + stream_ + ": " + status.error().message());
}

Result<std::unique_ptr<Process>> StartContainer(const ContainerProgram& program, const std::string& verb, const std::string& root,
                                                const std::map<std::string, std::string>& environment) {
  std::map<std::string, std::string> variables = program.environment;
  for (const auto& [name, value] : environment) variables[name] = value;
  ProcessOptions options{.arguments = program.command,
                         .working_directory = program.working_directory.empty() ? root : program.working_directory};
  const std::string ml = root + kMlFolder;
  switch (program.form) {
    case ContainerForm::kAlgorithm: options.arguments.insert(options.arguments.end(), {verb, "--root", ml}); break;
    case ContainerForm::kCommand: options.arguments.push_back(verb); break;
    case ContainerForm::kFolder: options.arguments = {program.command.at(0) + "/" + verb}; break;
  }
  if (program.form != ContainerForm::kAlgorithm) variables[kMlRootVariable] = program.mounts_ml ? kMlFolder : ml;
  if (program.mounts_ml) {
    SAGESPARK_ASSIGN_OR_RETURN(options.child_setup, MountMlFolder(root));
  }
  options.environment = EnvironmentOf(variables);
  return Process::Start(options);
}

}  // namespace sagespark::server
