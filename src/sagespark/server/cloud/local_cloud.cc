#include "sagespark/server/cloud/local_cloud.h"

#include <thread>

#include "sagespark/aws/client/s3_client.h"
#include "sagespark/base/log.h"
#include "sagespark/http/server.h"
#include "sagespark/server/cloud/metrics_page.h"
#include "sagespark/server/cloud/remote_objects.h"
#include "sagespark/server/cloud/request_watch.h"
#include "sagespark/server/cloud/store_objects.h"
#include "sagespark/server/data_folder.h"
#include "sagespark/server/hosting/endpoints.h"
#include "sagespark/server/iam/iam_service.h"
#include "sagespark/server/jobs/ml_mount.h"
#include "sagespark/server/jobs/training_jobs.h"
#include "sagespark/server/logs/logs_service.h"
#include "sagespark/server/router.h"
#include "sagespark/server/runtime/runtime_service.h"
#include "sagespark/server/s3/s3_service.h"
#include "sagespark/server/sagemaker/sagemaker_service.h"
#include "sagespark/server/store/database.h"
#include "sagespark/server/sts/sts_service.h"
#include "sagespark/server/tls/certificate_authority.h"
#include "sagespark/server/tls/local_identities.h"
#include "sagespark/server/transform/transform_jobs.h"

namespace sagespark::server {
namespace {

constexpr int kOtherWorkers = 32;  // Beside those of invocations, which a slow container may hold.

}  // namespace

/// In the order of their making.
struct LocalCloud::Parts {
  explicit Parts(DataFolder data_folder)
      : folder(std::move(data_folder)), router(folder.credentials(), folder.account_id()) {}
  ~Parts() {
    if (sweeper.joinable()) sweeper.join();
  }

  Status AddImages(const LocalCloudOptions& options);
  Status OpenStores();
  Status OpenObjects(const std::string& s3_endpoint);
  Status OpenServices();
  void Watch(MetricsAudience audience);

  DataFolder folder;
  std::unique_ptr<Database> database;
  std::unique_ptr<ObjectStore> objects;
  std::unique_ptr<ObjectAccess> object_access;
  std::unique_ptr<RecordStore> records;
  std::unique_ptr<LogStore> logs;
  std::thread sweeper;  ///< Removes what a killed server left behind.
  ContainerImages images = ContainerImages::OfThisInstallation();
  std::unique_ptr<TrainingJobs> jobs;
  std::unique_ptr<TransformJobs> transforms;
  std::unique_ptr<Endpoints> endpoints;
  std::unique_ptr<AsyncInvocations> async_invocations;
  StsService sts;
  IamService iam;
  std::unique_ptr<HttpService> s3;
  std::unique_ptr<LogsService> logs_service;
  std::unique_ptr<SageMakerService> sagemaker;
  std::unique_ptr<RuntimeService> runtime;
  Router router;
  std::unique_ptr<RequestWatch> watch;
  std::unique_ptr<MetricsPage> metrics_page;
  std::unique_ptr<http::Server> server;
};

Status LocalCloud::Parts::AddImages(const LocalCloudOptions& options) {
  if (options.images.empty()) return Status::Ok();
  const bool mounts = options.use_namespaces && MountsAreAllowed(folder.path());
  Log(LogLevel::kInfo, mounts ? "Own images find their files at /opt/ml, in mount namespaces"
                              : "No mount namespaces: own images find their files where SAGESPARK_ML_ROOT says");
  for (OwnImage image : options.images) {
    image.program.mounts_ml = mounts;
    SAGESPARK_RETURN_IF_ERROR(images.AddOwn(image.uri, std::move(image.program)));
  }
  return Status::Ok();
}

Status LocalCloud::Parts::OpenStores() {
  SAGESPARK_ASSIGN_OR_RETURN(database, Database::Open(folder.path() / "metadata.db"));
  SAGESPARK_ASSIGN_OR_RETURN(objects, ObjectStore::Open(*database, folder.path() / "objects", Clock::System()));
  SAGESPARK_ASSIGN_OR_RETURN(records, RecordStore::Open(*database));
  SAGESPARK_ASSIGN_OR_RETURN(logs, LogStore::Open(folder.path() / "logs.db"));
  return Status::Ok();
}

Status LocalCloud::Parts::OpenObjects(const std::string& s3_endpoint) {
  if (s3_endpoint.empty()) {
    object_access = std::make_unique<StoreObjects>(*objects);
    s3 = std::make_unique<S3Service>(*objects);
    return Status::Ok();
  }
  aws::ConfigOverrides overrides;
  overrides.service_endpoint_urls[aws::Service::kS3] = s3_endpoint;
  SAGESPARK_ASSIGN_OR_RETURN(aws::ClientConfig config, aws::LoadClientConfig(overrides));
  const std::shared_ptr<const aws::ClientContext> context = aws::MakeClientContext(std::move(config));
  // Clients have one key for all services: that of their S3. Those of a role or a session are renewed from time to time.
  SAGESPARK_RETURN_IF_ERROR(context->credentials->Get().status());
  router.AlsoAccept([provider = context->credentials]() -> Result<Credentials> {
    SAGESPARK_ASSIGN_OR_RETURN(const aws::Credentials now, provider->Get());
    return Credentials{.access_key_id = now.access_key_id, .secret_access_key = now.secret_access_key};
  });
  object_access = std::make_unique<RemoteObjects>(aws::MakeS3Client(context));
  s3 = std::make_unique<S3Elsewhere>(s3_endpoint);
  return Status::Ok();
}

Status LocalCloud::Parts::OpenServices() {
  SAGESPARK_ASSIGN_OR_RETURN(
      jobs, TrainingJobs::Open({.folder = folder.path() / "jobs"}, *records, *logs, *object_access, images));
  SAGESPARK_ASSIGN_OR_RETURN(
      transforms, TransformJobs::Open({.folder = folder.path() / "transforms"}, *records, *logs, *object_access, images));
  SAGESPARK_ASSIGN_OR_RETURN(
      endpoints, Endpoints::Open({.folder = folder.path() / "endpoints"}, *records, *logs, *object_access, images));
  logs_service = std::make_unique<LogsService>(*logs);
  sagemaker = std::make_unique<SageMakerService>(*records, *jobs, *transforms, *endpoints, *object_access, images);
  SAGESPARK_ASSIGN_OR_RETURN(
      async_invocations, AsyncInvocations::Open(folder.path() / "async-invocations", *records, *object_access, *endpoints));
  runtime = std::make_unique<RuntimeService>(*endpoints, *async_invocations, *records);
  router.AddJson("SageMaker", "sagemaker", *sagemaker);
  router.AddJson("Logs_20140328", "logs", *logs_service);
  router.AddHttp("sagemaker", "/endpoints/", *runtime);
  router.AddHttp("s3", "/", *s3);
  router.AddHttp("sts", "/", sts);
  router.AddHttp("iam", "/", iam);
  router.SetFallback(*s3);
  return Status::Ok();
}

void LocalCloud::Parts::Watch(MetricsAudience audience) {
  watch = std::make_unique<RequestWatch>(router.offered());
  metrics_page = std::make_unique<MetricsPage>(audience, watch->metrics(), *endpoints, *async_invocations, *records);
  router.SetObserver(*watch);
  router.AddPage("/metrics", [this](const http::Request& request, http::ResponseWriter& response) { metrics_page->Answer(request, response); });
}

LocalCloud::LocalCloud(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LocalCloud::~LocalCloud() { Stop(); }

Result<std::unique_ptr<LocalCloud>> LocalCloud::Start(const LocalCloudOptions& options) {
  SAGESPARK_ASSIGN_OR_RETURN(DataFolder folder, DataFolder::OpenForServer(options.data_dir));
  auto parts = std::make_unique<Parts>(std::move(folder));
  SAGESPARK_RETURN_IF_ERROR(parts->AddImages(options));
  SAGESPARK_RETURN_IF_ERROR(parts->OpenStores());
  SAGESPARK_RETURN_IF_ERROR(parts->OpenObjects(options.s3_endpoint));
  SAGESPARK_RETURN_IF_ERROR(parts->OpenServices());
  parts->Watch(options.metrics);
  SAGESPARK_ASSIGN_OR_RETURN(CertificateAuthority authority, CertificateAuthority::OpenOrCreate(parts->folder.path()));
  http::ServerOptions server{.host = options.host, .port = options.port, .max_workers = RuntimeService::kMostInvocations + kOtherWorkers};
  server.tls_identities = LocalIdentities(std::make_shared<const CertificateAuthority>(std::move(authority)), options.host);
  server.url_has_tls = options.tls;
  server.stands_in_for = IsServedAwsHost;
  Router& router = parts->router;
  SAGESPARK_ASSIGN_OR_RETURN(parts->server,
                             http::Server::Start(std::move(server), [&router](http::Request& request, http::ResponseWriter& response) {
                               router.Handle(request, response);
                             }));
  SAGESPARK_RETURN_IF_ERROR(parts->folder.PublishAddress(parts->server->url(), options.s3_endpoint));
  parts->sweeper = std::thread([&objects = *parts->objects] {
    const Status swept = objects.SweepOrphans();
    if (!swept.ok()) Log(LogLevel::kWarning, swept.error().message());
  });
  return std::unique_ptr<LocalCloud>(new LocalCloud(std::move(parts)));
}

std::string LocalCloud::url() const { return parts_->server->url(); }

std::map<std::string, std::vector<std::string>> LocalCloud::offered() const { return parts_->router.offered(); }

void LocalCloud::Stop(std::chrono::milliseconds grace) {
  parts_->server->Stop(grace);
  // No request comes any more, so nothing refers to these but services at rest.
  parts_->async_invocations.reset();
  parts_->endpoints.reset();
  parts_->transforms.reset();
  parts_->jobs.reset();
}

}  // namespace sagespark::server
