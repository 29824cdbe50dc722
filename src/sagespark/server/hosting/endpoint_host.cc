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
    variants_.back()->weight = variant.weight;
    variants_.back()->plan = std::move(variant);
  }
  thread_ = std::thread([this, on_settled = std::move(on_settled)] {
    const Status status = SetUp();
    came_up_ = status.ok();
    if (status.ok() || status.error().kind() != ErrorKind::kCancelled) on_settled(status);
  });
}

void EndpointHost::BeginEnd() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  if (!ready_.exchange(false)) return;  // Its replicas are still being made, on another thread.
  for (const auto& variant : variants_) {
    for (const auto& replica : variant->replicas) replica->BeginEnd();
  }
}

EndpointHost::~EndpointHost() {
  BeginEnd();
  thread_.join();
  std::vector<std::thread> enders;  // Side by side: each may take its grace.
  for (auto& variant : variants_) {
    for (auto& replica : variant->replicas) enders.emplace_back([&replica] { replica.reset(); });
  }
  for (std::thread& ender : enders) ender.join();
  std::error_code error;
  fs::remove_all(folder_, error);
}

Status EndpointHost::SetUp() {
  for (auto& variant : variants_) {
    for (int64_t i = 0; i < variant->plan.instance_count; ++i) SAGESPARK_RETURN_IF_ERROR(SetUpReplica(*variant, i));
  }
  ready_ = true;
  return WaitUntilHealthy();
}

Status EndpointHost::SetUpReplica(Variant& variant, int64_t index) {
  const VariantPlan& plan = variant.plan;
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return Cancelled("The endpoint is deleted");
  }
  const auto notify = [this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  };
  SAGESPARK_ASSIGN_OR_RETURN(auto replica, Replica::Start({.containers = plan.containers,
                                                           .root = folder_ / plan.name / std::to_string(index),
                                                           .log_group = EndpointLogGroup(name_),
                                                           .log_stream = plan.name + "/i-" + ToHex(RandomBytes(8)),
                                                           .limits = plan.limits},
                                                          "production variant " + plan.name, objects_, logs_, notify));
  variant.replicas.push_back(std::move(replica));
  return Status::Ok();
}

Status EndpointHost::WaitUntilHealthy() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (ending_) return Cancelled("The endpoint is deleted");
    bool all_came_up = true;
    for (const auto& variant : variants_) {
      for (const auto& replica : variant->replicas) {
        const Instance::State state = replica->state();
        if (state == Instance::State::kFailed) {
          return Unavailable("The " + replica->FailedContainer() + " container for production variant " + variant->plan.name +
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
  for (const auto& variant : variants_) total += variant->weight;
  double left = EvenlySpread(chosen_++) * total;
  for (const auto& variant : variants_) {
    left -= variant->weight;
    if (left < 0) return variant.get();
  }
  return variants_.front().get();  // All weights are 0.
}

Result<ContainerReply> EndpointHost::SendToOne(Variant& variant, const std::string& container, const http::ClientRequest& request,
                                               const CancellationToken& cancellation, const ReplyOptions& options) {
  const size_t first = variant.next++;
  bool is_busy = false;
  for (size_t i = 0; i < variant.replicas.size(); ++i) {
    Replica& replica = *variant.replicas[(first + i) % variant.replicas.size()];
    ContainerReply reply = replica.Send(request, container, cancellation, options);
    if (reply.response.ok() || reply.response.error().kind() != ErrorKind::kThrottled) return reply;
    is_busy = is_busy || replica.state() == Instance::State::kHealthy;
  }
  return is_busy ? Error(ErrorKind::kThrottled, "All containers of the endpoint have their hands full: please try again") : NoneTakesRequests();
}

Result<Invoked> EndpointHost::Invoke(const InvocationTarget& target, const http::ClientRequest& request,
                                     const CancellationToken& cancellation, const ReplyOptions& options) {
  if (!ready_) return NoneTakesRequests();
  Variant* variant = Choose(target.variant);
  if (variant == nullptr) return NotFound("Endpoint " + name_ + " has no production variant " + target.variant);
  SAGESPARK_RETURN_IF_ERROR(variant->replicas.front()->CheckTarget(target.container));
  const SteadyTime start = Clock::System().SteadyNow();
  SAGESPARK_ASSIGN_OR_RETURN(ContainerReply reply, Ask(*variant, target.container, request, cancellation, options));
  const std::chrono::nanoseconds latency = Clock::System().SteadyNow() - start;
  const VariantPlan& plan = variant->plan;
  plan.metrics->NoteInvocation(reply.response.ok() ? reply.response->status : 0, plan.instance_count, latency);
  return Invoked{plan.name, std::move(reply), latency, plan.metrics};
}

Result<ContainerReply> EndpointHost::Ask(Variant& variant, const std::string& container, const http::ClientRequest& request,
                                         const CancellationToken& cancellation, const ReplyOptions& options) {
  if (options.head) {
    ReplyOptions named = options;
    named.head = [&variant, &options](const http::Response& answered) {
      http::Response head = answered;
      head.headers.Set(kInvokedVariantHeader, variant.plan.name);
      return options.head(head);
    };
    return SendToOne(variant, container, request, cancellation, named);
  }
  SAGESPARK_ASSIGN_OR_RETURN(ContainerReply reply, SendToOne(variant, container, request, cancellation, options));
  const bool was_cut = !reply.response.ok() && reply.response.error().kind() == ErrorKind::kUnavailable;
  if (was_cut && !options.body) return SendToOne(variant, container, request, cancellation, options);
  return reply;
}

void EndpointHost::SetWeights(const std::map<std::string, double>& weights) {
  for (const auto& variant : variants_) {
    if (const auto found = weights.find(variant->plan.name); found != weights.end()) variant->weight = found->second;
  }
}

}  // namespace sagespark::server
