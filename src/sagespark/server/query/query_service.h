#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/xml/xml.h"
#include "sagespark/http/message.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// The parameters of one call of the AWS Query protocol.
class QueryParameters {
 public:
  explicit QueryParameters(std::vector<http::QueryParameter> all) : all_(std::move(all)) {}

  /// Null when it was not given; of several the last.
  const std::string* Find(std::string_view name) const;

 private:
  std::vector<http::QueryParameter> all_;
};

/// A service of the AWS Query protocol: forms in, XML out. STS and IAM speak it.
class QueryService : public HttpService {
 public:
  void Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
              http::ResponseWriter& response) final;
  void HandleError(const RequestContext& context, const http::Request& request, const Error& error,
                   http::ResponseWriter& response) final;

 protected:
  /// `xml_namespace`: "https://sts.amazonaws.com/doc/2011-06-15/".
  explicit QueryService(const char* xml_namespace) : xml_namespace_(xml_namespace) {}

  /// Writes what stands within `<ActionResult>`. Fails with InvalidAction() for actions that are not served.
  virtual Status Run(const RequestContext& context, const std::string& action, const QueryParameters& parameters,
                     xml::Writer& result) = 0;

  Error InvalidAction(const std::string& action) const;

 private:
  const char* const xml_namespace_;
};

}  // namespace sagespark::server
