#pragma once

#include "sagespark/server/service.h"

namespace sagespark::server {

/// AWS Security Token Service: GetCallerIdentity.
class StsService final : public HttpService {
 public:
  void Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
              http::ResponseWriter& response) override;
  void HandleError(const RequestContext& context, const http::Request& request, const Error& error,
                   http::ResponseWriter& response) override;
  Offered offered() const override { return {.service = "sts", .operations = {"GetCallerIdentity"}}; }
};

}  // namespace sagespark::server
