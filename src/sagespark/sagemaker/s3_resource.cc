#include "sagespark/sagemaker/s3_resource.h"

#include "sagespark/base/exception.h"
#include "sagespark/base/uri.h"

namespace sagespark::sagemaker {

S3DataPath S3DataPath::fromS3URI(const std::string& uri) {
  Uri parsed = OrThrow(ParseUri(uri));
  if (parsed.scheme != "s3") throw Exception(InvalidArgument("Not an S3 URI (s3, s3a or s3n): \"" + uri + "\""));
  return {.bucket = std::move(parsed.authority), .objectPath = std::move(parsed.path)};
}

}  // namespace sagespark::sagemaker
