#include "sagespark/sql/file_systems.h"

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/s3_file_system.h"

namespace sagespark::sql {
namespace {

using FileSystemPtr = std::shared_ptr<io::FileSystem>;

/// A file system that is made when it is first used, so that programs without S3 need no settings for it.
class LazyFileSystem final : public io::FileSystem {
 public:
  explicit LazyFileSystem(std::function<Result<FileSystemPtr>()> make) : make_(std::move(make)) {}

  Result<io::FileInfo> Stat(const Uri& uri) override {
    SAGESPARK_ASSIGN_OR_RETURN(const FileSystemPtr made, Get());
    return made->Stat(uri);
  }
  Status List(const Uri& folder, const std::function<bool(const io::FileInfo&)>& visit,
              const std::function<bool(const std::string&)>& enters) override {
    SAGESPARK_ASSIGN_OR_RETURN(const FileSystemPtr made, Get());
    return made->List(folder, visit, enters);
  }
  Result<std::unique_ptr<io::InputStream>> Open(const Uri& uri, int64_t offset,
                                                std::optional<int64_t> length) override {
    SAGESPARK_ASSIGN_OR_RETURN(const FileSystemPtr made, Get());
    return made->Open(uri, offset, length);
  }
  Result<std::unique_ptr<io::OutputStream>> Create(const Uri& uri) override {
    SAGESPARK_ASSIGN_OR_RETURN(const FileSystemPtr made, Get());
    return made->Create(uri);
  }
  Status Commit(const io::PendingFile& pending) override {
    SAGESPARK_ASSIGN_OR_RETURN(const FileSystemPtr made, Get());
    return made->Commit(pending);
  }
  Status Abort(const io::PendingFile& pending) override {
    SAGESPARK_ASSIGN_OR_RETURN(const FileSystemPtr made, Get());
    return made->Abort(pending);
  }
  Status Delete(const Uri& uri) override {
    SAGESPARK_ASSIGN_OR_RETURN(const FileSystemPtr made, Get());
    return made->Delete(uri);
  }

 private:
  /// An error is not kept: the settings may be mended meanwhile.
  Result<FileSystemPtr> Get() {
    const std::lock_guard lock(mutex_);
    if (made_ == nullptr) {
      SAGESPARK_ASSIGN_OR_RETURN(made_, make_());
    }
    return made_;
  }

  std::function<Result<FileSystemPtr>()> make_;
  std::mutex mutex_;
  FileSystemPtr made_;
};

/// Hadoop's setting `key`, set directly or through Spark.
std::optional<std::string> HadoopSetting(const std::map<std::string, std::string>& settings, const std::string& key) {
  for (const std::string& name : {"spark.hadoop." + key, key}) {
    if (const auto found = settings.find(name); found != settings.end()) return found->second;
  }
  return std::nullopt;
}

Result<FileSystemPtr> MakeS3(const std::map<std::string, std::string>& settings) {
  aws::ConfigOverrides overrides;
  overrides.region = HadoopSetting(settings, "fs.s3a.endpoint.region");
  if (const auto endpoint = HadoopSetting(settings, "fs.s3a.endpoint"); endpoint.has_value()) {
    const bool has_scheme = endpoint->find("://") != std::string::npos;
    overrides.service_endpoint_urls[aws::Service::kS3] = has_scheme ? *endpoint : "https://" + *endpoint;
  }
  SAGESPARK_ASSIGN_OR_RETURN(aws::ClientConfig config, aws::LoadClientConfig(overrides));
  if (HadoopSetting(settings, "fs.s3a.path.style.access") == "true") config.s3_path_style = true;
  return aws::MakeS3FileSystem(aws::MakeS3Client(aws::MakeClientContext(std::move(config))));
}

}  // namespace

std::shared_ptr<const io::FileSystems> MakeFileSystems(const std::map<std::string, std::string>& settings) {
  auto file_systems = std::make_shared<io::FileSystems>();
  file_systems->Register("s3", std::make_shared<LazyFileSystem>([settings] { return MakeS3(settings); }));
  return file_systems;
}

}  // namespace sagespark::sql
