#include "sagespark/server/metrics/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace sagespark::server {
namespace {

struct ProcessNumbers {
  double cpu_seconds = 0;
  double start_seconds = 0;  ///< Since the machine's start.
  double virtual_bytes = 0;
  double resident_bytes = 0;
};

/// The fields of /proc/self/stat behind the program's name, which may hold anything.
ProcessNumbers ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  double user = 0, system = 0, start = 0, virtual_bytes = 0, resident_pages = 0;
  for (int i = 3; i < 14; ++i) fields >> skipped;  // proc(5) counts from 1.
  fields >> user >> system;
  for (int i = 16; i < 22; ++i) fields >> skipped;
  fields >> start >> virtual_bytes >> resident_pages;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return {(user + system) / ticks, start / ticks, virtual_bytes, resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE))};
}

/// Seconds from 1970 to the machine's start.
double BootSeconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  double value = 0;
  while (file >> name) {
    if (name == "btime" && file >> value) return value;
    std::getline(file, name);
  }
  return 0;
}

double OpenFiles() {
  std::error_code error;
  const std::filesystem::directory_iterator folder("/proc/self/fd", error);
  // The folder itself is open meanwhile.
  return error ? 0 : static_cast<double>(std::distance(begin(folder), end(folder)) - 1);
}

double MostFiles() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

void WriteProcessMetrics(OpenMetricsWriter& writer) {
  const ProcessNumbers numbers = ReadStat();
  const auto write = [&](const char* name, MetricType type, const char* help, double value) {
    writer.Family(name, type, help);
    writer.Sample({}, value);
  };
  write("process_cpu_seconds", MetricType::kCounter, "Processor time of user and system.", numbers.cpu_seconds);
  write("process_resident_memory_bytes", MetricType::kGauge, "Resident memory.", numbers.resident_bytes);
  write("process_virtual_memory_bytes", MetricType::kGauge, "Virtual memory.", numbers.virtual_bytes);
  write("process_open_fds", MetricType::kGauge, "Open file descriptors.", OpenFiles());
  write("process_max_fds", MetricType::kGauge, "The most file descriptors that may be open.", MostFiles());
  write("process_start_time_seconds", MetricType::kGauge, "When the process started, since 1970.", BootSeconds() + numbers.start_seconds);
}

}  // namespace sagespark::server
