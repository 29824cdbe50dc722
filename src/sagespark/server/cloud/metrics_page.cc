#include "sagespark/server/cloud/metrics_page.h"

#include "sagespark/base/version.h"
#include "sagespark/server/metrics/process_metrics.h"

namespace sagespark::server {
namespace {

struct Kind {
  RecordKind kind;
  const char* name;
  const char* help;
  std::vector<std::string> statuses;  ///< Which are there also when no record has them.
};

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kKinds = {
      {RecordKind::kTrainingJob, "sagespark_training_jobs", "Training jobs by status.", {"InProgress", "Completed", "Failed", "Stopping", "Stopped"}},
      {RecordKind::kTransformJob, "sagespark_transform_jobs", "Transform jobs by status.", {"InProgress", "Completed", "Failed", "Stopping", "Stopped"}},
      {RecordKind::kEndpoint, "sagespark_endpoints", "Endpoints by status.", {"Creating", "InService", "Updating", "Failed", "Deleting"}}};
  return kKinds;
}

void Refuse(int status, const char* why, http::ResponseWriter& response) {
  static_cast<void>(response.Send({.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = why}).ok());
}

}  // namespace

Result<std::string> MetricsPage::Text() const {
  OpenMetricsWriter writer;
  writer.Family("sagespark_build", MetricType::kInfo, "The server's version.");
  const std::string_view version = NameAndVersion();
  writer.Sample({{"version", version.substr(version.find('/') + 1)}}, 1);
  requests_.Write(writer);
  endpoints_.metrics().Write(writer);
  for (const Kind& kind : Kinds()) {
    SAGESPARK_ASSIGN_OR_RETURN(auto counts, records_.CountByStatus(kind.kind));
    for (const std::string& status : kind.statuses) counts.try_emplace(status, 0);
    writer.Family(kind.name, MetricType::kGauge, kind.help);
    for (const auto& [status, count] : counts) writer.Sample({{"status", status}}, static_cast<double>(count));
  }
  writer.Family("sagespark_approximate_backlog_size", MetricType::kGauge, "Asynchronous invocations that were accepted and not yet answered.");
  writer.Sample({}, async_invocations_.waiting());
  WriteProcessMetrics(writer);
  return writer.Take();
}

void MetricsPage::Answer(const http::Request& request, http::ResponseWriter& response) const {
  if (audience_ == MetricsAudience::kNobody) return Refuse(404, "Metrics are switched off\n", response);
  if (!IsInAudience(audience_, request.peer_address)) {
    return Refuse(403, "Metrics are for this machine only: sagespark serve --metrics all\n", response);
  }
  auto text = Text();
  if (!text.ok()) return Refuse(500, "Metrics cannot be read\n", response);
  static_cast<void>(response.Send({.headers = {{"Content-Type", OpenMetricsWriter::kContentType}}, .body = *std::move(text)}).ok());
}

}  // namespace sagespark::server
