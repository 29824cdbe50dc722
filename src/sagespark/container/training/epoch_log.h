#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/container/training/training_log.h"

namespace sagespark::container {

/// Measures time from when it is made.
class Stopwatch {
 public:
  explicit Stopwatch(const Clock& clock) : clock_(&clock), start_(clock.SteadyNow()) {}
  double seconds() const { return std::chrono::duration<double>(clock_->SteadyNow() - start_).count(); }
  double milliseconds() const { return 1000 * seconds(); }

 private:
  const Clock* clock_;
  SteadyTime start_;
};

/// Counts the rows and batches of a job's epochs and writes the lines that each of them ends with in the published logs: progress, the
/// counts as a `#metrics` line, throughput.
class EpochLog {
 public:
  /// `log` outlives this object. The job makes `epochs` passes over its data.
  EpochLog(TrainingLog& log, int64_t epochs) : log_(log), epochs_(epochs), watch_(log.clock()) {}

  /// Starts the next epoch.
  void Begin();

  void CountBatch(int64_t rows);

  void End();

  /// Rows of the epoch.
  int64_t rows() const { return rows_; }

  /// `epochs` and `update.time` of the epochs so far.
  std::vector<MetricSummary> Totals() const;

 private:
  TrainingLog& log_;
  const int64_t epochs_;
  Stopwatch watch_;
  SystemTime start_;
  int64_t epoch_ = -1;
  int64_t rows_ = 0;
  int64_t batches_ = 0;
  int64_t most_rows_ = 0;
  int64_t most_batches_ = 0;
  int64_t total_rows_ = 0;
  int64_t total_batches_ = 0;
  MetricSummary update_time_{.name = "update.time", .count = 0};  // One an epoch.
};

}  // namespace sagespark::container
