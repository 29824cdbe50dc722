#include "sagespark/container/training/epoch_log.h"

#include <algorithm>

namespace sagespark::container {
namespace {

void AddTo(MetricSummary& summary, double value) {
  summary.min = summary.count == 0 ? value : std::min(summary.min, value);
  summary.max = summary.count == 0 ? value : std::max(summary.max, value);
  summary.sum += value;
  ++summary.count;
}

}  // namespace

void EpochLog::Begin() {
  ++epoch_;
  rows_ = 0;
  batches_ = 0;
  start_ = log_.clock().Now();
  watch_ = Stopwatch(log_.clock());
}

void EpochLog::CountBatch(int64_t rows) {
  rows_ += rows;
  total_rows_ += rows;
  ++batches_;
  ++total_batches_;
}

void EpochLog::End() {
  most_rows_ = std::max(most_rows_, rows_);
  most_batches_ = std::max(most_batches_, batches_);
  log_.Progress(100.0 * static_cast<double>(epoch_ + 1) / static_cast<double>(epochs_));
  log_.Metrics(start_, epoch_, "training_data_iter",
               {CountMetric("Total Records Seen", total_rows_), CountMetric("Total Batches Seen", total_batches_),
                CountMetric("Max Records Seen Between Resets", most_rows_),
                CountMetric("Max Batches Seen Between Resets", most_batches_), CountMetric("Reset Count", epoch_ + 1),
                CountMetric("Number of Records Since Last Reset", rows_),
                CountMetric("Number of Batches Since Last Reset", batches_)});
  log_.Throughput(static_cast<double>(rows_) / std::max(watch_.seconds(), 1e-9));
  AddTo(update_time_, watch_.milliseconds());
}

std::vector<MetricSummary> EpochLog::Totals() const { return {CountMetric("epochs", epoch_ + 1), update_time_}; }

}  // namespace sagespark::container
