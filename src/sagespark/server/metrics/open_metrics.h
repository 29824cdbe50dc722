#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/server/metrics/metric.h"

namespace sagespark::server {

enum class MetricType { kCounter, kGauge, kHistogram, kInfo };

using MetricLabels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Writes a page in OpenMetrics text, version 1.0.0: families one after the other, each with its samples.
/// Source: "OpenMetrics, a cloud-native, highly scalable metrics protocol".
class OpenMetricsWriter {
 public:
  static constexpr char kContentType[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  /// Begins a family. A name that ends in "_seconds" or "_bytes" says its unit. `help` is a plain sentence.
  void Family(std::string_view name, MetricType type, std::string_view help);

  /// A sample of the family: of a counter "NAME_total", of an info "NAME_info", of a gauge "NAME".
  void Sample(const MetricLabels& labels, double value);
  void Histogram(const MetricLabels& labels, const LatencyHistogram& histogram);

  /// The page.
  std::string Take();

 private:
  void Line(std::string_view suffix, const MetricLabels& labels, double value);

  std::string out_;
  std::string family_;
  MetricType type_ = MetricType::kGauge;
};

}  // namespace sagespark::server
