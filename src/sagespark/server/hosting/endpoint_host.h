#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/server/hosting/replica.h"
#include "sagespark/server/jobs/object_access.h"
#include "sagespark/server/metrics/endpoint_metrics.h"

namespace sagespark::server {

/// One production variant with the model that it serves.
struct VariantPlan {
  std::string name;
  double weight = 1;
  int64_t instance_count = 1;
  ModelContainers containers;
  HostingLimits limits;
  std::shared_ptr<VariantMetrics> metrics = std::make_shared<VariantMetrics>();
};

struct EndpointPlan {
  std::string name;
  std::vector<VariantPlan> variants;
};

/// Whom within an endpoint a request is for; empty texts leave it to the endpoint.
struct InvocationTarget {
  std::string variant{};
  std::string container{};
};

/// What a request to an endpoint was answered with.
struct Invoked {
  std::string variant;
  ContainerReply reply;
  std::chrono::nanoseconds model_latency{0};  ///< From sending the request to the end of the reply.
  std::shared_ptr<VariantMetrics> metrics{};  ///< The variant's; the invocation is noted already, but for its overhead.
};

/// Which variant answers: a header of the head that ReplyOptions::head sees.
inline constexpr char kInvokedVariantHeader[] = "x-Amzn-Invoked-Production-Variant";

/// The log group of an endpoint's containers.
std::string EndpointLogGroup(const std::string& endpoint_name);

/// The containers of one endpoint: models are fetched and unpacked, containers started, and requests spread over them.
/// Thread-safe.
class EndpointHost {
 public:
  /// Starts at once, on a thread of its own, which calls `on_settled` once: with Ok when every container is healthy, or why the
  /// endpoint cannot serve; not when it is destroyed before. `folder` is made, and removed in the end.
  EndpointHost(EndpointPlan plan, std::filesystem::path folder, LogStore& logs, ObjectAccess& objects,
               std::function<void(const Status&)> on_settled);

  /// Ends all containers.
  ~EndpointHost();

  /// Begins to, without waiting: invocations that are under way are cut, and none is taken any more.
  void BeginEnd();

  /// Sends the request to the target's variant, or to one by the variants' weights; in turn over its instances. After a connection that
  /// was closed it is sent a second time: inference changes nothing; but not with ReplyOptions::body, which may have seen the first answer.
  /// Fails with kNotFound (no such variant), kInvalidArgument (no such container), kThrottled (all have their hands full), kUnavailable
  /// with code ServiceUnavailable (no container takes requests now). What a container did is in the reply.
  Result<Invoked> Invoke(const InvocationTarget& target, const http::ClientRequest& request, const CancellationToken& cancellation,
                         const ReplyOptions& options = {});

  /// Whether every container has been healthy once.
  bool has_come_up() const { return came_up_; }

  /// Sets the weights of the variants that are named.
  void SetWeights(const std::map<std::string, double>& weights);

 private:
  struct Variant {
    VariantPlan plan;
    std::atomic<double> weight;
    std::vector<std::unique_ptr<Replica>> replicas;
    std::atomic<size_t> next = 0;
  };

  Status SetUp();
  Status SetUpReplica(Variant& variant, int64_t index);
  Status WaitUntilHealthy();
  Variant* Choose(const std::string& name);
  /// Sends to the variant, a second time where that is allowed.
  Result<ContainerReply> Ask(Variant& variant, const std::string& container, const http::ClientRequest& request,
                             const CancellationToken& cancellation, const ReplyOptions& options);
  Result<ContainerReply> SendToOne(Variant& variant, const std::string& container, const http::ClientRequest& request,
                                   const CancellationToken& cancellation, const ReplyOptions& options);

  const std::string name_;
  const std::filesystem::path folder_;
  LogStore& logs_;
  ObjectAccess& objects_;
  std::vector<std::unique_ptr<Variant>> variants_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;              ///< Guarded by mutex_.
  std::atomic<bool> ready_ = false;  ///< Replicas are made and no longer change.
  std::atomic<bool> came_up_ = false;
  std::atomic<uint64_t> chosen_ = 0;
  std::thread thread_;
};

}  // namespace sagespark::server
