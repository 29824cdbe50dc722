#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/server/hosting/instance.h"
#include "sagespark/server/hosting/model_container.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// What a container answered, or what kept it from answering.
struct ContainerReply {
  std::string container;  ///< The one that answered, or did not.
  Result<http::Response> response;
};

/// How a reply is taken.
struct ReplyOptions {
  http::BodySink body{};  ///< Gets the body while it comes; without it the reply holds the body.
  http::HeadSink head{};  ///< Before the body; with `body` only.
  std::optional<milliseconds> timeout{};  ///< Instead of HostingLimits::invocation_timeout.
};

/// All containers of a model on one machine. Thread-safe.
class Replica {
 public:
  struct Options {
    ModelContainers containers;
    std::filesystem::path root;  ///< Of the containers' files.
    std::string log_group;
    std::string log_stream;  ///< With several containers "/NAME" follows.
    HostingLimits limits;
  };

  /// Fetches the models, for `user` ("production variant AllRequests"), and starts the containers. `on_change` is called after each change
  /// of the state. Fails as FetchModel.
  static Result<std::unique_ptr<Replica>> Start(Options options, const std::string& user, ObjectAccess& objects, LogStore& logs,
                                                std::function<void()> on_change);

  /// Ends the containers.
  ~Replica();

  /// As Instance::BeginEnd.
  void BeginEnd();

  /// kFailed when one failed, else the earliest on the way to kHealthy.
  Instance::State state() const;

  /// The name of a container that failed; empty when none did.
  std::string FailedContainer() const;

  /// Whether `target` says which container a request is for, as is_direct wants it. Fails with kInvalidArgument.
  Status CheckTarget(std::string_view target) const;

  /// Sends a request to the container `target`, or through all of them: what one answers is the next one's request, with its
  /// Content-Type; Accept goes to the last. The first answer that is no 2xx is the reply. Errors are Instance::Send's.
  ContainerReply Send(const http::ClientRequest& request, std::string_view target, const CancellationToken& cancellation,
                      const ReplyOptions& options = {});

  /// Sends a request to the first container alone.
  Result<http::Response> Ask(const http::ClientRequest& request, const CancellationToken& cancellation) {
    return SendTo(0, request, cancellation, {}).response;
  }

 private:
  explicit Replica(ModelContainers containers) : containers_(std::move(containers)) {}
  size_t IndexOf(std::string_view target) const;
  ContainerReply SendTo(size_t index, const http::ClientRequest& request, const CancellationToken& cancellation, const ReplyOptions& options);

  const ModelContainers containers_;
  std::vector<std::unique_ptr<Instance>> instances_;  ///< One a container.
};

}  // namespace sagespark::server
