#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/server/metrics/metric.h"
#include "sagespark/server/metrics/open_metrics.h"
#include "sagespark/server/request_observer.h"

namespace sagespark::server {

/// Counts requests by service and operation. Thread-safe, without locks.
class RequestMetrics {
 public:
  /// `offered`: operations by service. All others are counted together, as the operation "other" of the service "other".
  explicit RequestMetrics(const std::map<std::string, std::vector<std::string>>& offered);

  void Begin() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
  void End(const AnsweredRequest& request);

  /// Operations that were never asked for are left out.
  void Write(OpenMetricsWriter& writer) const;

 private:
  struct OfOperation {
    Counter requests;
    Counter errors_4xx;
    Counter errors_5xx;
    Counter throttles;
    Counter received_bytes;
    Counter sent_bytes;
    LatencyHistogram latency;
  };
  using Operations = std::map<std::string, std::unique_ptr<OfOperation>, std::less<>>;

  OfOperation& Find(const AnsweredRequest& request);
  void WriteCounter(OpenMetricsWriter& writer, Counter OfOperation::*counter) const;
  template <typename Visit>
  void ForEachAsked(const Visit& visit) const;

  std::map<std::string, Operations, std::less<>> services_;  ///< Not changed after the construction.
  std::atomic<int64_t> in_flight_ = 0;
};

}  // namespace sagespark::server
