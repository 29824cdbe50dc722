#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/memory.h"
#include "sagespark/base/signal_watcher.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"
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
  AddDataDir(*command, options->data_dir);
  command->callback([options] {
    options->cloud.data_dir = options->data_dir;
    options->cloud.images = ImagesOf(options->images, options->image_files);
    Serve(options->cloud);
  });
}

}  // namespace sagespark::cli
