#include "sagespark/server/hosting/endpoints.h"

#include <algorithm>
#include <thread>
#include <utility>

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

/// The endpoint as it will be when its pending update is done.
sm::DescribeEndpointResponse WithPending(sm::DescribeEndpointResponse endpoint) {
  if (!endpoint.pending_deployment_summary) return endpoint;
  const sm::PendingDeploymentSummary pending = *std::exchange(endpoint.pending_deployment_summary, std::nullopt);
  endpoint.endpoint_config_name = pending.endpoint_config_name;
  endpoint.production_variants.clear();
  for (const sm::PendingProductionVariantSummary& variant : pending.production_variants) {
    endpoint.production_variants.push_back({.variant_name = variant.variant_name,
                                            .deployed_images = variant.deployed_images,
                                            .current_weight = variant.desired_weight,
                                            .desired_weight = variant.desired_weight,
                                            .current_instance_count = variant.desired_instance_count,
                                            .desired_instance_count = variant.desired_instance_count});
  }
  return endpoint;
}

void EndUpdate(sm::DescribeEndpointResponse& endpoint, const Status& settled) {
  if (settled.ok()) endpoint = WithPending(std::move(endpoint));
  endpoint.pending_deployment_summary.reset();
  endpoint.endpoint_status = endpoint_status::kInService;
  endpoint.failure_reason.reset();
  if (!settled.ok()) endpoint.failure_reason = settled.error().message().substr(0, 1024);
}

bool OnlyWeightsChange(const sm::DescribeEndpointResponse& endpoint) {
  const sm::DescribeEndpointResponse updated = WithPending(endpoint);
  for (size_t i = 0; i < endpoint.production_variants.size(); ++i) {
    if (endpoint.production_variants[i].desired_instance_count != updated.production_variants.at(i).desired_instance_count) return false;
  }
  return true;
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
  std::map<std::string, Hosted, std::less<>> hosts;
  {
    const std::lock_guard lock(mutex_);
    hosts.swap(hosts_);
  }
  std::vector<std::thread> enders;
  for (auto& entry : hosts) {
    enders.emplace_back([&entry] { entry.second.serving.reset(); });
    enders.emplace_back([&entry] { entry.second.next.reset(); });
  }
  for (std::thread& ender : enders) ender.join();
}

Status Endpoints::Resume() {
  for (const std::string_view alive : {endpoint_status::kCreating, endpoint_status::kInService, endpoint_status::kUpdating}) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto names, records_.NamesWithStatus(RecordKind::kEndpoint, alive));
    for (const std::string& name : names) {
      Create(name);
      if (alive == endpoint_status::kUpdating) Update(name);
    }
  }
  SAGESPARK_ASSIGN_OR_RETURN(const auto half_deleted, records_.NamesWithStatus(RecordKind::kEndpoint, endpoint_status::kDeleting));
  for (const std::string& name : half_deleted) SAGESPARK_RETURN_IF_ERROR(records_.Delete(RecordKind::kEndpoint, name));
  return Status::Ok();
}

Result<sm::DescribeEndpointResponse> Endpoints::Describe(const std::string& name) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, records_.Get(RecordKind::kEndpoint, name));
  return aws::FromJson<sm::DescribeEndpointResponse>(record.document);
}

/// Weights and numbers of instances are the endpoint's, where it has its own; all else is the configuration's.
Result<EndpointPlan> Endpoints::PlanOf(const sm::DescribeEndpointResponse& endpoint) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record config_record,
                             records_.Get(RecordKind::kEndpointConfig, endpoint.endpoint_config_name.value_or("")));
  SAGESPARK_ASSIGN_OR_RETURN(const auto config, aws::FromJson<sm::DescribeEndpointConfigResponse>(config_record.document));
  EndpointPlan plan{.name = endpoint.endpoint_name};
  for (const sm::ProductionVariant& variant : config.production_variants) {
    SAGESPARK_ASSIGN_OR_RETURN(ModelContainers containers, ContainersOfModel(variant.model_name.value_or(""), records_, images_));
    HostingLimits limits = options_.limits;
    if (config.async_inference_config && config.async_inference_config->client_config) {
      const auto most = config.async_inference_config->client_config->max_concurrent_invocations_per_instance;
      if (most) limits.max_in_flight = std::min(limits.max_in_flight, static_cast<int>(*most));
    }
    if (variant.container_startup_health_check_timeout_in_seconds) {
      limits.start_timeout = std::chrono::seconds(*variant.container_startup_health_check_timeout_in_seconds);
    }
    VariantPlan planned{.name = variant.variant_name,
                        .weight = variant.initial_variant_weight.value_or(1),
                        .instance_count = variant.initial_instance_count.value_or(1),
                        .containers = std::move(containers),
                        .limits = limits,
                        .metrics = metrics_.Of(endpoint.endpoint_name, variant.variant_name)};
    for (const sm::ProductionVariantSummary& summary : endpoint.production_variants) {
      if (summary.variant_name != planned.name) continue;
      planned.weight = summary.desired_weight.value_or(planned.weight);
      planned.instance_count = summary.desired_instance_count.value_or(planned.instance_count);
    }
    plan.variants.push_back(std::move(planned));
  }
  return plan;
}

fs::path Endpoints::NewFolder(const std::string& name) { return options_.folder / (name + "." + std::to_string(folders_++)); }

void Endpoints::Create(const std::string& name) {
  const auto endpoint = Describe(name);
  auto plan = endpoint.ok() ? PlanOf(*endpoint) : endpoint.error();
  if (!plan.ok()) return Settle(name, plan.status());
  const auto settle = [this, name](const Status& settled) { Settle(name, settled); };
  const std::lock_guard lock(mutex_);
  hosts_[name].serving = std::make_shared<EndpointHost>(*std::move(plan), NewFolder(name), logs_, objects_, settle);
}

void Endpoints::Update(const std::string& name) {
  const auto endpoint = Describe(name);
  auto plan = endpoint.ok() ? PlanOf(WithPending(*endpoint)) : endpoint.error();
  const std::unique_lock lock(mutex_);
  const auto hosted = hosts_.find(name);
  if (hosted == hosts_.end()) return;  // Deleted meanwhile.
  const uint64_t update = ++updates_;
  hosted->second.update = update;
  const auto settle = [this, name, update](const Status& settled) { SettleUpdate(name, update, settled); };
  if (plan.ok()) {
    hosted->second.next = std::make_shared<EndpointHost>(*std::move(plan), NewFolder(name), logs_, objects_, settle);
  } else {
    enders_.Submit([settle, status = plan.status()] { settle(status); });
  }
}

void Endpoints::Rebalance(const std::string& name) {
  const auto endpoint = Describe(name);
  if (!endpoint.ok() || !OnlyWeightsChange(*endpoint)) return Update(name);
  std::map<std::string, double> weights;
  for (const sm::ProductionVariantSummary& variant : WithPending(*endpoint).production_variants) {
    weights[variant.variant_name] = variant.desired_weight.value_or(1);
  }
  if (const std::shared_ptr<EndpointHost> host = HostOf(name)) host->SetWeights(weights);
  Change(name, [](sm::DescribeEndpointResponse& changed) {
    EndUpdate(changed, Status::Ok());
    return true;
  });
}

void Endpoints::Change(const std::string& name, const std::function<bool(sm::DescribeEndpointResponse&)>& change) {
  const auto changed = records_.Update(RecordKind::kEndpoint, name, [&](Record& record) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(auto endpoint, aws::FromJson<sm::DescribeEndpointResponse>(record.document));
    if (endpoint.endpoint_status == endpoint_status::kDeleting || !change(endpoint)) return Status::Ok();
    record.modified = std::chrono::floor<milliseconds>(Clock::System().Now());
    endpoint.last_modified_time = record.modified;
    record.status = endpoint.endpoint_status;
    record.document = ToJson(endpoint);
    return Status::Ok();
  });
  if (!changed.ok()) Log(LogLevel::kError, "Cannot record the state of endpoint " + name + ": " + changed.error().message());
}

void Endpoints::Settle(const std::string& name, const Status& settled) {
  Change(name, [&](sm::DescribeEndpointResponse& endpoint) {
    const bool is_back_after_a_restart = settled.ok() && endpoint.endpoint_status != endpoint_status::kCreating;
    if (!is_back_after_a_restart) SetSettled(endpoint, settled);
    return !is_back_after_a_restart;
  });
}

/// On a thread of the new host's, or one that stands for it.
void Endpoints::SettleUpdate(const std::string& name, uint64_t update, const Status& settled) {
  std::shared_ptr<EndpointHost> ended;
  {
    const std::lock_guard lock(mutex_);
    const auto hosted = hosts_.find(name);
    if (hosted == hosts_.end() || hosted->second.update != update) return;  // Deleted meanwhile.
    if (settled.ok()) std::swap(hosted->second.serving, hosted->second.next);
    ended = std::exchange(hosted->second.next, nullptr);
  }
  Change(name, [&](sm::DescribeEndpointResponse& endpoint) {
    EndUpdate(endpoint, settled);
    return true;
  });
  EndLater(std::move(ended));
}

/// A host must not end on its own thread.
void Endpoints::EndLater(std::shared_ptr<EndpointHost> host) {
  if (host != nullptr) enders_.Submit([ending = std::move(host)]() mutable { ending.reset(); });
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
  {
    Hosted hosted;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = hosts_.find(name); found != hosts_.end()) {
        hosted = std::move(found->second);
        hosts_.erase(found);
      }
    }
    for (const auto& host : {hosted.serving, hosted.next}) {
      if (host != nullptr) host->BeginEnd();
    }
  }
  metrics_.Forget(name);
  return records_.Delete(RecordKind::kEndpoint, name);
}

std::shared_ptr<EndpointHost> Endpoints::HostOf(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = hosts_.find(name);
  return found == hosts_.end() ? nullptr : found->second.serving;
}

Status Endpoints::CheckInService(const std::string& account_id, const std::string& name) {
  const auto record = records_.Get(RecordKind::kEndpoint, name);
  if (!record.ok() && record.error().kind() == ErrorKind::kNotFound) return NotFoundInAccount(account_id, name);
  SAGESPARK_RETURN_IF_ERROR(record.status());
  if (record->status == endpoint_status::kInService) return Status::Ok();
  return ValidationError("Endpoint " + name + " of account " + account_id + " is not in service: its status is " + record->status + ".");
}

Result<Invoked> Endpoints::Invoke(const std::string& account_id, const std::string& name, const InvocationTarget& target,
                                  const http::ClientRequest& request, const CancellationToken& cancellation, const ReplyOptions& options) {
  const std::shared_ptr<EndpointHost> host = HostOf(name);
  // A host that has come up serves; its record says why one that has not does not.
  if (host == nullptr || !host->has_come_up()) SAGESPARK_RETURN_IF_ERROR(CheckInService(account_id, name));
  if (host == nullptr) return NotFoundInAccount(account_id, name);  // Deleted meanwhile.
  auto invoked = host->Invoke(target, request, cancellation, options);
  if (invoked.ok() || !invoked.error().code().empty()) return invoked;
  const ErrorKind kind = invoked.error().kind();
  if (kind == ErrorKind::kNotFound || kind == ErrorKind::kInvalidArgument) return ValidationError(invoked.error().message());
  return invoked;
}

}  // namespace sagespark::server
