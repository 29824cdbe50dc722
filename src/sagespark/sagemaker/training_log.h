#pragma once

#include <deque>
#include <string>
#include <vector>

#include "sagespark/aws/client/log_follower.h"
#include "sagespark/base/cancellation.h"

namespace sagespark::sagemaker {

/// Follows the log of one training job, all instances of it. What cannot be read (no right to, not there yet) is left out: a log
/// is no reason for a fit to fail.
class TrainingLog {
 public:
  TrainingLog(aws::LogsClient& client, const std::string& job_name, int instances)
      : follower_(client, "/aws/sagemaker/TrainingJobs", job_name + "/", static_cast<size_t>(instances)) {}

  /// The lines that came since the last call, stream by stream.
  std::vector<std::string> NewLines(const CancellationToken& cancellation);

  /// The last lines seen, at most 20, joined with newlines.
  std::string Tail() const;

 private:
  aws::LogFollower follower_;
  std::deque<std::string> last_lines_;
};

/// Whether a line of an algorithm's log is worth showing while it trains: a metric or the progress through the epochs.
bool IsMetricLine(std::string_view line);

}  // namespace sagespark::sagemaker
