#include "sagespark/server/hosting/endpoints.h"

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/log.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/hosting/model_container.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
namespace sm = aws::sagemaker;
namespace endpoint_status = aws::sagemaker::endpoint_status;

Error ValidationError(std::string message) {
  return CodedError(ErrorKind::kInvalidArgument, "ValidationError", std::move(message));
}

Error NotFoundInAccount(const std::string& account_id, const std::string& name) {
  return ValidationError("Endpoint " + name + " of account " + account_id + " not found.");
}

void SetSettled(sm::DescribeEndpointResponse& endpoint, const Status& settled) {
  endpoint.endpoint_status = settled.ok() ? endpoint_status::kInService : endpoint_status::kFailed;
  endpoint.failure_reason.reset();
  if (!settled.ok()) endpoint.failure_reason = settled.error().message().substr(0, 1024);
  for (sm::ProductionVariantSummary& variant : endpoint.production_variants) {
    variant.current_instance_count = settled.ok() ? variant.desired_instance_count : 0;
  }
}

}  // namespace

Result<std::unique_ptr<Endpoints>> Endpoints::Open(EndpointsOptions options, RecordStore& records, LogStore& logs,
                                                   ObjectAccess& objects, const ContainerImages& images) {
  std::error_code error;
  fs::remove_all(options.folder, error);  // Of containers that a killed server left behind.
  if (fs::create_directories(options.folder, error); error) return IoError("Cannot make the endpoints' folder", error.value());
  std::unique_ptr<Endpoints> endpoints(new Endpoints(std::move(options), records, logs, objects, images));
  SAGESPARK_RETURN_IF_ERROR(endpoints->Resume());
  return endpoints;
}

Endpoints::Endpoints(EndpointsOptions options, RecordStore& records, LogStore& logs, ObjectAccess& objects, const ContainerImages& images)
    : options_(std::move(options)), records_(records), logs_(logs), objects_(objects), images_(images) {}

Endpoints::~Endpoints() {
  std::map<std::string, std::shared_ptr<EndpointHost>, std::less<>> hosts;
  {
    const std::lock_guard lock(mutex_);
    hosts.swap(hosts_);
  }
  std::vector<std::thread> enders;
  for (auto& entry : hosts) enders.emplace_back([&entry] { entry.second.reset(); });
  for (std::thread& ender : enders) ender.join();
}

Status Endpoints::Resume() {
  for (const std::string_view alive : {endpoint_status::kCreating, endpoint_status::kInService}) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto names, records_.NamesWithStatus(RecordKind::kEndpoint, alive));
    for (const std::string& name : names) Create(name);
  }
  SAGESPARK_ASSIGN_OR_RETURN(const auto half_deleted, records_.NamesWithStatus(RecordKind::kEndpoint, endpoint_status::kDeleting));
  for (const std::string& name : half_deleted) SAGESPARK_RETURN_IF_ERROR(records_.Delete(RecordKind::kEndpoint, name));
  return Status::Ok();
}

Result<EndpointPlan> Endpoints::PlanOf(const std::string& name) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, records_.Get(RecordKind::kEndpoint, name));
  SAGESPARK_ASSIGN_OR_RETURN(const auto endpoint, aws::FromJson<sm::DescribeEndpointResponse>(record.document));
  SAGESPARK_ASSIGN_OR_RETURN(const Record config_record,
                             records_.Get(RecordKind::kEndpointConfig, endpoint.endpoint_config_name.value_or("")));
  SAGESPARK_ASSIGN_OR_RETURN(const auto config, aws::FromJson<sm::DescribeEndpointConfigResponse>(config_record.document));
  EndpointPlan plan{.name = name};
  for (const sm::ProductionVariant& variant : config.production_variants) {
    SAGESPARK_ASSIGN_OR_RETURN(ModelContainer container, ContainerOfModel(variant.model_name.value_or(""), records_, images_));
    HostingLimits limits = options_.limits;
    if (variant.container_startup_health_check_timeout_in_seconds) {
      limits.start_timeout = std::chrono::seconds(*variant.container_startup_health_check_timeout_in_seconds);
    }
    plan.variants.push_back({.name = variant.variant_name,
                             .weight = variant.initial_variant_weight.value_or(1),
                             .instance_count = variant.initial_instance_count.value_or(1),
                             .container = std::move(container),
                             .limits = limits});
  }
  return plan;
}

void Endpoints::Create(const std::string& name) {
  auto plan = PlanOf(name);
  if (!plan.ok()) return Settle(name, plan.status());
  const auto settle = [this, name](const Status& settled) { Settle(name, settled); };
  const std::lock_guard lock(mutex_);
  hosts_[name] = std::make_shared<EndpointHost>(*std::move(plan), options_.folder / name, logs_, objects_, settle);
}

void Endpoints::Settle(const std::string& name, const Status& settled) {
  const auto changed = records_.Update(RecordKind::kEndpoint, name, [&](Record& record) -> Status {
    const bool is_back_after_a_restart = settled.ok() && record.status == endpoint_status::kInService;
    if (is_back_after_a_restart || record.status == endpoint_status::kDeleting) return Status::Ok();
    SAGESPARK_ASSIGN_OR_RETURN(auto endpoint, aws::FromJson<sm::DescribeEndpointResponse>(record.document));
    SetSettled(endpoint, settled);
    record.modified = Clock::System().Now();
    endpoint.last_modified_time = record.modified;
    record.status = endpoint.endpoint_status;
    record.document = ToJson(endpoint);
    return Status::Ok();
  });
  if (!changed.ok()) Log(LogLevel::kError, "Cannot record the state of endpoint " + name + ": " + changed.error().message());
}

Status Endpoints::Delete(const std::string& name) {
  const auto deleting = records_.Update(RecordKind::kEndpoint, name, [](Record& record) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(auto endpoint, aws::FromJson<sm::DescribeEndpointResponse>(record.document));
    endpoint.endpoint_status = endpoint_status::kDeleting;
    record.status = endpoint.endpoint_status;
    record.document = ToJson(endpoint);
    return Status::Ok();
  });
  SAGESPARK_RETURN_IF_ERROR(deleting.status());
  std::shared_ptr<EndpointHost> host = HostOf(name);
  {
    const std::lock_guard lock(mutex_);
    hosts_.erase(name);
  }
  host.reset();  // Ends the containers, unless an invocation is under way: then its end does.
  return records_.Delete(RecordKind::kEndpoint, name);
}

std::shared_ptr<EndpointHost> Endpoints::HostOf(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = hosts_.find(name);
  return found == hosts_.end() ? nullptr : found->second;
}

Status Endpoints::CheckInService(const std::string& account_id, const std::string& name) {
  const auto record = records_.Get(RecordKind::kEndpoint, name);
  if (!record.ok() && record.error().kind() == ErrorKind::kNotFound) return NotFoundInAccount(account_id, name);
  SAGESPARK_RETURN_IF_ERROR(record.status());
  if (record->status == endpoint_status::kInService) return Status::Ok();
  return ValidationError("Endpoint " + name + " of account " + account_id + " is not in service: its status is " + record->status + ".");
}

Result<Invoked> Endpoints::Invoke(const std::string& account_id, const std::string& name, const std::string& variant,
                                  const http::ClientRequest& request, const CancellationToken& cancellation) {
  SAGESPARK_RETURN_IF_ERROR(CheckInService(account_id, name));
  const std::shared_ptr<EndpointHost> host = HostOf(name);
  if (host == nullptr) return NotFoundInAccount(account_id, name);  // Deleted meanwhile.
  auto invoked = host->Invoke(variant, request, cancellation);
  if (!invoked.ok() && invoked.error().kind() == ErrorKind::kNotFound) return ValidationError(invoked.error().message());
  return invoked;
}

}  // namespace sagespark::server
