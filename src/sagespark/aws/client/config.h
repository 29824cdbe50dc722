#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sagespark/aws/client/http_message.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"

namespace sagespark::aws {

/// The services that this library calls.
enum class Service { kS3, kSts, kSageMaker, kSageMakerRuntime, kLogs, kIam, kEcr, kServiceQuotas };

/// An access key. Never logged, never part of a message.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;              ///< Empty for a long-lived key.
  std::optional<SystemTime> expiration{};
};

/// What a client needs to know, captured once where the user's program runs; a plain value that can travel to tasks.
struct ClientConfig {
  std::string region;                          ///< "us-east-1"; never empty when loaded.
  std::map<Service, std::string> endpoints;    ///< URLs of those services that are not at AWS's own hosts.
  std::string profile = "default";
  std::string ca_bundle;                       ///< A PEM file; empty for the system's authorities.
  int max_attempts = 3;                        ///< The first one included.
  /// Of InvokeEndpoint, where nobody sets max_attempts: one failed request of thousands fails a whole transform, and with
  /// several in flight three attempts can all meet a bad moment.
  int invoke_attempts = 10;
  milliseconds connect_timeout = std::chrono::seconds(10);
  milliseconds read_timeout = std::chrono::seconds(60);  ///< Without a byte in either direction.
  bool s3_path_style = false;                  ///< Buckets in the path also at AWS's own hosts.
  bool request_checksums = true;               ///< False where only required: AWS_REQUEST_CHECKSUM_CALCULATION.
  bool response_checksums = true;              ///< False where only required: AWS_RESPONSE_CHECKSUM_VALIDATION.
  std::optional<Credentials> credentials;      ///< In place of the default chain.
};

/// What the program sets itself; it comes before environment and files.
struct ConfigOverrides {
  std::optional<std::string> region;
  std::optional<std::string> profile;
  std::optional<std::string> endpoint_url;                ///< Of all services.
  std::map<Service, std::string> service_endpoint_urls;   ///< Of one, before endpoint_url.
  std::optional<int> max_attempts;
  std::optional<Credentials> credentials;
};

/// Reads a variable; none when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// The variables of this process.
Environment ProcessEnvironment();

/// Reads the settings, each from the first place that has it: the program, the environment (AWS_REGION before
/// AWS_DEFAULT_REGION, AWS_PROFILE, AWS_MAX_ATTEMPTS, AWS_RETRY_MODE, AWS_CA_BUNDLE, AWS_*_CHECKSUM_*), then the profile
/// in ~/.aws/config and ~/.aws/credentials (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE).
///
/// Endpoints: the program's, AWS_ENDPOINT_URL_<SERVICE> (S3, STS, SAGEMAKER, SAGEMAKER_RUNTIME, CLOUDWATCH_LOGS or
/// LOGS, IAM, ECR, SERVICE_QUOTAS), AWS_ENDPOINT_URL, the profile's `services` section, the profile's endpoint_url; but of these the program's
/// only when AWS_IGNORE_CONFIGURED_ENDPOINT_URLS (or the profile's ignore_configured_endpoint_urls) is true.
///
/// Fails with kInvalidArgument, naming the setting, when no region is set, the profile does not exist or a value
/// does not fit. All retry modes mean the standard one here.
/// Source: "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
Result<ClientConfig> LoadClientConfig(const ConfigOverrides& overrides = {},
                                      const Environment& environment = ProcessEnvironment());

/// The name by which requests to the service are signed; the runtime signs as "sagemaker".
std::string_view SigningName(Service service);

/// The region that signatures for the service name: the configured one, but of IAM the one that its partition keeps it in.
std::string SigningRegion(Service service, const ClientConfig& config);

/// Where the service answers: the configured endpoint, or AWS's host of the region (amazonaws.com.cn in China).
Result<Endpoint> EndpointOf(Service service, const ClientConfig& config);

/// Where a bucket is: at `endpoint`, its path beginning with `path_prefix`.
struct BucketAddress {
  Endpoint endpoint;
  std::string path_prefix;  ///< "" or "/bucket".
};

/// Puts the bucket into the host name, or into the path where that cannot be: at an IP address or localhost, with
/// s3_path_style, and for names that are no host name (dots count as such over TLS). Fails with kInvalidArgument
/// when the name is no bucket name.
Result<BucketAddress> AddressOf(const std::string& bucket, const ClientConfig& config);

}  // namespace sagespark::aws
