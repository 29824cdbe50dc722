#include "http_request.h"

#include <algorithm>

#include "sagespark/base/uri.h"
#include "sagespark/base/xml/xml.h"

namespace sagespark::fuzz {
namespace {

std::string_view TakeLine(std::string_view& bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
  return line;
}

}  // namespace

PlainRequest::PlainRequest(std::string_view bytes) {
  const std::string_view first = TakeLine(bytes);
  const size_t space = std::min(first.find(' '), first.size());
  request.method = std::string(first.substr(0, space));
  request.target = std::string(first.substr(std::min(space + 1, first.size())));
  const size_t question = std::min(request.target.find('?'), request.target.size());
  request.raw_path = request.target.substr(0, question);
  const auto decoded = PercentDecode(request.raw_path);
  request.path = decoded.ok() ? *decoded : request.raw_path;
  request.raw_query = request.target.substr(std::min(question + 1, request.target.size()));
  request.query = http::ParseQuery(request.raw_query);
  for (std::string_view line = TakeLine(bytes); !line.empty(); line = TakeLine(bytes)) {
    const size_t colon = std::min(line.find(':'), line.size());
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    while (value.starts_with(' ')) value.remove_prefix(1);
    request.headers.Add(std::string(line.substr(0, colon)), std::string(value));
  }
  body = std::string(bytes);
  request.content_length = body.size();
}

aws::sigv4::RequestView PlainRequest::view() const {
  aws::sigv4::RequestView view{.method = request.method, .raw_path = request.raw_path, .raw_query = request.raw_query};
  for (const auto& [name, value] : request.headers) view.headers.emplace_back(name, value);
  return view;
}

Result<size_t> TextBody::Read(char* buffer, size_t size) {
  const size_t count = left_.copy(buffer, size);
  left_.remove_prefix(count);
  return count;
}

Status KeptReply::Send(const http::Response& response) {
  SAGESPARK_CHECK(!reply_.has_value());
  reply_ = response;
  return Status::Ok();
}

Status KeptReply::Start(int status, const http::Headers& headers, std::optional<uint64_t>) {
  return Send({.status = status, .headers = headers});
}

const http::Response& KeptReply::reply() const {
  SAGESPARK_CHECK(reply_.has_value() && reply_->status >= 200 && reply_->status < 600);
  return *reply_;
}

void CheckXml(const http::Response& reply) {
  const std::string_view type = reply.headers.Get("Content-Type");
  if (reply.body.empty() || (type != "application/xml" && type != "text/xml")) return;
  std::string text = reply.body;
  for (int control = 0; control < 0x20; ++control) {
    const std::string reference = "&#" + std::to_string(control) + ";";
    for (size_t at = text.find(reference); at != text.npos; at = text.find(reference, at)) text.erase(at, reference.size());
  }
  SAGESPARK_CHECK(xml::Parse(text).ok());
}

}  // namespace sagespark::fuzz
