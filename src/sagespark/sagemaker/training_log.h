#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "sagespark/aws/client/logs_client.h"
#include "sagespark/base/cancellation.h"

namespace sagespark::sagemaker {

/// Follows the log of one training job, all instances of it. What cannot be read (no right to, not there yet) is left out: a log
/// is no reason for a fit to fail.
class TrainingLog {
 public:
  TrainingLog(aws::LogsClient& client, std::string job_name, int instances)
      : client_(client), job_name_(std::move(job_name)), instances_(static_cast<size_t>(instances)) {}

  /// The lines that came since the last call, stream by stream.
  std::vector<std::string> NewLines(const CancellationToken& cancellation);

  /// The last lines seen, at most 20, joined with newlines.
  std::string Tail() const;

 private:
  void FindStreams(const CancellationToken& cancellation);
  void ReadStream(const std::string& stream, std::string& token, const CancellationToken& cancellation,
                  std::vector<std::string>& lines);

  aws::LogsClient& client_;
  const std::string job_name_;
  const size_t instances_;
  std::map<std::string, std::string> next_tokens_;  ///< By stream; "" before the first page.
  std::deque<std::string> last_lines_;
};

/// Whether a line of an algorithm's log is worth showing while it trains: a metric or the progress through the epochs.
bool IsMetricLine(std::string_view line);

}  // namespace sagespark::sagemaker
