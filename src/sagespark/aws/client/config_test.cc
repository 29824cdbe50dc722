#include "sagespark/aws/client/config.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sagespark/testing/matchers.h"

namespace sagespark::aws {
namespace {

using testing::HasSubstr;

/// Variables and files of a made-up machine.
class LoadClientConfigTest : public testing::Test {
 protected:
  LoadClientConfigTest() {
    std::filesystem::create_directories(folder_);
    variables_["AWS_CONFIG_FILE"] = folder_ + "/config";
    variables_["AWS_SHARED_CREDENTIALS_FILE"] = folder_ + "/credentials";
  }
  ~LoadClientConfigTest() override { std::filesystem::remove_all(folder_); }

  void WriteConfig(const std::string& text) { std::ofstream(folder_ + "/config") << text; }

  Result<ClientConfig> Load(const ConfigOverrides& overrides = {}) {
    return LoadClientConfig(overrides, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    });
  }

  std::string EndpointFor(Service service, const ConfigOverrides& overrides = {}) {
    const auto config = Load(overrides);
    if (!config.ok()) return config.error().message();
    return EndpointOf(service, *config)->ToString();
  }

  const std::string folder_ = testing::TempDir() + "config_test_" + std::to_string(::getpid());
  std::map<std::string, std::string> variables_{{"AWS_REGION", "eu-west-1"}};
};

TEST_F(LoadClientConfigTest, WithoutSettingsThereAreAwsHostsAndDefaults) {
  ASSERT_OK_AND_ASSIGN(const ClientConfig config, Load());
  EXPECT_EQ(config.region, "eu-west-1");
  EXPECT_EQ(config.profile, "default");
  EXPECT_EQ(config.max_attempts, 3);
  EXPECT_EQ(config.invoke_attempts, 10);
  EXPECT_TRUE(config.endpoints.empty());
  EXPECT_EQ(EndpointFor(Service::kS3), "https://s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(EndpointFor(Service::kSts), "https://sts.eu-west-1.amazonaws.com");
  EXPECT_EQ(EndpointFor(Service::kSageMaker), "https://api.sagemaker.eu-west-1.amazonaws.com");
  EXPECT_EQ(EndpointFor(Service::kSageMakerRuntime), "https://runtime.sagemaker.eu-west-1.amazonaws.com");
  EXPECT_EQ(EndpointFor(Service::kLogs), "https://logs.eu-west-1.amazonaws.com");
  EXPECT_EQ(EndpointFor(Service::kEcr), "https://api.ecr.eu-west-1.amazonaws.com");
  EXPECT_EQ(EndpointFor(Service::kServiceQuotas), "https://servicequotas.eu-west-1.amazonaws.com");
  variables_["AWS_REGION"] = "cn-north-1";
  EXPECT_EQ(EndpointFor(Service::kSts), "https://sts.cn-north-1.amazonaws.com.cn");
}

TEST_F(LoadClientConfigTest, IamIsOneServiceOfAWholePartition) {
  const std::vector<std::array<std::string, 3>> cases = {{"eu-west-1", "https://iam.amazonaws.com", "us-east-1"},
                                                         {"cn-northwest-1", "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
                                                         {"us-gov-east-1", "https://iam.us-gov.amazonaws.com", "us-gov-west-1"}};
  for (const auto& [region, url, signing_region] : cases) {
    variables_["AWS_REGION"] = region;
    EXPECT_EQ(EndpointFor(Service::kIam), url);
    EXPECT_EQ(SigningRegion(Service::kIam, *Load()), signing_region);
    EXPECT_EQ(SigningRegion(Service::kSts, *Load()), region);
  }
}

TEST_F(LoadClientConfigTest, TheRegionComesFromProgramVariablesAndProfileInThisOrder) {
  WriteConfig("[default]\nregion = from-profile\n");
  variables_ = {{"AWS_REGION", "from-region"}, {"AWS_DEFAULT_REGION", "from-default"},
                {"AWS_CONFIG_FILE", folder_ + "/config"}};
  EXPECT_EQ(Load({.region = "from-code"})->region, "from-code");
  EXPECT_EQ(Load()->region, "from-region");
  variables_.erase("AWS_REGION");
  EXPECT_EQ(Load()->region, "from-default");
  variables_.erase("AWS_DEFAULT_REGION");
  EXPECT_EQ(Load()->region, "from-profile");
  WriteConfig("[default]\n");
  EXPECT_THAT(Load(), IsError(ErrorKind::kInvalidArgument, HasSubstr("AWS region is not set: set AWS_REGION")));
}

TEST_F(LoadClientConfigTest, EndpointsComeFromTheFirstPlaceThatHasThem) {
  WriteConfig(
      "[default]\nendpoint_url = http://profile\nservices = local\n"
      "[services local]\ns3 =\n  endpoint_url = http://section-s3\nsagemaker_runtime =\n  endpoint_url = http://section-runtime\n");
  EXPECT_EQ(EndpointFor(Service::kSts), "http://profile");
  EXPECT_EQ(EndpointFor(Service::kS3), "http://section-s3");
  EXPECT_EQ(EndpointFor(Service::kSageMakerRuntime), "http://section-runtime");
  variables_["AWS_ENDPOINT_URL"] = "http://all";
  EXPECT_EQ(EndpointFor(Service::kS3), "http://all");
  const std::vector<std::pair<std::string, Service>> own = {
      {"S3", Service::kS3},     {"STS", Service::kSts}, {"SAGEMAKER_RUNTIME", Service::kSageMakerRuntime},
      {"LOGS", Service::kLogs}, {"SAGEMAKER", Service::kSageMaker}, {"CLOUDWATCH_LOGS", Service::kLogs}};
  for (const auto& [name, service] : own) {
    variables_["AWS_ENDPOINT_URL_" + name] = "http://own-" + name;
    EXPECT_EQ(EndpointFor(service), "http://own-" + name);
  }
  EXPECT_EQ(EndpointFor(Service::kS3, {.endpoint_url = "http://code"}), "http://code");
  EXPECT_EQ(EndpointFor(Service::kS3, {.endpoint_url = "http://code",
                                       .service_endpoint_urls = {{Service::kS3, "http://code-s3"}}}),
            "http://code-s3");
}

TEST_F(LoadClientConfigTest, ConfiguredEndpointsCanBeIgnored) {
  variables_["AWS_ENDPOINT_URL"] = "http://all";
  variables_["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "True";
  EXPECT_EQ(EndpointFor(Service::kSts), "https://sts.eu-west-1.amazonaws.com");
  EXPECT_EQ(EndpointFor(Service::kSts, {.endpoint_url = "http://code"}), "http://code");
}

TEST_F(LoadClientConfigTest, ReadsTheNamedProfile) {
  WriteConfig("[default]\nregion = one\n[profile other]\nregion = two\nmax_attempts = 7\n");
  variables_.erase("AWS_REGION");
  variables_["AWS_PROFILE"] = "other";
  ASSERT_OK_AND_ASSIGN(const ClientConfig config, Load());
  EXPECT_EQ(config.region, "two");
  EXPECT_EQ(config.max_attempts, 7);
  EXPECT_EQ(config.invoke_attempts, 7);
  variables_["AWS_PROFILE"] = "absent";
  EXPECT_THAT(Load(), IsError(ErrorKind::kInvalidArgument, HasSubstr("AWS profile does not exist")));
}

TEST_F(LoadClientConfigTest, RejectsValuesThatDoNotFit) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"AWS_MAX_ATTEMPTS", "0"},      {"AWS_MAX_ATTEMPTS", "3x"},
      {"AWS_RETRY_MODE", "eager"},    {"AWS_ENDPOINT_URL", "127.0.0.1:9000"},
      {"AWS_REQUEST_CHECKSUM_CALCULATION", "never"}};
  for (const auto& [name, value] : cases) {
    SCOPED_TRACE(name + "=" + value);
    variables_[name] = value;
    EXPECT_THAT(Load(), IsError(ErrorKind::kInvalidArgument, HasSubstr("\"" + value + "\"")));
    variables_.erase(name);
  }
}

TEST(AddressOfTest, PutsTheBucketIntoTheHostNameWhereItCan) {
  ClientConfig config{.region = "us-east-1"};
  const auto address = [&](const std::string& bucket) {
    const auto found = AddressOf(bucket, config);
    return found.ok() ? found->endpoint.ToString() + found->path_prefix : found.error().message();
  };
  EXPECT_EQ(address("my-bucket"), "https://my-bucket.s3.us-east-1.amazonaws.com");
  EXPECT_EQ(address("my.bucket"), "https://s3.us-east-1.amazonaws.com/my.bucket");
  EXPECT_EQ(address("My_Bucket"), "https://s3.us-east-1.amazonaws.com/My_Bucket");
  EXPECT_THAT(address("a/b"), HasSubstr("Bucket name does not fit"));
  config.s3_path_style = true;
  EXPECT_EQ(address("my-bucket"), "https://s3.us-east-1.amazonaws.com/my-bucket");
  config = {.region = "us-east-1", .endpoints = {{Service::kS3, "http://127.0.0.1:9000"}}};
  EXPECT_EQ(address("my-bucket"), "http://127.0.0.1:9000/my-bucket");
  config.endpoints[Service::kS3] = "http://localhost:9000";
  EXPECT_EQ(address("my-bucket"), "http://localhost:9000/my-bucket");
  config.endpoints[Service::kS3] = "http://store.example.org";
  EXPECT_EQ(address("my.bucket"), "http://my.bucket.store.example.org");
}

}  // namespace
}  // namespace sagespark::aws
