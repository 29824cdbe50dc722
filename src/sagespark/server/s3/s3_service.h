#pragma once

#include "sagespark/server/s3/object_store.h"
#include "sagespark/server/s3/s3_request.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// Amazon S3: buckets, objects, listings, multipart uploads; path and virtual-host style. All else answers
/// NotImplemented; what can only be read off a bucket without versions and access lists, and clients do read, is answered as such a
/// bucket answers. Streams both ways with bounded memory.
class S3Service final : public HttpService {
 public:
  explicit S3Service(ObjectStore& store) : store_(store) {}

  /// With the bucket in front, also where the host names it.
  std::string SignedPath(const http::Request& request) const override;

  void Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
              http::ResponseWriter& response) override;
  void HandleError(const RequestContext& context, const http::Request& request, const Error& error,
                   http::ResponseWriter& response) override;
  Offered offered() const override;

 private:
  /// What an operation works on.
  struct Call {
    const RequestContext& context;
    const http::Request& request;
    RequestBody& body;
    http::ResponseWriter& response;
    const S3Address& address;
  };

  struct Operation {
    const char* name;  ///< As Offered has it.
    Status (S3Service::*run)(const Call& call);
  };

  Status Route(const Call& call);
  static Result<Operation> Find(const Call& call);
  static Result<Operation> FindOfBucket(const Call& call);
  static Result<Operation> FindOfObject(const Call& call);
  static Operation FindOfPut(const Call& call);

  // bucket_operations.cc
  Status ListBuckets(const Call& call);
  Status CreateBucket(const Call& call);
  Status HeadBucket(const Call& call);
  Status DeleteBucket(const Call& call);
  Status GetBucketLocation(const Call& call);
  Status GetBucketVersioning(const Call& call);
  Status GetAcl(const Call& call);

  // list_operations.cc
  Status ListObjects(const Call& call);
  Status ListObjectVersions(const Call& call);

  // object_operations.cc
  Status GetObject(const Call& call);
  Status PutObject(const Call& call);
  Status CopyObject(const Call& call);

  // object_attributes.cc
  Status GetObjectAttributes(const Call& call);

  // delete_operations.cc
  Status DeleteObject(const Call& call);
  Status DeleteObjects(const Call& call);

  // multipart_operations.cc
  Status CreateMultipartUpload(const Call& call);
  Status UploadPart(const Call& call);
  Status UploadPartCopy(const Call& call);
  Status CompleteMultipartUpload(const Call& call);
  Status AbortMultipartUpload(const Call& call);
  Status ListParts(const Call& call);
  Status ListMultipartUploads(const Call& call);

  /// Sends XML, or headers alone.
  static Status Reply(const Call& call, int status, std::string xml, http::Headers headers = {});

  ObjectStore& store_;
};

/// Answers an error in S3's form.
void SendS3Error(const RequestContext& context, const http::Request& request, const Error& error,
                 http::ResponseWriter& response);

/// In place of S3 where a local cloud's data lies in another S3: tells clients where that is.
class S3Elsewhere final : public HttpService {
 public:
  explicit S3Elsewhere(std::string endpoint) : endpoint_(std::move(endpoint)) {}

  void Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
              http::ResponseWriter& response) override;
  void HandleError(const RequestContext& context, const http::Request& request, const Error& error,
                   http::ResponseWriter& response) override;

 private:
  const std::string endpoint_;
};

inline constexpr const char* kS3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

}  // namespace sagespark::server
