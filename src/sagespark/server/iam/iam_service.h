#pragma once

#include "sagespark/server/query/query_service.h"

namespace sagespark::server {

/// What clients of SageMaker ask IAM: GetRole. Every role of a valid name exists, and SageMaker may assume it: the local cloud
/// has no policies.
class IamService final : public QueryService {
 public:
  IamService() : QueryService("https://iam.amazonaws.com/doc/2010-05-08/") {}
  Offered offered() const override { return {.service = "iam", .operations = {"GetRole"}}; }

 protected:
  Status Run(const RequestContext& context, const std::string& action, const QueryParameters& parameters,
             xml::Writer& result) override;
};

}  // namespace sagespark::server
