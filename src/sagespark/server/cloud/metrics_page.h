#pragma once

#include <string>

#include "sagespark/http/server.h"
#include "sagespark/server/hosting/endpoints.h"
#include "sagespark/server/metrics/audience.h"
#include "sagespark/server/metrics/request_metrics.h"
#include "sagespark/server/records/record_store.h"
#include "sagespark/server/runtime/async_invocations.h"

namespace sagespark::server {

/// GET /metrics: what the server counts, in OpenMetrics text. No signature is asked for, because it tells names and numbers and no data; so
/// by default only this machine may read it.
class MetricsPage {
 public:
  /// What is given must outlive the page.
  MetricsPage(MetricsAudience audience, const RequestMetrics& requests, const Endpoints& endpoints, const AsyncInvocations& async_invocations,
              RecordStore& records)
      : audience_(audience), requests_(requests), endpoints_(endpoints), async_invocations_(async_invocations), records_(records) {}

  void Answer(const http::Request& request, http::ResponseWriter& response) const;

 private:
  Result<std::string> Text() const;

  const MetricsAudience audience_;
  const RequestMetrics& requests_;
  const Endpoints& endpoints_;
  const AsyncInvocations& async_invocations_;
  RecordStore& records_;
};

}  // namespace sagespark::server
