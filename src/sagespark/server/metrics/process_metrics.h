#pragma once

#include "sagespark/server/metrics/open_metrics.h"

namespace sagespark::server {

/// Memory, processor time, open files and start of this process, by the names that Prometheus' own clients use.
void WriteProcessMetrics(OpenMetricsWriter& writer);

}  // namespace sagespark::server
