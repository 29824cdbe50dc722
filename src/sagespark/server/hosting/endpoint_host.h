#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/server/hosting/instance.h"
#include "sagespark/server/hosting/model_container.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// One production variant with the model that it serves.
struct VariantPlan {
  std::string name;
  double weight = 1;
  int64_t instance_count = 1;
  ModelContainer container;
  HostingLimits limits;
};

struct EndpointPlan {
  std::string name;
  std::vector<VariantPlan> variants;
};

/// What a request to an endpoint was answered with.
struct Invoked {
  http::Response response;
  std::string variant;
};

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

  /// Sends the request to `variant`, or to one by the variants' weights when that is empty; in turn over its containers. After a
  /// connection that was closed it is sent a second time: inference changes nothing.
  /// Fails with kNotFound (no such variant), kUnavailable with code ServiceUnavailable (no container takes requests now), else as
  /// Instance::Send.
  Result<Invoked> Invoke(const std::string& variant, const http::ClientRequest& request, const CancellationToken& cancellation);

 private:
  struct Variant {
    VariantPlan plan;
    std::vector<std::unique_ptr<Instance>> instances;
    std::atomic<size_t> next = 0;
  };

  Status SetUp();
  Status SetUpInstance(Variant& variant, int64_t index);
  Status WaitUntilHealthy();
  Variant* Choose(const std::string& name);
  Result<http::Response> SendToOne(Variant& variant, const http::ClientRequest& request, const CancellationToken& cancellation);

  const std::string name_;
  const std::filesystem::path folder_;
  LogStore& logs_;
  ObjectAccess& objects_;
  std::vector<std::unique_ptr<Variant>> variants_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;              ///< Guarded by mutex_.
  std::atomic<bool> ready_ = false;  ///< Instances are made and no longer change.
  std::atomic<uint64_t> chosen_ = 0;
  std::thread thread_;
};

}  // namespace sagespark::server
