#include "sagespark/container/hosting/run_serving.h"

#include <charconv>
#include <cstdlib>
#include <future>
#include <optional>

#include "sagespark/base/thread_pool.h"
#include "sagespark/container/hosting/invocation_handler.h"
#include "sagespark/container/hosting/predictor_answerer.h"
#include "sagespark/http/server.h"

namespace sagespark::container {
namespace {

constexpr std::chrono::seconds kStopGrace{20};  // AWS kills a container 30 s after its SIGTERM.

constexpr uint64_t kMaxDrainedBytes = uint64_t{64} << 20;  // Read on after a body that is too long, to answer it.

const char* Environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

std::optional<uint64_t> ParseInteger(std::string_view text, uint64_t limit) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > limit) return std::nullopt;
  return value;
}

Result<std::unique_ptr<RequestAnswerer>> LoadModel(const Algorithm& algorithm, const std::filesystem::path& directory) {
  SAGESPARK_ASSIGN_OR_RETURN(auto answerer, algorithm.LoadAnswerer(directory));
  if (answerer != nullptr) return answerer;
  SAGESPARK_ASSIGN_OR_RETURN(auto predictor, algorithm.LoadModel(directory));
  return std::make_unique<PredictorAnswerer>(std::move(predictor));
}

/// Returns when the token is cancelled.
void WaitFor(const CancellationToken& cancellation) {
  std::promise<void> cancelled;
  const auto registration = cancellation.OnCancel([&cancelled] { cancelled.set_value(); });
  cancelled.get_future().wait();
}

}  // namespace

Result<ServingOptions> WithPort(ServingOptions options, std::string_view port) {
  const auto number = ParseInteger(port, UINT16_MAX);
  if (!number) return InvalidArgument("Port is not an integer in [0, 65535]: \"" + std::string(port) + "\"");
  options.port = static_cast<uint16_t>(*number);
  return options;
}

Result<ServingOptions> ServingOptions::FromEnvironment() {
  ServingOptions options;
  if (const char* host = Environment("SAGESPARK_BIND_HOST")) options.host = host;
  if (const char* accept = Environment("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT")) options.default_accept = accept;
  if (const char* limit = Environment("SAGEMAKER_MAX_PAYLOAD_IN_MB")) {
    constexpr uint64_t kMaxMegabytes = 100;  // What batch transform allows.
    const auto megabytes = ParseInteger(limit, kMaxMegabytes);
    if (!megabytes) {
      return InvalidArgument("SAGEMAKER_MAX_PAYLOAD_IN_MB is not an integer in [0, 100]: \"" + std::string(limit) + "\"");
    }
    // 0 says that payloads may have any length; they are read into memory here.
    options.max_payload_bytes = (*megabytes == 0 ? kMaxMegabytes : *megabytes) << 20;
  }
  const char* port = Environment("SAGEMAKER_BIND_TO_PORT");
  if (port == nullptr) return options;
  auto with_port = WithPort(options, port);
  if (!with_port.ok()) return with_port.error().WithContext("SAGEMAKER_BIND_TO_PORT");
  return with_port;
}

int RunServing(const Algorithm& algorithm, const std::filesystem::path& model_directory, const ServingOptions& options,
               std::ostream& out, const CancellationToken& cancellation) {
  const auto model = LoadModel(algorithm, model_directory);
  if (!model.ok()) {
    out << "Cannot serve: " << model.error().message() << std::endl;
    return 1;
  }
  const InvocationHandler handler(**model, options);
  const auto server = http::Server::Start(
      {.host = options.host,
       .port = options.port,
       .max_workers = 2 * ThreadPool::AvailableProcessors(),
       .max_body_bytes = options.max_payload_bytes.value_or((*model)->default_max_payload_bytes()) + kMaxDrainedBytes},
      [&handler](http::Request& request, http::ResponseWriter& response) { handler.Handle(request, response); });
  if (!server.ok()) {
    out << "Cannot serve: " << server.error().message() << std::endl;
    return 1;
  }
  out << "listening on " << (*server)->url() << std::endl;
  WaitFor(cancellation);
  (*server)->Stop(kStopGrace);
  return 0;
}

}  // namespace sagespark::container
