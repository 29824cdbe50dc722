#pragma once

#include <map>
#include <string>
#include <vector>

#include "sagespark/aws/client/logs_client.h"
#include "sagespark/base/cancellation.h"

namespace sagespark::aws {

struct LogLine {
  std::string stream;
  std::string text;
};

/// Follows the streams of a log group whose names begin with a prefix, such as those of one training job's instances.
class LogFollower {
 public:
  /// An empty prefix means all streams. Further ones are looked for until `streams_expected` are known.
  LogFollower(LogsClient& client, std::string group, std::string prefix, size_t streams_expected = SIZE_MAX)
      : client_(client), group_(std::move(group)), prefix_(std::move(prefix)), streams_expected_(streams_expected) {}

  /// The lines that came since the last call, stream by stream. None while there is no such group or stream. What was read before an
  /// error comes with the next call.
  Result<std::vector<LogLine>> NewLines(const CancellationToken& cancellation = {});

 private:
  Status FindStreams(const CancellationToken& cancellation);
  Status ReadStream(const std::string& stream, std::string& token, const CancellationToken& cancellation);

  LogsClient& client_;
  const std::string group_;
  const std::string prefix_;
  const size_t streams_expected_;
  std::map<std::string, std::string> next_tokens_;  ///< By stream; "" before the first page.
  std::vector<LogLine> lines_;                      ///< Read and not yet given out.
};

}  // namespace sagespark::aws
