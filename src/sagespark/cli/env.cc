#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"
#include "sagespark/server/tls/certificate_authority.h"

namespace sagespark::cli {
namespace {

struct EnvOptions {
  std::string data_dir;
  bool notebook = false;
  bool spark = false;
  std::vector<std::string> buckets;
};

struct RunningCloud {
  server::DataFolder folder;
  std::string address;
  std::string s3_endpoint;  ///< Empty when its S3 is its own.

  /// With another S3 that one's keys are good for all services, and those are the user's own.
  bool has_own_keys() const { return s3_endpoint.empty(); }
  bool has_tls() const { return address.starts_with("https://"); }
  /// "127.0.0.1:8080".
  std::string place() const { return address.substr(address.find("://") + 3); }
  std::string host() const { return place().substr(0, place().rfind(':')); }
  std::string ca_file() const {
    return std::filesystem::absolute(server::CertificateAuthority::CertificatePath(folder.path())).string();
  }
};

void PrintExport(const std::string& name, const std::string& value) { std::cout << "export " << name << "=" << value << "\n"; }

/// Single quotes, for values that may hold blanks.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

void PrintExports(const RunningCloud& cloud, bool notebook) {
  PrintExport("AWS_ENDPOINT_URL", cloud.address);
  if (cloud.has_own_keys()) {
    PrintExport("AWS_ACCESS_KEY_ID", cloud.folder.credentials().access_key_id);
    PrintExport("AWS_SECRET_ACCESS_KEY", cloud.folder.credentials().secret_access_key);
    PrintExport("AWS_REGION", cloud.folder.region());
    PrintExport("AWS_DEFAULT_REGION", cloud.folder.region());
  } else {
    PrintExport("AWS_ENDPOINT_URL_S3", cloud.s3_endpoint);
  }
  if (cloud.has_tls() || notebook) PrintExport("AWS_CA_BUNDLE", Quoted(cloud.ca_file()));
  if (!notebook) return;
  // Whoever makes AWS's host names in code meets the local cloud as its proxy.
  PrintExport("HTTPS_PROXY", "http://" + cloud.place());
  PrintExport("NO_PROXY", cloud.host() + ",127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}");
}

void PrintS3a(const RunningCloud& cloud, const std::string& prefix) {
  const auto print = [&prefix](const char* name, const std::string& value) {
    std::cout << "spark.hadoop." << prefix << name << " " << value << "\n";
  };
  if (!cloud.has_own_keys()) {
    print("endpoint", cloud.s3_endpoint);
    return;
  }
  print("endpoint", cloud.address);
  print("endpoint.region", cloud.folder.region());
  print("path.style.access", "true");
  print("connection.ssl.enabled", cloud.has_tls() ? "true" : "false");
  print("aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
  print("access.key", cloud.folder.credentials().access_key_id);
  print("secret.key", cloud.folder.credentials().secret_access_key);
}

/// Settings of a bucket win over those that a notebook sets for all of them, such as fs.s3a.endpoint.
void PrintSparkSettings(const RunningCloud& cloud, std::vector<std::string> buckets) {
  const std::string& account = cloud.folder.account_id();
  const std::string& region = cloud.folder.region();
  buckets.push_back("sagemaker-sample-data-" + region);
  buckets.push_back(account + "-sagemaker-" + region);   // SageMaker Spark's own.
  buckets.push_back("sagemaker-" + region + "-" + account);  // The Python SDK's.
  PrintS3a(cloud, "fs.s3a.");
  for (const std::string& bucket : buckets) PrintS3a(cloud, "fs.s3a.bucket." + bucket + ".");
}

void PrintEnvironment(const EnvOptions& options) {
  server::DataFolder folder = ValueOrFail(server::DataFolder::OpenForClient(options.data_dir));
  std::string address = ValueOrFail(folder.ReadAddress());
  std::string s3_endpoint = ValueOrFail(folder.ReadS3Endpoint());
  const RunningCloud cloud{.folder = std::move(folder), .address = std::move(address), .s3_endpoint = std::move(s3_endpoint)};
  if (options.spark) {
    PrintSparkSettings(cloud, options.buckets);
  } else {
    PrintExports(cloud, options.notebook);
  }
}

}  // namespace

void AddEnv(CLI::App& app) {
  const auto options = std::make_shared<EnvOptions>();
  CLI::App* command = app.add_subcommand("env", "Print the shell exports that point AWS clients at the local cloud");
  AddDataDir(*command, options->data_dir);
  CLI::Option* const notebook = command->add_flag(
      "--notebook", options->notebook, "Also those for clients that make AWS's host names in code: HTTPS_PROXY, NO_PROXY, AWS_CA_BUNDLE");
  CLI::Option* const spark = command->add_flag("--spark", options->spark, "Print lines for spark-defaults.conf instead: S3A's settings, also for each bucket");
  spark->excludes(notebook);
  command->add_option("--bucket", options->buckets, "With --spark, a further bucket to print settings for (repeatable)")->needs(spark);
  command->callback([options] { PrintEnvironment(*options); });
}

}  // namespace sagespark::cli
