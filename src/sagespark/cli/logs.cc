#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "sagespark/aws/client/log_follower.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/signal_watcher.h"
#include "sagespark/cli/aws_clients.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"

namespace sagespark::cli {
namespace {

constexpr std::chrono::milliseconds kPoll{500};

enum class LogOf { kTrainingJob, kTransformJob, kEndpoint };

struct LogsOptions {
  std::string name;
  bool transform = false;
  bool endpoint = false;
  bool follow = false;

  LogOf kind() const { return endpoint ? LogOf::kEndpoint : transform ? LogOf::kTransformJob : LogOf::kTrainingJob; }
};

/// Whether more lines may come: a job that runs, an endpoint that is there. Fails with kNotFound for a name that is none.
Result<bool> IsLive(aws::SageMakerClient& client, const LogsOptions& options) {
  const auto runs = [](const std::string& status) { return status == "InProgress" || status == "Stopping"; };
  switch (options.kind()) {
    case LogOf::kTrainingJob: {
      SAGESPARK_ASSIGN_OR_RETURN(const auto job, client.DescribeTrainingJob({.training_job_name = options.name}));
      return runs(job.training_job_status);
    }
    case LogOf::kTransformJob: {
      SAGESPARK_ASSIGN_OR_RETURN(const auto job, client.DescribeTransformJob({.transform_job_name = options.name}));
      return runs(job.transform_job_status);
    }
    case LogOf::kEndpoint: break;
  }
  SAGESPARK_RETURN_IF_ERROR(client.DescribeEndpoint({.endpoint_name = options.name}).status());
  return true;
}

aws::LogFollower FollowerOf(aws::LogsClient& client, const LogsOptions& options) {
  switch (options.kind()) {
    case LogOf::kTrainingJob: return {client, "/aws/sagemaker/TrainingJobs", options.name + "/"};
    case LogOf::kTransformJob: return {client, "/aws/sagemaker/TransformJobs", options.name + "/"};
    case LogOf::kEndpoint: break;
  }
  return {client, "/aws/sagemaker/Endpoints/" + options.name, ""};
}

/// Lines of several streams tell whose they are, by what comes behind the job's name.
void Print(const std::vector<aws::LogLine>& lines, std::string& last_stream) {
  for (const aws::LogLine& line : lines) {
    if (line.stream != last_stream) std::cerr << "==> " << line.stream << " <==\n";
    last_stream = line.stream;
    std::cout << line.text << "\n";
  }
  std::cout << std::flush;
}

void PrintLogs(const LogsOptions& options) {
  const AwsClients clients = ValueOrFail(MakeAwsClients());
  const SignalWatcher signals;
  aws::LogFollower follower = FollowerOf(*clients.logs, options);
  std::string stream;
  for (;;) {
    // Asked before the lines are read: a job that has ended says no more.
    Result<bool> asked = IsLive(*clients.sagemaker, options);
    if (!asked.ok()) asked = asked.error().WithContext(options.name);  // AWS's own text names nothing.
    const bool live = ValueOrFail(std::move(asked));
    Print(ValueOrFail(follower.NewLines(signals.token())), stream);
    if (!options.follow || !live || !Clock::System().Sleep(kPoll, signals.token()).ok()) return;
  }
}

}  // namespace

void AddLogs(CLI::App& app) {
  const auto options = std::make_shared<LogsOptions>();
  CLI::App* command = app.add_subcommand("logs", "Print the log of a training job, of all its instances");
  command->add_option("name", options->name, "The job's name, or the endpoint's")->required();
  CLI::Option* const transform = command->add_flag("--transform", options->transform, "It is a transform job");
  command->add_flag("--endpoint", options->endpoint, "It is an endpoint")->excludes(transform);
  command->add_flag("-f,--follow", options->follow, "Go on until the job ends, or for an endpoint until Ctrl-C");
  command->callback([options] { PrintLogs(*options); });
}

}  // namespace sagespark::cli
