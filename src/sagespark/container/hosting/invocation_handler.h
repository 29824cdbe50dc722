#pragma once

#include "sagespark/container/request_answerer.h"
#include "sagespark/container/hosting/run_serving.h"
#include "sagespark/http/server.h"

namespace sagespark::container {

/// Answers the requests of the hosting contract: GET /ping, POST /invocations, GET /execution-parameters.
///
/// Errors of /invocations: 413 body over the limit, 408 body that does not come, and those of the model; the body is the message.
/// Thread safety: Handle may run concurrently.
class InvocationHandler {
 public:
  /// `model` outlives the handler.
  InvocationHandler(const RequestAnswerer& model, ServingOptions options)
      : model_(model),
        options_(std::move(options)),
        max_payload_bytes_(options_.max_payload_bytes.value_or(model.default_max_payload_bytes())) {}

  void Handle(http::Request& request, http::ResponseWriter& response) const;

 private:
  http::Response Reply(http::Request& request) const;
  http::Response Invoke(http::Request& request) const;
  http::Response ExecutionParameters() const;

  const RequestAnswerer& model_;
  const ServingOptions options_;
  const uint64_t max_payload_bytes_;
};

}  // namespace sagespark::container
