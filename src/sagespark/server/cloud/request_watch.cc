#include "sagespark/server/cloud/request_watch.h"

#include "sagespark/base/log.h"

namespace sagespark::server {

void RequestWatch::Answered(const AnsweredRequest& request) {
  metrics_.End(request);
  if (!IsLogged(LogLevel::kInfo)) return;
  Log(LogLevel::kInfo, "request",
      {{"request_id", request.request_id},
       {"service", request.service},
       {"operation", request.operation},
       {"status", request.status},
       {"received_bytes", static_cast<int64_t>(request.received_bytes)},
       {"sent_bytes", static_cast<int64_t>(request.sent_bytes)},
       {"duration_ms", std::chrono::duration<double, std::milli>(request.duration).count()},
       {"access_key_id", request.access_key_id},
       {"peer", request.peer_address}});
}

}  // namespace sagespark::server
