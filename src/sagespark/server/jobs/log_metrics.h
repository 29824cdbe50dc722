#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"

namespace sagespark::server {

/// Reads a training job's metrics from its log lines: the last value of each. Thread-safe.
///
/// With definitions, the first group of each regular expression, wherever it matches, is a number. Without any, the lines that the
/// built-in algorithms write: "#quality_metric: host=algo-1, train msd <loss>=0.5" is the metric train:msd ("epoch=1, " may come before "train"; what ends in
/// _objective is objective_loss, and binary_f_1.000 is binary_f_beta), "#throughput_metric: ...
/// train throughput=10 records/second" train:throughput, "#progress_metric: ... completed 50.0 % of epochs" train:progress, and
/// XGBoost's "[3]#011train-rmse:0.5#011validation-rmse:0.6" train:rmse and validation:rmse.
/// Numbers that are not finite, and metrics beyond 40, AWS's limit of a job, are left out.
/// Source: "Define Training Metrics", Amazon SageMaker guide.
class LogMetrics {
 public:
  /// Fails with kInvalidArgument, naming the metric, when a regular expression is none (RE2: no look-around, no back-references) or
  /// has no group.
  static Result<std::unique_ptr<LogMetrics>> Make(const std::vector<aws::sagemaker::MetricDefinition>& definitions);
  ~LogMetrics();

  void Add(const std::vector<std::string>& lines, SystemTime now);

  /// In the order in which they were first seen.
  std::vector<aws::sagemaker::MetricData> Last() const;

 private:
  struct Rules;
  explicit LogMetrics(std::unique_ptr<Rules> rules);
  void AddOwn(const std::string& line, SystemTime now);
  void AddBuiltIn(const std::string& line, SystemTime now);
  void Set(const std::string& name, const std::string& text, SystemTime now);

  const std::unique_ptr<Rules> rules_;
  mutable std::mutex mutex_;
  std::vector<aws::sagemaker::MetricData> last_;  ///< Guarded by mutex_.
};

}  // namespace sagespark::server
