#include "sagespark/server/cloud/local_cloud.h"

#include <thread>

#include "sagespark/base/log.h"
#include "sagespark/http/server.h"
#include "sagespark/server/data_folder.h"
#include "sagespark/server/router.h"
#include "sagespark/server/s3/s3_service.h"
#include "sagespark/server/store/database.h"
#include "sagespark/server/sts/sts_service.h"

namespace sagespark::server {

/// In the order of their making; the server goes first.
struct LocalCloud::Parts {
  ~Parts() {
    if (sweeper.joinable()) sweeper.join();
  }
  explicit Parts(DataFolder data_folder) : folder(std::move(data_folder)), router(folder.credentials(), folder.account_id()) {}

  DataFolder folder;
  std::unique_ptr<Database> database;
  std::unique_ptr<ObjectStore> objects;
  std::unique_ptr<S3Service> s3;
  std::thread sweeper;  ///< Removes what a killed server left behind.
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
  SAGESPARK_ASSIGN_OR_RETURN(
      parts->objects, ObjectStore::Open(*parts->database, parts->folder.path() / "objects", Clock::System()));
  parts->s3 = std::make_unique<S3Service>(*parts->objects);
  parts->router.AddHttp("s3", "/", *parts->s3);
  parts->router.AddHttp("sts", "/", parts->sts);
  parts->router.SetFallback(*parts->s3);

  Router& router = parts->router;
  SAGESPARK_ASSIGN_OR_RETURN(parts->server,
                             http::Server::Start({.host = options.host, .port = options.port},
                                                 [&router](http::Request& request, http::ResponseWriter& response) {
                                                   router.Handle(request, response);
                                                 }));
  SAGESPARK_RETURN_IF_ERROR(parts->folder.PublishAddress(parts->server->url()));
  parts->sweeper = std::thread([&objects = *parts->objects] {
    const Status swept = objects.SweepOrphans();
    if (!swept.ok()) Log(LogLevel::kWarning, swept.error().message());
  });
  return std::unique_ptr<LocalCloud>(new LocalCloud(std::move(parts)));
}

std::string LocalCloud::url() const { return parts_->server->url(); }

void LocalCloud::Stop(std::chrono::milliseconds grace) { parts_->server->Stop(grace); }

}  // namespace sagespark::server
