#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "sagespark/aws/client/for_each_page.h"
#include "sagespark/cli/aws_clients.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"
#include "sagespark/cli/table.h"

namespace sagespark::cli {
namespace {

Result<int64_t> RunningTrainingJobs(aws::SageMakerClient& client) {
  int64_t count = 0;
  SAGESPARK_RETURN_IF_ERROR(aws::ForEachPage(
      aws::sagemaker::ListTrainingJobsRequest{.max_results = 100, .status_equals = "InProgress"},
      [&](const auto& request) { return client.ListTrainingJobs(request); },
      [&](const auto& page) {
        count += static_cast<int64_t>(page.training_job_summaries.size());
        return Status::Ok();
      }));
  return count;
}

Result<int64_t> RunningTransformJobs(aws::SageMakerClient& client) {
  int64_t count = 0;
  SAGESPARK_RETURN_IF_ERROR(aws::ForEachPage(
      aws::sagemaker::ListTransformJobsRequest{.status_equals = "InProgress", .max_results = 100},
      [&](const auto& request) { return client.ListTransformJobs(request); },
      [&](const auto& page) {
        count += static_cast<int64_t>(page.transform_job_summaries.size());
        return Status::Ok();
      }));
  return count;
}

/// "2 InService, 1 Failed".
Result<std::string> EndpointsByStatus(aws::SageMakerClient& client) {
  std::map<std::string, int64_t> counts;
  SAGESPARK_RETURN_IF_ERROR(aws::ForEachPage(
      aws::sagemaker::ListEndpointsRequest{}, [&](const auto& request) { return client.ListEndpoints(request); },
      [&](const auto& page) {
        for (const auto& endpoint : page.endpoints) ++counts[endpoint.endpoint_status];
        return Status::Ok();
      }));
  std::string text;
  for (const auto& [status, count] : counts) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + status;
  return text.empty() ? "0" : text;
}

void PrintStatus(OutputFormat output) {
  const AwsClients clients = ValueOrFail(MakeAwsClients());
  const aws::CallerIdentity caller = ValueOrFail(clients.sts->GetCallerIdentity());
  PrintFacts(std::cout,
             {{"cloud", clients.sagemaker_url.empty() ? "AWS" : clients.sagemaker_url},
              {"region", clients.region},
              {"account", caller.account},
              {"caller", caller.arn},
              {"training_jobs_in_progress", std::to_string(ValueOrFail(RunningTrainingJobs(*clients.sagemaker)))},
              {"transform_jobs_in_progress", std::to_string(ValueOrFail(RunningTransformJobs(*clients.sagemaker)))},
              {"endpoints", ValueOrFail(EndpointsByStatus(*clients.sagemaker))}},
             output);
}

}  // namespace

void AddStatus(CLI::App& app) {
  const auto format = std::make_shared<OutputFormat>(OutputFormat::kTable);
  CLI::App* command = app.add_subcommand("status", "Tell which cloud the environment names, who the caller is there, and what runs");
  AddOutputFormat(*command, *format);
  command->callback([format] { PrintStatus(*format); });
}

}  // namespace sagespark::cli
