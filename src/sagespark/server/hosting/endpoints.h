#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

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
  /// What is given must outlive this. Endpoints that were Creating or InService when a server ended start again.
  static Result<std::unique_ptr<Endpoints>> Open(EndpointsOptions options, RecordStore& records, LogStore& logs, ObjectAccess& objects,
                                                 const ContainerImages& images);

  /// Ends all containers; the records stay, so that a next server serves them again.
  ~Endpoints();

  /// Hosts the endpoint of the record `name`; its status becomes InService, or Failed with the reason.
  void Create(const std::string& name);

  /// Ends the endpoint's containers, then removes its record. Fails with kNotFound when there is no such record.
  Status Delete(const std::string& name);

  /// Sends a request to an endpoint. Fails with code ValidationError when there is no such endpoint or variant, or it is not in
  /// service; else as EndpointHost::Invoke.
  Result<Invoked> Invoke(const std::string& account_id, const std::string& name, const std::string& variant,
                         const http::ClientRequest& request, const CancellationToken& cancellation);

 private:
  Endpoints(EndpointsOptions options, RecordStore& records, LogStore& logs, ObjectAccess& objects, const ContainerImages& images);
  Status Resume();
  Result<EndpointPlan> PlanOf(const std::string& name);
  void Settle(const std::string& name, const Status& settled);
  Status CheckInService(const std::string& account_id, const std::string& name);
  std::shared_ptr<EndpointHost> HostOf(const std::string& name);

  const EndpointsOptions options_;
  RecordStore& records_;
  LogStore& logs_;
  ObjectAccess& objects_;
  const ContainerImages& images_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<EndpointHost>, std::less<>> hosts_;
};

}  // namespace sagespark::server
