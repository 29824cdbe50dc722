#include "sagespark/container/training/run_training.h"

#include <unistd.h>

#include "sagespark/container/python_text.h"
#include "sagespark/container/training/training_context.h"
#include "sagespark/container/training/training_log.h"

namespace sagespark::container {
namespace {

double MillisecondsSince(SystemTime start, const Clock& clock) {
  return std::chrono::duration<double, std::milli>(clock.Now() - start).count();
}

Status CheckHosts(const Algorithm& algorithm, const ResourceConfig& resources) {
  if (resources.hosts.size() == 1) return Status::Ok();
  return Unimplemented("Training on more than one host is not offered: " + std::string(algorithm.name()) + " has " +
                       std::to_string(resources.hosts.size()) + " hosts; set InstanceCount to 1");
}

Status Train(const Algorithm& algorithm, const ContainerPaths& paths, TrainingConfig config, TrainingLog& log,
             const CancellationToken& cancellation) {
  const SystemTime start = log.clock().Now();
  const Hyperparameters defaults = algorithm.default_hyperparameters();
  const Hyperparameters merged = MergeHyperparameters(defaults, config.hyperparameters);
  log.Info("Reading default configuration from " + std::string(algorithm.name()) + ": " + PythonDict(defaults));
  log.Info("Merging with provided configuration from " + paths.hyperparameters().string() + ": " +
           PythonDict(config.hyperparameters));
  log.Info("Final configuration: " + PythonDict(merged));
  SAGESPARK_RETURN_IF_ERROR(CheckHosts(algorithm, config.resources));
  TrainingContext context(algorithm, paths, std::move(config), merged, log, cancellation);
  const double setup = MillisecondsSince(start, log.clock());
  SAGESPARK_RETURN_IF_ERROR(algorithm.Train(context));
  log.Metrics(start, std::nullopt, "",
              {TimeMetric("setuptime", setup), TimeMetric("totaltime", MillisecondsSince(start, log.clock()))});
  return Status::Ok();
}

int Fail(const Error& error, const ContainerPaths& paths, TrainingLog& log) {
  const bool is_defect = error.kind() == ErrorKind::kInternal;
  log.Error((is_defect ? "Algorithm Error: " : "Customer Error: ") + error.message());
  const auto files = io::MakeLocalFileSystem();
  auto file = files->Create({.scheme = "file", .authority = {}, .path = paths.failure().string()});
  Status written = file.status();
  if (written.ok()) written = (*file)->Write((is_defect ? "AlgorithmError: " : "ClientError: ") + error.message());
  if (written.ok()) written = (*file)->Close();
  if (!written.ok()) log.Error("Cannot write the failure file: " + written.error().message());
  return kTrainingFailed;
}

}  // namespace

int RunTraining(const Algorithm& algorithm, const ContainerPaths& paths, std::ostream& out,
                const CancellationToken& cancellation, const Clock& clock) {
  auto config = ReadTrainingConfig(paths, algorithm.default_training_type());
  TrainingLog log(out,
                  {.algorithm = std::string(algorithm.metrics_name()),
                   .host = config.ok() ? config->resources.current_host : ResourceConfig().current_host,
                   .process_id = getpid()},
                  clock);
  log.Raw("Docker entrypoint called with argument(s): train");
  log.Raw("Running default environment configuration script");
  if (!config.ok()) return Fail(config.error(), paths, log);
  const Status status = Train(algorithm, paths, *std::move(config), log, cancellation);
  if (status.ok()) return kTrainingCompleted;
  if (cancellation.cancelled()) {
    log.Info("Training was stopped");
    return kTrainingStopped;
  }
  return Fail(status.error(), paths, log);
}

}  // namespace sagespark::container
