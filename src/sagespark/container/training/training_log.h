#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// One name of a `#metrics` line, seen `count` times.
struct MetricSummary {
  std::string name;
  double sum = 0;
  double min = 0;
  double max = 0;
  int64_t count = 1;
  bool is_integer = false;  ///< min and max are written without a fraction, as the published logs have counts.
};

/// One value seen once; `sum` is written with a fraction also for counts.
MetricSummary CountMetric(std::string name, int64_t value);
MetricSummary TimeMetric(std::string name, double milliseconds);

/// Writes a training job's log in the form of the built-in algorithms' published logs, because people and
/// tuning jobs search them by regular expressions:
///
///     [05/16/2021 12:27:47 INFO 1234] #quality_metric: host=algo-1, train msd <loss>=0.064049
///     #metrics {"StartTime": 1621168067.05, "EndTime": ..., "Dimensions": {...}, "Metrics": {...}}
///
/// Times are UTC. Each line is flushed at once. Not thread-safe.
class TrainingLog {
 public:
  struct Options {
    std::string algorithm;        ///< The dimension "Algorithm": "AWS/KMeansWebscale".
    std::string host = "algo-1";
    int64_t process_id = 0;
  };

  /// `out` and `clock` outlive the log.
  TrainingLog(std::ostream& out, Options options, const Clock& clock = Clock::System())
      : out_(out), options_(std::move(options)), clock_(clock) {}

  /// A line as it is, without time and level.
  void Raw(std::string_view line);
  void Info(std::string_view text) { Line("INFO", text); }
  void Warning(std::string_view text) { Line("WARNING", text); }
  void Error(std::string_view text) { Line("ERROR", text); }

  /// `#quality_metric: host=H[, epoch=E], CHANNEL NAME <KIND>=VALUE`; `kind` is "loss" or "score".
  void QualityMetric(std::string_view channel, std::string_view name, std::string_view kind, double value,
                     std::optional<int64_t> epoch = std::nullopt);
  /// `#test_score (H) : ('NAME', VALUE)`, and the quality metric of the channel test.
  void TestScore(std::string_view name, std::string_view kind, double value);
  void Throughput(double records_per_second);
  void Progress(double percent);

  /// A `#metrics` line about [start, now]; `meta` may be empty.
  void Metrics(SystemTime start, std::optional<int64_t> epoch, std::string_view meta,
               const std::vector<MetricSummary>& metrics);

  const Clock& clock() const { return clock_; }
  const std::string& host() const { return options_.host; }

 private:
  void Line(std::string_view level, std::string_view text);

  std::ostream& out_;
  Options options_;
  const Clock& clock_;
};

}  // namespace sagespark::container
