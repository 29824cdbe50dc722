#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/http/worker_pool.h"
#include "sagespark/server/hosting/endpoint_host.h"
#include "sagespark/server/records/record_store.h"

namespace sagespark::server {

struct EndpointsOptions {
  std::filesystem::path folder;  ///< Of the containers' files.
  HostingLimits limits;
};

/// The endpoints of this server. Their records say what shall be served; this makes it so, also after a restart. Thread-safe.
class Endpoints {
 public:
  /// What is given must outlive this. Endpoints that were Creating, Updating or InService when a server ended
  /// start again, and an update begins anew.
  static Result<std::unique_ptr<Endpoints>> Open(EndpointsOptions options, RecordStore& records, LogStore& logs, ObjectAccess& objects,
                                                 const ContainerImages& images);

  /// Ends all containers; the records stay, so that a next server serves them again.
  ~Endpoints();

  /// Hosts the endpoint of the record `name`; its status becomes InService, or Failed with the reason.
  void Create(const std::string& name);

  /// Brings the endpoint of the record `name`, which is Updating, to its PendingDeploymentSummary: the old containers serve until all new
  /// ones are healthy. Its status becomes InService: with what was pending or, when that cannot serve, as before with a FailureReason.
  void Update(const std::string& name);

  /// The same, where configuration and models stay: when only weights change no container is started.
  void Rebalance(const std::string& name);

  /// Ends the endpoint's containers, then removes its record. Fails with kNotFound when there is no such record.
  Status Delete(const std::string& name);

  /// Sends a request to an endpoint. Fails with code ValidationError when there is no such endpoint, variant or container, or it is not
  /// in service; else as EndpointHost::Invoke.
  Result<Invoked> Invoke(const std::string& account_id, const std::string& name, const InvocationTarget& target,
                         const http::ClientRequest& request, const CancellationToken& cancellation, const ReplyOptions& options = {});

  const EndpointMetrics& metrics() const { return metrics_; }

 private:
  Endpoints(EndpointsOptions options, RecordStore& records, LogStore& logs, ObjectAccess& objects, const ContainerImages& images);
  Status Resume();
  struct Hosted {
    std::shared_ptr<EndpointHost> serving;
    std::shared_ptr<EndpointHost> next;  ///< Of an update; null without one.
    uint64_t update = 0;                 ///< The number of that update.
  };

  Result<EndpointPlan> PlanOf(const aws::sagemaker::DescribeEndpointResponse& endpoint);
  Result<aws::sagemaker::DescribeEndpointResponse> Describe(const std::string& name);
  std::filesystem::path NewFolder(const std::string& name);
  void Settle(const std::string& name, const Status& settled);
  void SettleUpdate(const std::string& name, uint64_t update, const Status& settled);
  void Change(const std::string& name, const std::function<bool(aws::sagemaker::DescribeEndpointResponse&)>& change);
  void EndLater(std::shared_ptr<EndpointHost> host);
  Status CheckInService(const std::string& account_id, const std::string& name);
  std::shared_ptr<EndpointHost> HostOf(const std::string& name);

  const EndpointsOptions options_;
  RecordStore& records_;
  LogStore& logs_;
  ObjectAccess& objects_;
  const ContainerImages& images_;
  EndpointMetrics metrics_;
  std::mutex mutex_;
  std::map<std::string, Hosted, std::less<>> hosts_;
  uint64_t folders_ = 0;              ///< Made so far.
  uint64_t updates_ = 0;              ///< Begun so far.
  http::WorkerPool enders_{2};        ///< End hosts that an update replaced or gave up.
};

}  // namespace sagespark::server
