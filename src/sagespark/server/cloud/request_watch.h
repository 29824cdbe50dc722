#pragma once

#include <map>
#include <string>
#include <vector>

#include "sagespark/server/metrics/request_metrics.h"
#include "sagespark/server/request_observer.h"

namespace sagespark::server {

/// Counts all requests and logs each in one line, at the level info.
class RequestWatch final : public RequestObserver {
 public:
  /// `offered`: operations by service.
  explicit RequestWatch(const std::map<std::string, std::vector<std::string>>& offered) : metrics_(offered) {}

  void Began() override { metrics_.Begin(); }
  void Answered(const AnsweredRequest& request) override;

  const RequestMetrics& metrics() const { return metrics_; }

 private:
  RequestMetrics metrics_;
};

}  // namespace sagespark::server
