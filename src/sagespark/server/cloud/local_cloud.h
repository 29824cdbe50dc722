#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/server/jobs/own_images.h"
#include "sagespark/server/metrics/audience.h"

namespace sagespark::server {

struct LocalCloudOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 0;               ///< 0 takes any free one.
  std::filesystem::path data_dir;  ///< Made when absent.
  std::vector<OwnImage> images;    ///< Beside the algorithms of this installation.
  std::string s3_endpoint;         ///< URL of the S3 that has the data of jobs and endpoints; empty for this cloud's own.
  bool use_namespaces = true;      ///< Own images find their files at /opt/ml, where the machine allows that.
  MetricsAudience metrics = MetricsAudience::kLoopback;  ///< Who may read /metrics.
  bool tls = false;                ///< url() says https. TLS is answered in any case, and so is plain HTTP.
};

/// All services of the local cloud on one port and one data folder. The port is also a proxy for the host names that AWS gives
/// these services, and for no other.
class LocalCloud {
 public:
  /// Starts to serve. Fails with kConflict (another server has the data folder), kAlreadyExists (the port is
  /// taken), kCorruptData, kIo.
  static Result<std::unique_ptr<LocalCloud>> Start(const LocalCloudOptions& options);

  /// Stops when Stop was not called.
  ~LocalCloud();

  /// "http://127.0.0.1:8080", or https.
  std::string url() const;

  /// The operations that are offered, by service, in the names of botocore's models.
  std::map<std::string, std::vector<std::string>> offered() const;

  /// Refuses new requests, lets running ones finish for `grace`, and ends all child processes.
  void Stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

 private:
  struct Parts;
  explicit LocalCloud(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sagespark::server
