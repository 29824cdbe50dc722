#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/digest.h"
#include "sagespark/base/json/value.h"
#include "sagespark/base/result.h"
#include "sagespark/http/server.h"

namespace sagespark::server {

/// What a service tells about a request while it answers.
struct RequestNotes {
  std::string operation;  ///< As Offered names it; may be a client's own text.
  bool has_known_key = false;  ///< The access key is one of the server's.
};

/// Who asks, where and when. The signature has been checked.
struct RequestContext {
  std::string account_id;     ///< 12 digits, the same for all of a data folder.
  std::string region;         ///< Of the credential scope: "us-east-1".
  std::string access_key_id;
  std::string request_id;     ///< New for each request; sent back in the reply's headers.
  const Clock* clock = &Clock::System();
  CancellationToken cancellation;  ///< Cancelled when a stopping server loses its patience.
  SteadyTime started{};            ///< When the request's head was here.
  RequestNotes* notes = nullptr;   ///< Null when nobody wants to know.

  /// For metrics and the log.
  void NoteOperation(std::string_view operation) const {
    if (notes != nullptr) notes->operation = operation;
  }
};

/// What a service offers, in the names of botocore's models.
struct Offered {
  std::string service;  ///< "sagemaker-runtime"; empty for one that has no model.
  std::vector<std::string> operations;
};

/// A service of the JSON 1.1 protocol: SageMaker, CloudWatch Logs. Thread-safe.
class JsonService {
 public:
  virtual ~JsonService() = default;

  /// Runs `operation` ("CreateModel", of X-Amz-Target). `input` is a JSON object; so must the value be.
  /// Fails with kUnimplemented for an operation that is not offered. An error with a code() is sent with that
  /// code, one without by the table in errors.h.
  virtual Result<json::Value> Handle(const RequestContext& context, std::string_view operation,
                                     const json::Value& input) = 0;

  virtual Offered offered() const { return {}; }
};

/// A request's body, decoded from aws-chunked and checked as it comes: nothing of it may count before Read has
/// answered its end.
class RequestBody : public http::BodyReader {
 public:
  /// Computes that digest while the body is read. Only before the first Read.
  virtual void AlsoCompute(DigestAlgorithm algorithm) = 0;

  /// A digest that was asked for, or that the client sent, as bytes; null for others and before the end.
  virtual const std::string* digest(DigestAlgorithm algorithm) const = 0;
};

/// A service that speaks HTTP by itself: S3, STS, SageMaker Runtime. Thread-safe.
class HttpService {
 public:
  virtual ~HttpService() = default;

  /// The raw path that Signature Version 2 signs.
  virtual std::string SignedPath(const http::Request& request) const { return request.raw_path; }

  /// Answers a request. Read the body from `body`, never from request.body.
  virtual void Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
                      http::ResponseWriter& response) = 0;

  /// Answers an error that was found before Handle: a wrong signature, for one.
  virtual void HandleError(const RequestContext& context, const http::Request& request, const Error& error,
                           http::ResponseWriter& response) = 0;

  virtual Offered offered() const { return {}; }
};

}  // namespace sagespark::server
