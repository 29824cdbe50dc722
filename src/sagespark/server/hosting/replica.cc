#include "sagespark/server/hosting/replica.h"

#include <algorithm>
#include <thread>

namespace sagespark::server {
namespace {

bool IsGood(const Result<http::Response>& reply) { return reply.ok() && reply->status >= 200 && reply->status < 300; }

/// The request to a container that is not the last one: it answers in the form that its own settings say.
http::ClientRequest WithoutAccept(http::ClientRequest request) {
  request.headers.Remove("Accept");
  return request;
}

}  // namespace

Result<std::unique_ptr<Replica>> Replica::Start(Options options, const std::string& user, ObjectAccess& objects, LogStore& logs,
                                                std::function<void()> on_change) {
  std::unique_ptr<Replica> replica(new Replica(std::move(options.containers)));
  const bool is_alone = replica->containers_.all.size() == 1;
  for (const ModelContainer& container : replica->containers_.all) {
    const std::filesystem::path root = is_alone ? options.root : options.root / container.name;
    SAGESPARK_RETURN_IF_ERROR(FetchModel(container, user, root, objects));
    Instance::Options instance{.program = container.program,
                               .root = root,
                               .environment = container.environment,
                               .log_group = options.log_group,
                               .log_stream = options.log_stream + (is_alone ? "" : "/" + container.name),
                               .limits = options.limits};
    replica->instances_.push_back(std::make_unique<Instance>(std::move(instance), logs, on_change));
  }
  return replica;
}

Replica::~Replica() {
  std::vector<std::thread> enders;  // Side by side: each may take its grace.
  for (auto& instance : instances_) enders.emplace_back([&instance] { instance.reset(); });
  for (std::thread& ender : enders) ender.join();
}

void Replica::BeginEnd() {
  for (const auto& instance : instances_) instance->BeginEnd();
}

Instance::State Replica::state() const {
  Instance::State worst = Instance::State::kHealthy;
  for (const auto& instance : instances_) {
    const Instance::State state = instance->state();
    if (state == Instance::State::kFailed) return state;
    if (state == Instance::State::kStarting || worst == Instance::State::kHealthy) worst = state;
  }
  return worst;
}

std::string Replica::FailedContainer() const {
  for (size_t i = 0; i < instances_.size(); ++i) {
    if (instances_[i]->state() == Instance::State::kFailed) return containers_.all[i].name;
  }
  return "";
}

size_t Replica::IndexOf(std::string_view target) const {
  const auto is_target = [&](const ModelContainer& container) { return container.name == target; };
  const auto found = std::find_if(containers_.all.begin(), containers_.all.end(), is_target);
  return static_cast<size_t>(found - containers_.all.begin());
}

Status Replica::CheckTarget(std::string_view target) const {
  if (!containers_.is_direct) {
    return target.empty() ? Status::Ok() : Status(InvalidArgument("TargetContainerHostname is of models with InferenceExecutionConfig Direct only: " + std::string(target)));
  }
  if (target.empty()) return InvalidArgument("TargetContainerHostname is missing: the model's InferenceExecutionConfig is Direct");
  return IndexOf(target) < instances_.size() ? Status::Ok() : Status(InvalidArgument("The model has no container " + std::string(target)));
}

ContainerReply Replica::SendTo(size_t index, const http::ClientRequest& request, const CancellationToken& cancellation,
                               const ReplyOptions& options) {
  Instance& instance = *instances_[index];
  if (options.body) return {containers_.all[index].name, instance.Stream(request, cancellation, options.body, options.head, options.timeout)};
  return {containers_.all[index].name, instance.Send(request, cancellation)};
}

ContainerReply Replica::Send(const http::ClientRequest& request, std::string_view target, const CancellationToken& cancellation,
                             const ReplyOptions& options) {
  if (containers_.is_direct) return SendTo(IndexOf(target), request, cancellation, options);
  const size_t last = instances_.size() - 1;
  if (last == 0) return SendTo(0, request, cancellation, options);
  ContainerReply reply = SendTo(0, WithoutAccept(request), cancellation, {});
  for (size_t i = 1; i <= last && IsGood(reply.response); ++i) {
    const http::Response answered = *std::move(reply.response);
    http::ClientRequest next{.method = request.method, .target = request.target, .headers = request.headers, .body = answered.body};
    next.headers.Set("Content-Type", std::string(answered.headers.Get("Content-Type", "application/octet-stream")));
    reply = i == last ? SendTo(i, next, cancellation, options) : SendTo(i, WithoutAccept(std::move(next)), cancellation, {});
  }
  return reply;
}

}  // namespace sagespark::server
