#include <cstring>
#include <string>

#include "http_request.h"
#include "sagespark/aws/sigv4/verified_body.h"
#include "sagespark/server/iam/iam_service.h"
#include "sagespark/server/router.h"
#include "sagespark/server/s3/s3_request.h"
#include "sagespark/server/s3/s3_service.h"
#include "sagespark/server/s3/transfer.h"
#include "sagespark/server/sts/sts_service.h"
#include "sagespark/testing/temporary_folder.h"
#include "targets.h"

// Requests as they come to the router and behind it.
namespace sagespark::fuzz {
namespace {

using aws::sigv4::BodyPlan;
using aws::sigv4::VerifiedBody;

/// What no request of these targets may reach: none is signed with a secret that anybody knows.
class Unreachable final : public server::HttpService, public server::JsonService {
 public:
  void Handle(const server::RequestContext&, const http::Request&, server::RequestBody&, http::ResponseWriter&) override { SAGESPARK_CHECK(false); }
  Result<json::Value> Handle(const server::RequestContext&, std::string_view, const json::Value&) override {
    SAGESPARK_CHECK(false);
    return json::Value();
  }
  void HandleError(const server::RequestContext& context, const http::Request& request, const Error& error,
                   http::ResponseWriter& response) override {
    server::SendS3Error(context, request, error, response);
  }
  server::Offered offered() const override { return {}; }
};

class CheckedBody final : public server::RequestBody {
 public:
  explicit CheckedBody(VerifiedBody& body) : body_(body) {}
  Result<size_t> Read(char* buffer, size_t size) override { return body_.Read(buffer, size); }
  void AlsoCompute(DigestAlgorithm algorithm) override { body_.AlsoCompute(algorithm); }
  const std::string* digest(DigestAlgorithm algorithm) const override { return body_.digest(algorithm); }

 private:
  VerifiedBody& body_;
};

/// Hands the request to a service as if its signature had been right. The reply must be one.
void Answer(server::HttpService& service, PlainRequest& plain) {
  const server::RequestContext context{.account_id = "123456789012", .region = "us-east-1", .access_key_id = "AKID", .request_id = "id"};
  auto plan = BodyPlan::FromHeaders(plain.view(), {}, "key");
  KeptReply kept;
  TextBody bytes(plain.body);
  if (plan.ok()) {
    VerifiedBody verified([&bytes](char* buffer, size_t size) { return bytes.Read(buffer, size); }, *std::move(plan));
    CheckedBody body(verified);
    service.Handle(context, plain.request, body, kept);
  } else {
    service.HandleError(context, plain.request, plan.error(), kept);
  }
  CheckXml(kept.reply());
}

/// A store with a bucket "b", an object "k" and an upload.
struct Store {
  Store() : database(*server::Database::Open((folder / "x.db").string())), store(*server::ObjectStore::Open(*database, folder / "objects", Clock::System())) {
    SAGESPARK_CHECK(store->CreateBucket("b", "us-east-1").ok());
    server::BlobStore::Writer blob = store->NewBlob();
    SAGESPARK_CHECK(blob.Write("0123456789").ok());
    SAGESPARK_CHECK(store->PutObject("b", "k", blob, "781e5e245d69b566979b86e28d23f2c7", {}, {}).ok());
    upload_id = *store->CreateUpload("b", "k", {});
  }

  TemporaryFolder folder;
  std::unique_ptr<server::Database> database;
  std::unique_ptr<server::ObjectStore> store;
  std::string upload_id;
};

}  // namespace

void RoutedRequest(std::string_view bytes) {
  static Unreachable service;
  static server::Router& router = *[] {
    auto* const made = new server::Router({.access_key_id = "AKIAAAAAAAAAAAAAAAAA", .secret_access_key = "nobody knows this"}, "123456789012");
    made->AddJson("SageMaker", "sagemaker", service);
    for (const char* name : {"sagemaker", "s3", "sts"}) made->AddHttp(name, "/", service);
    made->SetFallback(service);
    return made;
  }();
  PlainRequest plain(bytes);
  TextBody body(plain.body);
  plain.request.body = &body;
  KeptReply kept;
  router.Handle(plain.request, kept);
  SAGESPARK_CHECK(kept.reply().status >= 400);
  CheckXml(kept.reply());
}

void S3Headers(std::string_view bytes) {
  const PlainRequest plain(bytes);
  const http::Request& request = plain.request;
  const server::ObjectInfo info{.key = "k", .size = 10, .etag = "0123", .modified_ms = 784111777000};
  const auto address = server::AddressOf(request);
  SAGESPARK_CHECK(!address.ok() || address->key.size() <= 1024);
  const auto range = server::RangeOf(request.headers.Get("Range"), info.size);
  if (range.ok() && *range) SAGESPARK_CHECK((*range)->begin < (*range)->end && (*range)->end <= info.size);
  const auto of_nothing = server::RangeOf(request.headers.Get("Range"), 0);
  SAGESPARK_CHECK(!of_nothing.ok() || !of_nothing->has_value());
  const auto copied = server::CopyRangeOf(request, info.size);
  if (copied.ok()) SAGESPARK_CHECK(copied->begin < copied->end && copied->end <= info.size);
  for (const char* prefix : {"", "x-amz-copy-source-"}) static_cast<void>(server::CheckReadConditions(request, info, prefix).ok());
  if (const server::Precondition condition = server::WriteCondition(request)) {
    static_cast<void>(condition(&info).ok());
    static_cast<void>(condition(nullptr).ok());
  }
  const auto attributes = server::AttributesOf(request);
  if (attributes.ok()) {
    for (const auto& [name, value] : attributes->headers) SAGESPARK_CHECK(!name.empty());
  }
  const auto source = server::CopySourceOf(request);
  SAGESPARK_CHECK(!source.ok() || (!source->bucket.empty() && !source->key.empty()));
  const auto number = server::IntParameter(request, "partNumber", 1, 1, 10'000);
  SAGESPARK_CHECK(!number.ok() || (*number >= 1 && *number <= 10'000));
  const auto encode = server::KeyEncoder::FromRequest(request);
  if (encode.ok() && address.ok()) static_cast<void>((*encode)(address->key));
  static_cast<void>(server::CheckBodyLength(request).ok());
  static_cast<void>(server::CheckBucketName(server::BucketOfHost(request.headers.Get("Host"))).ok());
}

/// "UPLOAD" stands for the id of an upload that is there.
void S3Operation(std::string_view bytes) {
  static Store store;
  static server::S3Service service(*store.store);
  std::string text(bytes);
  if (const size_t at = text.find("UPLOAD"); at != text.npos) text.replace(at, std::strlen("UPLOAD"), store.upload_id);
  PlainRequest plain(text);
  Answer(service, plain);
}

void QueryForm(std::string_view bytes) {
  static server::StsService sts;
  static server::IamService iam;
  for (server::HttpService* const service : {static_cast<server::HttpService*>(&sts), static_cast<server::HttpService*>(&iam)}) {
    PlainRequest plain(bytes);
    Answer(*service, plain);
  }
}

}  // namespace sagespark::fuzz
