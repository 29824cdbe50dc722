#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/cli/aws_clients.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"
#include "sagespark/cli/table.h"

namespace sagespark::cli {
namespace {

constexpr int64_t kPage = 100;

struct JobsOptions {
  std::string status;
  std::string name;
  int64_t most = 20;
  OutputFormat output = OutputFormat::kTable;
};

struct Job {
  const char* kind;
  std::string name;
  std::string status;
  SystemTime created;
  std::optional<SystemTime> ended;
};

/// What both kinds of list take.
template <typename Request>
Request RequestOf(const JobsOptions& options) {
  Request request;
  request.max_results = std::min(options.most, kPage);
  request.sort_by = "CreationTime";
  request.sort_order = "Descending";
  if (!options.status.empty()) request.status_equals = options.status;
  if (!options.name.empty()) request.name_contains = options.name;
  return request;
}

Result<std::vector<Job>> TrainingJobs(aws::SageMakerClient& client, const JobsOptions& options) {
  std::vector<Job> jobs;
  auto request = RequestOf<aws::sagemaker::ListTrainingJobsRequest>(options);
  do {
    SAGESPARK_ASSIGN_OR_RETURN(const auto page, client.ListTrainingJobs(request));
    for (const auto& job : page.training_job_summaries) {
      jobs.push_back({"training", job.training_job_name, job.training_job_status, job.creation_time, job.training_end_time});
    }
    request.next_token = page.next_token;
  } while (request.next_token && static_cast<int64_t>(jobs.size()) < options.most);
  return jobs;
}

Result<std::vector<Job>> TransformJobs(aws::SageMakerClient& client, const JobsOptions& options) {
  std::vector<Job> jobs;
  auto request = RequestOf<aws::sagemaker::ListTransformJobsRequest>(options);
  do {
    SAGESPARK_ASSIGN_OR_RETURN(const auto page, client.ListTransformJobs(request));
    for (const auto& job : page.transform_job_summaries) {
      jobs.push_back({"transform", job.transform_job_name, job.transform_job_status, job.creation_time, job.transform_end_time});
    }
    request.next_token = page.next_token;
  } while (request.next_token && static_cast<int64_t>(jobs.size()) < options.most);
  return jobs;
}

std::string SecondsOf(const Job& job) {
  const SystemTime end = job.ended.value_or(Clock::System().Now());
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(end - job.created).count());
}

void PrintJobs(const JobsOptions& options) {
  const AwsClients clients = ValueOrFail(MakeAwsClients());
  std::vector<Job> jobs = ValueOrFail(TrainingJobs(*clients.sagemaker, options));
  for (Job& job : ValueOrFail(TransformJobs(*clients.sagemaker, options))) jobs.push_back(std::move(job));
  std::ranges::stable_sort(jobs, std::ranges::greater(), &Job::created);
  if (static_cast<int64_t>(jobs.size()) > options.most) jobs.resize(static_cast<size_t>(options.most));
  Table table({"kind", "name", "status", "created", "seconds"});
  for (const Job& job : jobs) table.Add({job.kind, job.name, job.status, FormatIso8601(job.created), SecondsOf(job)});
  table.Print(std::cout, options.output);
}

}  // namespace

void AddJobs(CLI::App& app) {
  const auto options = std::make_shared<JobsOptions>();
  CLI::App* command = app.add_subcommand("jobs", "List training and transform jobs, newest first");
  command->add_option("--status", options->status, "Only those: InProgress, Completed, Failed, Stopping, Stopped");
  command->add_option("--name", options->name, "Only those whose names hold this text");
  command->add_option("--max", options->most, "At most so many")->check(CLI::PositiveNumber)->capture_default_str();
  AddOutputFormat(*command, options->output);
  command->callback([options] { PrintJobs(*options); });
}

}  // namespace sagespark::cli
