#pragma once

#include <optional>
#include <string>

#include "sagespark/container/algorithm.h"
#include "sagespark/container/hosting/run_serving.h"
#include "sagespark/http/server.h"

namespace sagespark::container {

/// Answers the requests of the hosting contract: GET /ping, POST /invocations, GET /execution-parameters.
///
/// Errors of /invocations: 415 Content-Type is unknown, 406 no type of Accept can be written, 413 body over the
/// limit, 400 body that is empty or malformed, or a row of another length, naming the row; the body is the message.
/// Thread safety: Handle may run concurrently.
class InvocationHandler {
 public:
  /// `predictor` outlives the handler.
  InvocationHandler(const Predictor& predictor, ServingOptions options)
      : predictor_(predictor), options_(std::move(options)) {}

  void Handle(http::Request& request, http::ResponseWriter& response) const;

 private:
  http::Response Reply(http::Request& request) const;
  http::Response Invoke(http::Request& request) const;
  http::Response ExecutionParameters() const;
  /// The type to answer in; nullopt when none of Accept will do.
  std::optional<std::string> ChooseAnswerType(const http::Headers& headers) const;

  const Predictor& predictor_;
  const ServingOptions options_;
};

}  // namespace sagespark::container
