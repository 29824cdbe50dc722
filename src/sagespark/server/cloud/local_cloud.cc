#include "sagespark/server/cloud/local_cloud.h"

#include "sagespark/http/server.h"
#include "sagespark/server/data_folder.h"
#include "sagespark/server/router.h"
#include "sagespark/server/store/database.h"
#include "sagespark/server/sts/sts_service.h"

namespace sagespark::server {

/// In the order of their making; the server goes first.
struct LocalCloud::Parts {
  explicit Parts(DataFolder data_folder) : folder(std::move(data_folder)), router(folder.credentials(), folder.account_id()) {}

  DataFolder folder;
  std::unique_ptr<Database> database;
  StsService sts;
  Router router;
  std::unique_ptr<http::Server> server;
};

LocalCloud::LocalCloud(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LocalCloud::~LocalCloud() { Stop(); }

Result<std::unique_ptr<LocalCloud>> LocalCloud::Start(const LocalCloudOptions& options) {
  SAGESPARK_ASSIGN_OR_RETURN(DataFolder folder, DataFolder::OpenForServer(options.data_dir));
  auto parts = std::make_unique<Parts>(std::move(folder));
  SAGESPARK_ASSIGN_OR_RETURN(parts->database, Database::Open(parts->folder.path() / "metadata.db"));
  parts->router.AddHttp("sts", "/", parts->sts);

  Router& router = parts->router;
  SAGESPARK_ASSIGN_OR_RETURN(parts->server,
                             http::Server::Start({.host = options.host, .port = options.port},
                                                 [&router](http::Request& request, http::ResponseWriter& response) {
                                                   router.Handle(request, response);
                                                 }));
  SAGESPARK_RETURN_IF_ERROR(parts->folder.PublishAddress(parts->server->url()));
  return std::unique_ptr<LocalCloud>(new LocalCloud(std::move(parts)));
}

std::string LocalCloud::url() const { return parts_->server->url(); }

void LocalCloud::Stop(std::chrono::milliseconds grace) { parts_->server->Stop(grace); }

}  // namespace sagespark::server
