#include "sagespark/server/hosting/endpoint_host.h"

#include <algorithm>

#include "sagespark/base/digest.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

Error NoneTakesRequests() {
  return CodedError(ErrorKind::kUnavailable, "ServiceUnavailable", "No container of the endpoint takes requests now: please try again");
}

/// The golden ratio's multiples modulo 1: even over any run of calls, without a random generator.
double EvenlySpread(uint64_t index) { return static_cast<double>((index * 0x9E3779B97F4A7C15u) >> 11) * 0x1p-53; }

}  // namespace

std::string EndpointLogGroup(const std::string& endpoint_name) { return "/aws/sagemaker/Endpoints/" + endpoint_name; }

EndpointHost::EndpointHost(EndpointPlan plan, fs::path folder, LogStore& logs, ObjectAccess& objects,
                           std::function<void(const Status&)> on_settled)
    : name_(plan.name), folder_(std::move(folder)), logs_(logs), objects_(objects) {
  for (VariantPlan& variant : plan.variants) {
    variants_.push_back(std::make_unique<Variant>());
    variants_.back()->plan = std::move(variant);
  }
  thread_ = std::thread([this, on_settled = std::move(on_settled)] {
    const Status status = SetUp();
    if (status.ok() || status.error().kind() != ErrorKind::kCancelled) on_settled(status);
  });
}

EndpointHost::~EndpointHost() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  thread_.join();
  std::vector<std::thread> enders;  // Side by side: each may take its grace.
  for (auto& variant : variants_) {
    for (auto& instance : variant->instances) enders.emplace_back([&instance] { instance.reset(); });
  }
  for (std::thread& ender : enders) ender.join();
  std::error_code error;
  fs::remove_all(folder_, error);
}

Status EndpointHost::SetUp() {
  for (auto& variant : variants_) {
    for (int64_t i = 0; i < variant->plan.instance_count; ++i) SAGESPARK_RETURN_IF_ERROR(SetUpInstance(*variant, i));
  }
  ready_ = true;
  return WaitUntilHealthy();
}

Status EndpointHost::SetUpInstance(Variant& variant, int64_t index) {
  const VariantPlan& plan = variant.plan;
  const fs::path root = folder_ / plan.name / std::to_string(index);
  SAGESPARK_RETURN_IF_ERROR(FetchModel(plan.container, "production variant " + plan.name, root, objects_));
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return Cancelled("The endpoint is deleted");
  }
  const auto notify = [this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  };
  variant.instances.push_back(std::make_unique<Instance>(
      Instance::Options{.program = plan.container.program,
                        .root = root,
                        .environment = plan.container.environment,
                        .log_group = EndpointLogGroup(name_),
                        .log_stream = plan.name + "/i-" + ToHex(RandomBytes(8)),
                        .limits = plan.limits},
      logs_, notify));
  return Status::Ok();
}

Status EndpointHost::WaitUntilHealthy() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (ending_) return Cancelled("The endpoint is deleted");
    bool all_came_up = true;
    for (const auto& variant : variants_) {
      for (const auto& instance : variant->instances) {
        const Instance::State state = instance->state();
        if (state == Instance::State::kFailed) {
          return Unavailable("The primary container for production variant " + variant->plan.name +
                             " did not pass the ping health check. Please check CloudWatch logs for this endpoint.");
        }
        all_came_up = all_came_up && state != Instance::State::kStarting;
      }
    }
    if (all_came_up) return Status::Ok();
    changed_.wait(lock);
  }
}

EndpointHost::Variant* EndpointHost::Choose(const std::string& name) {
  if (!name.empty()) {
    const auto found = std::find_if(variants_.begin(), variants_.end(), [&](const auto& variant) { return variant->plan.name == name; });
    return found == variants_.end() ? nullptr : found->get();
  }
  double total = 0;
  for (const auto& variant : variants_) total += variant->plan.weight;
  double left = EvenlySpread(chosen_++) * total;
  for (const auto& variant : variants_) {
    left -= variant->plan.weight;
    if (left < 0) return variant.get();
  }
  return variants_.front().get();  // All weights are 0.
}

Result<http::Response> EndpointHost::SendToOne(Variant& variant, const http::ClientRequest& request,
                                               const CancellationToken& cancellation) {
  const size_t first = variant.next++;
  for (size_t i = 0; i < variant.instances.size(); ++i) {
    auto reply = variant.instances[(first + i) % variant.instances.size()]->Send(request, cancellation);
    if (reply.ok() || reply.error().kind() != ErrorKind::kThrottled) return reply;
  }
  return NoneTakesRequests();
}

Result<Invoked> EndpointHost::Invoke(const std::string& variant_name, const http::ClientRequest& request,
                                     const CancellationToken& cancellation) {
  if (!ready_) return NoneTakesRequests();
  Variant* variant = Choose(variant_name);
  if (variant == nullptr) return NotFound("Endpoint " + name_ + " has no production variant " + variant_name);
  auto reply = SendToOne(*variant, request, cancellation);
  const bool was_cut = !reply.ok() && reply.error().kind() == ErrorKind::kUnavailable && reply.error().code().empty();
  if (was_cut) reply = SendToOne(*variant, request, cancellation);
  if (!reply.ok()) return reply.error();
  return Invoked{*std::move(reply), variant->plan.name};
}

}  // namespace sagespark::server
