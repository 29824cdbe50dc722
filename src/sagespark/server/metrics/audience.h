#pragma once

#include <string_view>

namespace sagespark::server {

/// Whom the page of metrics is for.
enum class MetricsAudience { kNobody, kLoopback, kAnybody };

/// Whether one of that audience asks from `address`: "127.0.0.1", "::1", "::ffff:127.0.0.1".
bool IsInAudience(MetricsAudience audience, std::string_view address);

}  // namespace sagespark::server
