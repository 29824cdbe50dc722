#include <unistd.h>

#include <filesystem>

#include "sagespark/base/json/value.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"
#include "sagespark/server/cloud/local_cloud.h"

namespace sagespark::cli {
namespace {

/// Asks a server of its own, whose routing table is the one that counts.
void PrintCoverage() {
  const auto folder = std::filesystem::temp_directory_path() / ("sagespark-coverage-" + std::to_string(getpid()));
  {
    const auto cloud = ValueOrFail(server::LocalCloud::Start({.data_dir = folder}));
    json::Object services;
    for (const auto& [service, operations] : cloud->offered()) services[service] = json::Array(operations.begin(), operations.end());
    std::cout << json::Dump(services) << std::endl;
  }
  std::error_code error;
  std::filesystem::remove_all(folder, error);
}

}  // namespace

void AddCoverage(CLI::App& app) {
  app.add_subcommand("coverage", "Print the operations that the local cloud offers, by service, as JSON")->callback(PrintCoverage);
}

}  // namespace sagespark::cli
