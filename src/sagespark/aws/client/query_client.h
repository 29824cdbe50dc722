#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/aws/client/service_client.h"
#include "sagespark/base/xml/xml.h"

namespace sagespark::aws {

/// Calls of a service that speaks AWS's Query protocol: forms in, XML out. Thread-safe.
class QueryClient {
 public:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  /// `version` is that of the service's API: "2011-06-15".
  QueryClient(std::shared_ptr<const ClientContext> context, Service service, std::string_view version);

  /// Returns the element `<operation>Result` of the reply. Fails with kCorruptData when there is none.
  Result<xml::Element> Call(const std::string& operation, const Parameters& parameters, const CallOptions& options);

 private:
  ServiceClient service_;
  const std::string version_;
};

}  // namespace sagespark::aws
