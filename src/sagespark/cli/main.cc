#include <CLI/CLI.hpp>

#include "sagespark/base/version.h"
#include "sagespark/cli/commands.h"

int main(int argc, char** argv) {
  CLI::App app("SageMaker Spark in C++: the local cloud and its tools", "sagespark");
  app.require_subcommand(1);
  app.set_version_flag("--version", sagespark::NameAndVersion());
  sagespark::cli::AddServe(app);
  sagespark::cli::AddEnv(app);
  sagespark::cli::AddData(app);
  sagespark::cli::AddStatus(app);
  sagespark::cli::AddJobs(app);
  sagespark::cli::AddLogs(app);
  sagespark::cli::AddEndpoints(app);
  sagespark::cli::AddInvoke(app);
  sagespark::cli::AddClean(app);
  sagespark::cli::AddDoctor(app);
  sagespark::cli::AddCoverage(app);
  CLI11_PARSE(app, argc, argv);
  return 0;
}
