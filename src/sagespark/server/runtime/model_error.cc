#include "sagespark/server/runtime/model_error.h"

#include "sagespark/server/hosting/endpoint_host.h"

namespace sagespark::server {

ModelFailure FailureOf(const ContainerReply& reply, std::string_view text) {
  if (reply.response.ok()) {
    const std::string& body = reply.response->body;
    return {reply.container, reply.response->status, std::string(body.empty() ? text : body).substr(0, kMostMessageBytes)};
  }
  const Error& error = reply.response.error();
  if (error.kind() != ErrorKind::kTimeout) return {reply.container, 0, error.message()};
  return {reply.container, 0,
          "Your invocation timed out while waiting for a response from container " + reply.container +
              ". Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."};
}

std::string TextOf(const ModelFailure& failure, const std::string& endpoint, const std::string& account_id) {
  const char* whose = failure.status >= 400 && failure.status < 500 ? "client" : "server";
  return std::string("Received ") + whose + " error (" + std::to_string(failure.status) + ") from " + failure.container +
         " with message \"" + failure.message + "\". See the log group " + EndpointLogGroup(endpoint) + " in account " + account_id +
         " for more information.";
}

}  // namespace sagespark::server
