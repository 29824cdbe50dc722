#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "sagespark/aws/sigv4/verified_body.h"
#include "sagespark/aws/sigv4/verify.h"
#include "sagespark/server/data_folder.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// Finds the service of a request, checks its signature, and hands it over. Services are added before the first
/// Handle and must outlive the router.
class Router {
 public:
  Router(Credentials credentials, std::string account_id, const Clock& clock = Clock::System());

  /// Requests with `X-Amz-Target: PREFIX.Operation`: "SageMaker", "Logs_20140328".
  void AddJson(std::string target_prefix, JsonService& service);

  /// Requests signed for `signing_name` whose path begins with `path_prefix`, and which have no X-Amz-Target; of
  /// several the one added first.
  void AddHttp(std::string signing_name, std::string path_prefix, HttpService& service);

  /// The service of requests whose signature names none, or that have none.
  void SetFallback(HttpService& service) { fallback_ = &service; }

  /// Requests signed with this key are as good as those with the first one.
  void AlsoAccept(Credentials credentials) { credentials_.push_back(std::move(credentials)); }

  void Handle(http::Request& request, http::ResponseWriter& response);

  /// What all its services offer, by service.
  std::map<std::string, std::vector<std::string>> offered() const;

 private:
  struct HttpRoute {
    std::string signing_name;
    std::string path_prefix;
    HttpService* service;
  };
  struct Target {
    HttpService* http = nullptr;
    JsonService* json = nullptr;
    std::string operation;
  };

  Target Find(const http::Request& request, const std::string& signing_name) const;
  Status Answer(const RequestContext& context, const Target& target, http::Request& request,
                const aws::sigv4::RequestView& view, const aws::sigv4::Authorization& authorization,
                http::ResponseWriter& response);
  void AnswerJson(const RequestContext& context, const Target& target, http::BodyReader& body,
                  http::ResponseWriter& response);
  /// The secret of an access key, or null.
  const std::string* FindSecret(const std::string& access_key_id) const;
  std::string SigningKey(const aws::sigv4::Authorization& authorization, const std::string& secret);

  std::vector<Credentials> credentials_;
  const std::string account_id_;
  const Clock& clock_;
  std::map<std::string, JsonService*, std::less<>> json_;
  std::vector<HttpRoute> http_;
  HttpService* fallback_ = nullptr;

  std::mutex key_mutex_;
  std::map<std::string, std::string> keys_;  ///< Signing keys by access key and scope, of one day.
};

}  // namespace sagespark::server
