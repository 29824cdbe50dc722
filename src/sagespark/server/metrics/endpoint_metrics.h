#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "sagespark/server/metrics/metric.h"
#include "sagespark/server/metrics/open_metrics.h"

namespace sagespark::server {

/// What CloudWatch has of a production variant. Thread-safe, without locks.
/// Source: "Amazon SageMaker AI metrics in Amazon CloudWatch", Amazon SageMaker guide.
struct VariantMetrics {
  Counter invocations;   ///< Sent to a container.
  Counter errors_4xx;    ///< Which answered 4xx
  Counter errors_5xx;    ///< or 5xx
  Counter model_errors;  ///< or anything but 2xx, or not at all.
  std::atomic<double> invocations_per_instance = 0;
  LatencyHistogram model_latency;     ///< Of the container.
  LatencyHistogram overhead_latency;  ///< Of the server, beside the container's.

  /// Notes an invocation of one of `instances`. `status` is 0 when the container gave no answer.
  void NoteInvocation(int status, int64_t instances, std::chrono::nanoseconds latency);
};

/// The metrics of all endpoints. They outlive updates. Thread-safe.
class EndpointMetrics {
 public:
  std::shared_ptr<VariantMetrics> Of(const std::string& endpoint, const std::string& variant);

  /// Leaves out an endpoint that is deleted.
  void Forget(const std::string& endpoint);

  void Write(OpenMetricsWriter& writer) const;

 private:
  using Key = std::pair<std::string, std::string>;

  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<VariantMetrics>> variants_;
};

}  // namespace sagespark::server
