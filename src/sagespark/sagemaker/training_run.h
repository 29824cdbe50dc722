#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/base/clock.h"
#include "sagespark/sagemaker/polling.h"
#include "sagespark/sagemaker/s3_paths.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sagemaker/training_log.h"
#include "sagespark/source/write_job.h"

namespace sagespark::sagemaker {

/// What came of a training job.
struct TrainedModel {
  S3DataPath artifact;
  std::string role_arn;
  std::map<std::string, double> metrics;  ///< The job's final metrics, by name.
};

/// One fit, up to the trained model: checks, stages the rows, runs the job, deletes the staging data.
class TrainingRun {
 public:
  struct Request {
    const SageMakerEstimatorOptions& options;  ///< With all clients.
    const aws::ClientConfig& config;
    std::map<std::string, std::string> hyper_parameters;
    const NamePolicy& names;
    std::string run_id;
    sql::DataFrame training_data;
    std::map<std::string, TrainingChannel> channels;  ///< Beside the training rows'.
    std::function<void()> on_job_created;  ///< Called when the job exists.
    const Clock& clock = Clock::System();
  };

  explicit TrainingRun(Request request);

  /// See SageMakerEstimator::fit.
  Result<TrainedModel> Run();

 private:
  /// A channel with all that it takes from the options.
  struct Channel {
    std::string name;
    TrainingChannel source;  ///< Rows with the columns to write only.
    std::string format;
    Options writer_options;
  };

  Status MakeChannels();
  Channel MakeChannel(const std::string& name, TrainingChannel source) const;
  Status Check();
  Status CheckRows() const;
  Status CheckTimes() const;
  Status CheckRequests() const;
  aws::sagemaker::CreateTrainingJobRequest BuildRequest(const S3DataPath& staging, const S3DataPath& output) const;
  std::vector<aws::sagemaker::Channel> BuildChannels(const S3DataPath& staging) const;
  Status StageChannels(const S3DataPath& staging);
  Status StageRows(const Channel& channel, const sql::DataFrame& rows, const std::string& folder);
  Result<TrainedModel> Train(const S3DataPath& staging, const S3DataPath& output);

  /// Returns when the job is Completed. On cancellation and when the time for it is up, it tells the job to stop.
  Result<aws::sagemaker::DescribeTrainingJobResponse> WaitForJob();
  void ShowLog(TrainingLog& log) const;
  void ShowTransitions(const aws::sagemaker::DescribeTrainingJobResponse& job, const PollSchedule& schedule,
                       size_t& shown) const;
  void ShowMetrics(const aws::sagemaker::DescribeTrainingJobResponse& job) const;
  Error JobError(const aws::sagemaker::DescribeTrainingJobResponse& job, const std::string& log_tail) const;
  Error StopJob(ErrorKind kind, const std::string& why) const;
  void DeleteStagingData() const;

  const Request request_;
  const SageMakerEstimatorOptions& options_;
  S3PathResolver paths_;
  std::string role_arn_;
  Tags tags_;
  std::vector<Channel> channels_;  ///< The training rows' first.
  std::vector<Uri> staged_;
};

}  // namespace sagespark::sagemaker
