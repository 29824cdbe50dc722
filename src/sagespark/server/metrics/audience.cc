#include "sagespark/server/metrics/audience.h"

namespace sagespark::server {

bool IsInAudience(MetricsAudience audience, std::string_view address) {
  if (audience != MetricsAudience::kLoopback) return audience == MetricsAudience::kAnybody;
  // IPv4 as a listener of IPv6 sees it.
  if (constexpr std::string_view kMapped = "::ffff:"; address.starts_with(kMapped)) address.remove_prefix(kMapped.size());
  return address.starts_with("127.") || address == "::1";
}

}  // namespace sagespark::server
