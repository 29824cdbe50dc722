#pragma once

#include <string>
#include <string_view>

#include "sagespark/aws/sigv4/verify.h"
#include "sagespark/server/service.h"

namespace sagespark::fuzz {

/// A request as the server hands it on: "METHOD TARGET", header lines, an empty line and the body. Lines end with "\n".
struct PlainRequest {
  explicit PlainRequest(std::string_view bytes);

  aws::sigv4::RequestView view() const;

  http::Request request;
  std::string body;
};

/// The bytes of a text.
class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string_view text) : left_(text) {}
  Result<size_t> Read(char* buffer, size_t size) override;

 private:
  std::string_view left_;
};

/// Keeps the reply. Aborts when there are two.
class KeptReply final : public http::ResponseWriter {
 public:
  Status Send(const http::Response& response) override;
  Status Start(int status, const http::Headers& headers, std::optional<uint64_t> content_length) override;
  Status Write(std::string_view) override { return Status::Ok(); }
  Status WriteFile(int, uint64_t, uint64_t) override { return Status::Ok(); }
  bool started() const override { return reply_.has_value(); }

  /// Aborts when there is none, or one that is no HTTP.
  const http::Response& reply() const;

 private:
  std::optional<http::Response> reply_;
};

/// Aborts when a reply says that it is XML and is none, but for the references to control characters that S3, too, sends.
void CheckXml(const http::Response& reply);

}  // namespace sagespark::fuzz
