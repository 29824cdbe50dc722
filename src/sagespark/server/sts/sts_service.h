#pragma once

#include "sagespark/server/query/query_service.h"

namespace sagespark::server {

/// AWS Security Token Service: GetCallerIdentity, whose caller is always an assumed role, as in a notebook on AWS.
class StsService final : public QueryService {
 public:
  StsService() : QueryService("https://sts.amazonaws.com/doc/2011-06-15/") {}
  Offered offered() const override { return {.service = "sts", .operations = {"GetCallerIdentity"}}; }

 protected:
  Status Run(const RequestContext& context, const std::string& action, const QueryParameters& parameters,
             xml::Writer& result) override;
};

}  // namespace sagespark::server
