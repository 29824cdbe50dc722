#include "sagespark/aws/client/config.h"

#include <aws/common/string.h>
#include <aws/sdkutils/aws_profile.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <memory>

#include "sagespark/aws/client/crt_runtime.h"

namespace sagespark::aws {
namespace {

struct ServiceNames {
  Service service;
  std::string_view environment;  // Behind AWS_ENDPOINT_URL_.
  std::string_view section;      // In a profile's services section.
  std::string_view signing;
  std::string_view host;         // The first label of AWS's host name.
};

constexpr std::array<ServiceNames, 8> kServices = {{
    {Service::kS3, "S3", "s3", "s3", "s3"},
    {Service::kSts, "STS", "sts", "sts", "sts"},
    {Service::kSageMaker, "SAGEMAKER", "sagemaker", "sagemaker", "api.sagemaker"},
    {Service::kSageMakerRuntime, "SAGEMAKER_RUNTIME", "sagemaker_runtime", "sagemaker", "runtime.sagemaker"},
    {Service::kLogs, "CLOUDWATCH_LOGS", "cloudwatch_logs", "logs", "logs"},
    {Service::kIam, "IAM", "iam", "iam", "iam"},
    {Service::kEcr, "ECR", "ecr", "ecr", "api.ecr"},
    {Service::kServiceQuotas, "SERVICE_QUOTAS", "service_quotas", "servicequotas", "servicequotas"},
}};

const ServiceNames& NamesOf(Service service) { return kServices[static_cast<size_t>(service)]; }

/// IAM is one service of a whole partition.
struct IamHome {
  std::string_view region_prefix;
  std::string_view host;
  std::string_view signing_region;
};

constexpr std::array<IamHome, 3> kIamHomes = {{
    {"cn-", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
    {"us-gov-", "iam.us-gov.amazonaws.com", "us-gov-west-1"},
    {"", "iam.amazonaws.com", "us-east-1"},
}};

const IamHome& IamHomeOf(std::string_view region) {
  return *std::ranges::find_if(kIamHomes, [&](const IamHome& home) { return region.starts_with(home.region_prefix); });
}

struct StringDeleter {
  void operator()(aws_string* string) const { aws_string_destroy(string); }
};
using AwsString = std::unique_ptr<aws_string, StringDeleter>;

AwsString MakeString(std::string_view text) {
  const aws_byte_cursor cursor = crt::Cursor(text);
  return AwsString(aws_string_new_from_cursor(aws_default_allocator(), &cursor));
}

std::string Text(const aws_string* string) { return std::string(crt::View(aws_byte_cursor_from_string(string))); }

struct CollectionDeleter {
  void operator()(aws_profile_collection* collection) const { aws_profile_collection_release(collection); }
};
using Collection = std::unique_ptr<aws_profile_collection, CollectionDeleter>;

std::string HomeFile(const Environment& environment, const std::string& variable, const std::string& name) {
  if (const auto path = environment(variable); path && !path->empty()) return *path;
  return environment("HOME").value_or("") + "/.aws/" + name;
}

/// One profile of the shared files.
class Profile {
 public:
  static Result<Profile> Load(const std::string& name, bool must_exist, const Environment& environment) {
    crt::InitializeLibrary();
    aws_allocator* allocator = aws_default_allocator();
    const auto read = [&](const std::string& path, aws_profile_source_type type) {
      return Collection(aws_profile_collection_new_from_file(allocator, MakeString(path).get(), type));
    };
    const Collection config = read(HomeFile(environment, "AWS_CONFIG_FILE", "config"), AWS_PST_CONFIG);
    const Collection credentials =
        read(HomeFile(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials"), AWS_PST_CREDENTIALS);
    Profile profile;
    profile.files_.reset(aws_profile_collection_new_from_merge(allocator, config.get(), credentials.get()));
    if (profile.files_ != nullptr) {
      profile.profile_ = aws_profile_collection_get_profile(profile.files_.get(), MakeString(name).get());
    }
    if (profile.profile_ == nullptr && must_exist) {
      return InvalidArgument("AWS profile does not exist in the shared config and credentials files: \"" + name +
                             "\"");
    }
    return profile;
  }

  std::optional<std::string> Get(std::string_view property) const { return Get(profile_, property); }

  /// The endpoint_url of a service in the profile's services section.
  std::optional<std::string> ServiceEndpoint(std::string_view service) const {
    const auto section = Get("services");
    if (!section) return std::nullopt;
    const aws_profile* services = aws_profile_collection_get_section(
        files_.get(), AWS_PROFILE_SECTION_TYPE_SERVICES, MakeString(*section).get());
    if (services == nullptr) return std::nullopt;
    const aws_profile_property* property = aws_profile_get_property(services, MakeString(service).get());
    if (property == nullptr) return std::nullopt;
    const aws_string* url = aws_profile_property_get_sub_property(property, MakeString("endpoint_url").get());
    if (url == nullptr) return std::nullopt;
    return Text(url);
  }

 private:
  static std::optional<std::string> Get(const aws_profile* profile, std::string_view name) {
    if (profile == nullptr) return std::nullopt;
    const aws_profile_property* property = aws_profile_get_property(profile, MakeString(name).get());
    if (property == nullptr) return std::nullopt;
    return Text(aws_profile_property_get_value(property));
  }

  Collection files_;
  const aws_profile* profile_ = nullptr;  // Owned by files_.
};

/// The first of some places that has a value that is not empty.
std::optional<std::string> First(std::initializer_list<std::optional<std::string>> places) {
  for (const auto& place : places) {
    if (place && !place->empty()) return place;
  }
  return std::nullopt;
}

bool IsTrue(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text == "true";
}

std::optional<std::string> ConfiguredEndpoint(const ServiceNames& service, const Environment& environment,
                                              const Profile& profile) {
  const auto variable = "AWS_ENDPOINT_URL_" + std::string(service.environment);
  return First({environment(variable),
                service.service == Service::kLogs ? environment("AWS_ENDPOINT_URL_LOGS") : std::nullopt,
                environment("AWS_ENDPOINT_URL"), profile.ServiceEndpoint(service.section),
                profile.Get("endpoint_url")});
}

Result<std::map<Service, std::string>> Endpoints(const ConfigOverrides& overrides, const Environment& environment,
                                                 const Profile& profile) {
  const auto ignore = First({environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
                             profile.Get("ignore_configured_endpoint_urls")});
  std::map<Service, std::string> endpoints;
  for (const auto& service : kServices) {
    const auto own = overrides.service_endpoint_urls.find(service.service);
    auto url = First({own == overrides.service_endpoint_urls.end() ? std::nullopt : std::optional(own->second),
                      overrides.endpoint_url});
    if (!url && !IsTrue(ignore.value_or(""))) url = ConfiguredEndpoint(service, environment, profile);
    if (!url) continue;
    SAGESPARK_RETURN_IF_ERROR(ParseEndpoint(*url).status());
    endpoints.emplace(service.service, *url);
  }
  return endpoints;
}

Result<int> ParseMaxAttempts(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) {
    return InvalidArgument("AWS_MAX_ATTEMPTS (max_attempts) is not a whole number above 0: \"" + text + "\"");
  }
  return value;
}

Result<bool> ParseWhenSupported(std::string_view setting, const std::optional<std::string>& text) {
  if (!text || ::strcasecmp(text->c_str(), "when_supported") == 0) return true;
  if (::strcasecmp(text->c_str(), "when_required") == 0) return false;
  return InvalidArgument(std::string(setting) + " is neither when_supported nor when_required: \"" + *text + "\"");
}

bool IsIpOrLocalhost(std::string_view host) {
  return host == "localhost" || host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool IsHostLabel(char c) { return std::islower(static_cast<unsigned char>(c)) || std::isdigit(static_cast<unsigned char>(c)) || c == '-'; }

/// Whether the name can be part of a host name; TLS certificates cover one label only.
bool IsHostName(const std::string& bucket, bool tls) {
  if (bucket.size() < 3 || bucket.size() > 63) return false;
  if (bucket.front() == '-' || bucket.back() == '-' || bucket.front() == '.' || bucket.back() == '.') return false;
  return std::ranges::all_of(bucket, [&](char c) { return IsHostLabel(c) || (c == '.' && !tls); });
}

}  // namespace

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Result<ClientConfig> LoadClientConfig(const ConfigOverrides& overrides, const Environment& environment) {
  ClientConfig config;
  const auto named = First({overrides.profile, environment("AWS_PROFILE"), environment("AWS_DEFAULT_PROFILE")});
  config.profile = named.value_or("default");
  SAGESPARK_ASSIGN_OR_RETURN(const Profile profile, Profile::Load(config.profile, named.has_value(), environment));

  const auto region = First({overrides.region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION"),
                             profile.Get("region")});
  if (!region) {
    return InvalidArgument(
        "AWS region is not set: set AWS_REGION, or region in the profile of ~/.aws/config: profile \"" +
        config.profile + "\"");
  }
  config.region = *region;
  SAGESPARK_ASSIGN_OR_RETURN(config.endpoints, Endpoints(overrides, environment, profile));
  if (const auto mode = First({environment("AWS_RETRY_MODE"), profile.Get("retry_mode")});
      mode && mode != "standard" && mode != "adaptive" && mode != "legacy") {
    return InvalidArgument("AWS_RETRY_MODE (retry_mode) is not standard, adaptive or legacy: \"" + *mode + "\"");
  }
  if (const auto attempts = First({environment("AWS_MAX_ATTEMPTS"), profile.Get("max_attempts")})) {
    SAGESPARK_ASSIGN_OR_RETURN(config.max_attempts, ParseMaxAttempts(*attempts));
    config.invoke_attempts = config.max_attempts;
  }
  config.max_attempts = overrides.max_attempts.value_or(config.max_attempts);
  config.invoke_attempts = overrides.max_attempts.value_or(config.invoke_attempts);
  config.ca_bundle = First({environment("AWS_CA_BUNDLE"), profile.Get("ca_bundle")}).value_or("");
  SAGESPARK_ASSIGN_OR_RETURN(
      config.request_checksums,
      ParseWhenSupported("AWS_REQUEST_CHECKSUM_CALCULATION", First({environment("AWS_REQUEST_CHECKSUM_CALCULATION"),
                                                                    profile.Get("request_checksum_calculation")})));
  SAGESPARK_ASSIGN_OR_RETURN(
      config.response_checksums,
      ParseWhenSupported("AWS_RESPONSE_CHECKSUM_VALIDATION", First({environment("AWS_RESPONSE_CHECKSUM_VALIDATION"),
                                                                    profile.Get("response_checksum_validation")})));
  config.credentials = overrides.credentials;
  return config;
}

std::string_view SigningName(Service service) { return NamesOf(service).signing; }

std::string SigningRegion(Service service, const ClientConfig& config) {
  return service == Service::kIam ? std::string(IamHomeOf(config.region).signing_region) : config.region;
}

Result<Endpoint> EndpointOf(Service service, const ClientConfig& config) {
  if (const auto set = config.endpoints.find(service); set != config.endpoints.end()) {
    return ParseEndpoint(set->second);
  }
  if (service == Service::kIam) return Endpoint{.tls = true, .host = std::string(IamHomeOf(config.region).host), .port = 443};
  const std::string_view suffix = config.region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
  return Endpoint{.tls = true,
                  .host = std::string(NamesOf(service).host) + "." + config.region + std::string(suffix),
                  .port = 443};
}

Result<BucketAddress> AddressOf(const std::string& bucket, const ClientConfig& config) {
  if (bucket.empty() || bucket.find_first_of("/?# %") != std::string::npos) {
    return InvalidArgument("Bucket name does not fit: \"" + bucket + "\"");
  }
  SAGESPARK_ASSIGN_OR_RETURN(Endpoint endpoint, EndpointOf(Service::kS3, config));
  if (config.s3_path_style || IsIpOrLocalhost(endpoint.host) || !IsHostName(bucket, endpoint.tls)) {
    return BucketAddress{std::move(endpoint), "/" + bucket};
  }
  endpoint.host = bucket + "." + endpoint.host;
  return BucketAddress{std::move(endpoint), ""};
}

}  // namespace sagespark::aws
