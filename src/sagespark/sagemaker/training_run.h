#pragma once

#include <functional>
#include <map>
#include <string>

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
};

/// One fit, up to the trained model: checks, stages the rows, runs the job, deletes the staging data.
class TrainingRun {
 public:
  struct Request {
    const SageMakerEstimatorOptions& options;  ///< With all clients.
    const aws::ClientConfig& config;
    std::map<std::string, std::string> hyper_parameters;
    const NamePolicy& names;
    sql::DataFrame training_data;          ///< With the columns to train on only.
    std::function<void()> on_job_created;  ///< Called when the job exists.
    const Clock& clock = Clock::System();
  };

  explicit TrainingRun(Request request);

  /// See SageMakerEstimator::fit.
  Result<TrainedModel> Run();

 private:
  Status Check();
  Status CheckRequests() const;
  aws::sagemaker::CreateTrainingJobRequest BuildRequest(const S3DataPath& input, const S3DataPath& output) const;
  Status StageRows(const S3DataPath& input);
  Result<S3DataPath> Train(const S3DataPath& input, const S3DataPath& output);

  /// Returns when the job is Completed. On cancellation it tells the job to stop.
  Result<aws::sagemaker::DescribeTrainingJobResponse> WaitForJob();
  void ShowLog(TrainingLog& log) const;
  void ShowTransitions(const aws::sagemaker::DescribeTrainingJobResponse& job, const PollSchedule& schedule,
                       size_t& shown) const;
  Error JobError(const aws::sagemaker::DescribeTrainingJobResponse& job, const std::string& log_tail) const;
  Error StopJob() const;
  void DeleteStagingData() const;

  const Request request_;
  const SageMakerEstimatorOptions& options_;
  S3PathResolver paths_;
  std::string role_arn_;
  source::WriteResult staged_;
};

}  // namespace sagespark::sagemaker
