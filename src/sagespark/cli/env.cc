#include <memory>

#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"

namespace sagespark::cli {
namespace {

void PrintEnvironment(const std::string& data_dir) {
  const server::DataFolder folder = ValueOrFail(server::DataFolder::OpenForClient(data_dir));
  const std::string address = ValueOrFail(folder.ReadAddress());
  std::cout << "export AWS_ENDPOINT_URL=" << address << "\n"
            << "export AWS_ACCESS_KEY_ID=" << folder.credentials().access_key_id << "\n"
            << "export AWS_SECRET_ACCESS_KEY=" << folder.credentials().secret_access_key << "\n"
            << "export AWS_REGION=" << folder.region() << "\n"
            << "export AWS_DEFAULT_REGION=" << folder.region() << "\n";
}

}  // namespace

void AddEnv(CLI::App& app) {
  const auto data_dir = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("env", "Print the shell exports that point AWS clients at the local cloud");
  AddDataDir(*command, *data_dir);
  command->callback([data_dir] { PrintEnvironment(*data_dir); });
}

}  // namespace sagespark::cli
