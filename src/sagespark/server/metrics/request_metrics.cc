#include "sagespark/server/metrics/request_metrics.h"

namespace sagespark::server {
namespace {

constexpr char kOther[] = "other";
constexpr int kTooManyRequests = 429;

}  // namespace

RequestMetrics::RequestMetrics(const std::map<std::string, std::vector<std::string>>& offered) {
  for (const auto& [service, operations] : offered) {
    for (const std::string& operation : operations) services_[service][operation] = std::make_unique<OfOperation>();
  }
  services_[kOther][kOther] = std::make_unique<OfOperation>();
}

RequestMetrics::OfOperation& RequestMetrics::Find(const AnsweredRequest& request) {
  if (const auto service = services_.find(request.service); service != services_.end()) {
    if (const auto operation = service->second.find(request.operation); operation != service->second.end()) return *operation->second;
  }
  return *services_.find(kOther)->second.begin()->second;
}

void RequestMetrics::End(const AnsweredRequest& request) {
  OfOperation& metrics = Find(request);
  metrics.requests.Add();
  if (request.status >= 500) {
    metrics.errors_5xx.Add();
  } else if (request.status >= 400) {
    metrics.errors_4xx.Add();
  }
  if (request.status == kTooManyRequests) metrics.throttles.Add();
  metrics.received_bytes.Add(request.received_bytes);
  metrics.sent_bytes.Add(request.sent_bytes);
  metrics.latency.Observe(request.duration);
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
}

template <typename Visit>
void RequestMetrics::ForEachAsked(const Visit& visit) const {
  for (const auto& [service, operations] : services_) {
    for (const auto& [operation, metrics] : operations) {
      if (metrics->requests.value() > 0) visit(MetricLabels{{"service", service}, {"operation", operation}}, *metrics);
    }
  }
}

void RequestMetrics::WriteCounter(OpenMetricsWriter& writer, Counter OfOperation::*counter) const {
  ForEachAsked([&](const MetricLabels& labels, const OfOperation& metrics) {
    writer.Sample(labels, static_cast<double>((metrics.*counter).value()));
  });
}

void RequestMetrics::Write(OpenMetricsWriter& writer) const {
  struct Family {
    const char* name;
    const char* help;
    Counter OfOperation::*counter;
  };
  static constexpr Family kFamilies[] = {
      {"sagespark_requests", "Requests that were answered.", &OfOperation::requests},
      {"sagespark_request_4xx_errors", "Requests that were answered with a status of 400 to 499.", &OfOperation::errors_4xx},
      {"sagespark_request_5xx_errors", "Requests that were answered with a status of 500 to 599.", &OfOperation::errors_5xx},
      {"sagespark_request_throttles", "Requests that were refused because too many were under way.", &OfOperation::throttles},
      {"sagespark_request_received_bytes", "Bytes of the bodies of requests.", &OfOperation::received_bytes},
      {"sagespark_request_sent_bytes", "Bytes of the bodies of answers.", &OfOperation::sent_bytes}};
  for (const Family& family : kFamilies) {
    writer.Family(family.name, MetricType::kCounter, family.help);
    WriteCounter(writer, family.counter);
  }
  writer.Family("sagespark_request_latency_seconds", MetricType::kHistogram, "Time from the head of a request to the end of its answer.");
  ForEachAsked([&](const MetricLabels& labels, const OfOperation& metrics) { writer.Histogram(labels, metrics.latency); });
  writer.Family("sagespark_requests_in_flight", MetricType::kGauge, "Requests that are being answered.");
  writer.Sample({}, static_cast<double>(in_flight_.load(std::memory_order_relaxed)));
}

}  // namespace sagespark::server
