#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/log.h"
#include "sagespark/base/memory.h"
#include "sagespark/base/signal_watcher.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"
#include "sagespark/cli/json_log.h"
#include "sagespark/server/cloud/local_cloud.h"

namespace sagespark::cli {
namespace {

std::vector<server::OwnImage> ImagesOf(const std::vector<std::string>& images, const std::vector<std::string>& files) {
  std::vector<server::OwnImage> all;
  for (const std::string& image : images) all.push_back(ValueOrFail(server::ParseOwnImage(image, std::filesystem::current_path())));
  for (const std::string& file : files) {
    for (server::OwnImage& image : ValueOrFail(server::ReadImagesFile(file))) all.push_back(std::move(image));
  }
  return all;
}

enum class LogFormat { kText, kJson };

void AddMetrics(CLI::App& command, server::MetricsAudience& audience) {
  using Audience = server::MetricsAudience;
  static const std::map<std::string, Audience> kAudiences = {{"loopback", Audience::kLoopback}, {"all", Audience::kAnybody}, {"off", Audience::kNobody}};
  command.add_option("--metrics", audience, "Who may read /metrics, which asks for no signature: loopback, all or off")
      ->transform(CLI::CheckedTransformer(kAudiences))->default_str("loopback");
}

void AddLog(CLI::App& command, LogFormat& format, LogLevel& level) {
  static const std::map<std::string, LogFormat> kFormats = {{"text", LogFormat::kText}, {"json", LogFormat::kJson}};
  static const std::map<std::string, LogLevel> kLevels = {
      {"debug", LogLevel::kDebug}, {"info", LogLevel::kInfo}, {"warning", LogLevel::kWarning}, {"error", LogLevel::kError}};
  command.add_option("--log-format", format, "text, or json: one object a line")->transform(CLI::CheckedTransformer(kFormats))->default_str("text");
  command.add_option("--log-level", level, "debug, info (each request, job and endpoint), warning or error; else SAGESPARK_LOG_LEVEL")
      ->transform(CLI::CheckedTransformer(kLevels))->default_str("warning");
}

void Serve(const server::LocalCloudOptions& options) {
  GiveBackFreedMemory();
  const SignalWatcher signals;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // A limit on file sizes is an error of one write, as a full disk is.
  const auto cloud = ValueOrFail(server::LocalCloud::Start(options));
  std::cout << "listening on " << cloud->url() << std::endl;
  signals.Wait();
  cloud->Stop();
}

}  // namespace

void AddServe(CLI::App& app) {
  struct Options {
    server::LocalCloudOptions cloud;
    LogFormat log_format = LogFormat::kText;
    LogLevel log_level = LogLevel::kWarning;
    std::string data_dir;
    std::vector<std::string> images;
    std::vector<std::string> image_files;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("serve", "Run the local cloud: S3, STS, SageMaker and its runtime");
  command->add_option("--host", options->cloud.host, "The address to listen at")->capture_default_str();
  command->add_option("--port", options->cloud.port, "The port; 0 takes any free one")->capture_default_str();
  command->add_option("--s3-endpoint", options->cloud.s3_endpoint,
                      "URL of another S3 in which jobs and endpoints read and write, with this process's AWS credentials and region");
  command->add_flag("--tls", options->cloud.tls, "Give out an https URL, with a certificate of the CA in DATA_DIR/ca.pem, which `env` names");
  command->add_option("--image", options->images, "URI=COMMAND: the command, or folder, that stands in for a container image (repeatable)")->take_all();
  command->add_option("--images", options->image_files, "A JSON file of images (repeatable)")->take_all();
  command->add_flag_callback("--no-namespaces", [options] { options->cloud.use_namespaces = false; },
                             "Give own images their files where SAGESPARK_ML_ROOT says, not at /opt/ml in a mount namespace");
  AddMetrics(*command, options->cloud.metrics);
  AddLog(*command, options->log_format, options->log_level);
  AddDataDir(*command, options->data_dir);
  command->callback([options, command] {
    if (command->count("--log-level") > 0) SetLogThreshold(options->log_level);
    if (options->log_format == LogFormat::kJson) LogAsJson();
    options->cloud.data_dir = options->data_dir;
    options->cloud.images = ImagesOf(options->images, options->image_files);
    Serve(options->cloud);
  });
}

}  // namespace sagespark::cli
