#include "sagespark/server/metrics/endpoint_metrics.h"

namespace sagespark::server {

void VariantMetrics::NoteInvocation(int status, int64_t instances, std::chrono::nanoseconds latency) {
  invocations.Add();
  invocations_per_instance.fetch_add(1.0 / static_cast<double>(instances), std::memory_order_relaxed);
  model_latency.Observe(latency);
  if (status >= 200 && status < 300) return;
  model_errors.Add();
  if (status >= 500) {
    errors_5xx.Add();
  } else if (status >= 400) {
    errors_4xx.Add();
  }
}

std::shared_ptr<VariantMetrics> EndpointMetrics::Of(const std::string& endpoint, const std::string& variant) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<VariantMetrics>& metrics = variants_[{endpoint, variant}];
  if (metrics == nullptr) metrics = std::make_shared<VariantMetrics>();
  return metrics;
}

void EndpointMetrics::Forget(const std::string& endpoint) {
  const std::lock_guard lock(mutex_);
  std::erase_if(variants_, [&](const auto& entry) { return entry.first.first == endpoint; });
}

void EndpointMetrics::Write(OpenMetricsWriter& writer) const {
  std::map<Key, std::shared_ptr<VariantMetrics>> variants;
  {
    const std::lock_guard lock(mutex_);
    variants = variants_;
  }
  const auto each = [&](const auto& write) {
    for (const auto& [key, metrics] : variants) write(MetricLabels{{"endpoint", key.first}, {"variant", key.second}}, *metrics);
  };
  struct Family {
    const char* name;
    const char* help;
    Counter VariantMetrics::*counter;
  };
  static constexpr Family kFamilies[] = {
      {"sagespark_endpoint_invocations", "Requests that were sent to a container.", &VariantMetrics::invocations},
      {"sagespark_endpoint_invocation_4xx_errors", "Requests that the container answered with 400 to 499.", &VariantMetrics::errors_4xx},
      {"sagespark_endpoint_invocation_5xx_errors", "Requests that the container answered with 500 to 599.", &VariantMetrics::errors_5xx},
      {"sagespark_endpoint_invocation_model_errors", "Requests that the container answered with anything but 2xx, or not.",
       &VariantMetrics::model_errors}};
  for (const Family& family : kFamilies) {
    writer.Family(family.name, MetricType::kCounter, family.help);
    each([&](const MetricLabels& labels, const VariantMetrics& metrics) {
      writer.Sample(labels, static_cast<double>((metrics.*family.counter).value()));
    });
  }
  writer.Family("sagespark_endpoint_invocations_per_instance", MetricType::kCounter, "Invocations divided by the variant's instances.");
  each([&](const MetricLabels& labels, const VariantMetrics& metrics) { writer.Sample(labels, metrics.invocations_per_instance); });
  writer.Family("sagespark_endpoint_model_latency_seconds", MetricType::kHistogram, "Time that the container took, with the way to it and back.");
  each([&](const MetricLabels& labels, const VariantMetrics& metrics) { writer.Histogram(labels, metrics.model_latency); });
  writer.Family("sagespark_endpoint_overhead_latency_seconds", MetricType::kHistogram, "Time that the server took beside the container.");
  each([&](const MetricLabels& labels, const VariantMetrics& metrics) { writer.Histogram(labels, metrics.overhead_latency); });
}

}  // namespace sagespark::server
