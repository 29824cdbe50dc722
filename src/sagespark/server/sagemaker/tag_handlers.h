#pragma once

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/server/records/record_store.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// Tags of resources, by ARN.
class TagHandlers {
 public:
  explicit TagHandlers(RecordStore& records) : records_(records) {}

  Result<aws::sagemaker::AddTagsResponse> Add(const aws::sagemaker::AddTagsRequest& request);
  Result<json::Value> List(const aws::sagemaker::ListTagsRequest& request);
  Result<aws::sagemaker::DeleteTagsResponse> Delete(const aws::sagemaker::DeleteTagsRequest& request);

 private:
  struct Place {
    RecordKind kind;
    std::string name;
  };
  Result<Place> Find(const std::string& arn);

  RecordStore& records_;
};

}  // namespace sagespark::server
