#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/aws/sigv4/verified_body.h"
#include "sagespark/aws/sigv4/verify.h"
#include "sagespark/server/admission.h"
#include "sagespark/server/data_folder.h"
#include "sagespark/server/request_observer.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// Finds the service of a request, checks its signature, and hands it over. Services are added before the first
/// Handle and must outlive the router.
///
/// Bodies that must be whole before they count (those of JSON, and those whose signature is over a hash that the client does not name) are
/// limited to kMaxBufferedBytes each, and to `most_buffered_bytes` together: beyond it a request is refused with ThrottlingException.
class Router {
 public:
  static constexpr size_t kMaxBufferedBytes = 8 << 20;  ///< InvokeEndpoint takes 6 MiB.
  static constexpr uint64_t kMostBufferedBytes = 256 << 20;

  Router(Credentials credentials, std::string account_id, const Clock& clock = Clock::System(),
         uint64_t most_buffered_bytes = kMostBufferedBytes);

  /// Requests with `X-Amz-Target: PREFIX.Operation`: "SageMaker", "Logs_20140328". They must be signed for `signing_name`.
  void AddJson(std::string target_prefix, std::string signing_name, JsonService& service);

  /// Requests signed for `signing_name` whose path begins with `path_prefix`, and which have no X-Amz-Target; of
  /// several the one added first.
  void AddHttp(std::string signing_name, std::string path_prefix, HttpService& service);

  /// The service of requests whose signature names none, or that have none.
  void SetFallback(HttpService& service) { fallback_ = &service; }

  /// Unsigned GETs of `path`, whatever service it belongs to.
  using Page = std::function<void(const http::Request& request, http::ResponseWriter& response)>;
  void AddPage(std::string path, Page page) { pages_[std::move(path)] = std::move(page); }

  /// Tells `observer` of all requests; it must outlive the router.
  void SetObserver(RequestObserver& observer) { observer_ = &observer; }

  /// Requests signed with the key that `source` gives are as good as those with the first one. Such keys change: it is asked anew when a
  /// request has a key that is not known, and the last few that it gave stay good.
  void AlsoAccept(std::function<Result<Credentials>()> source) { source_ = std::move(source); }

  void Handle(http::Request& request, http::ResponseWriter& response);

  /// What all its services offer, by service.
  std::map<std::string, std::vector<std::string>> offered() const;

 private:
  struct HttpRoute {
    std::string signing_name;
    std::string path_prefix;
    HttpService* service;
    std::string name;  ///< As Offered has it.
  };
  struct JsonRoute {
    std::string signing_name;
    JsonService* service;
    std::string name;  ///< As Offered has it.
  };
  struct Target {
    HttpService* http = nullptr;
    JsonService* json = nullptr;
    std::string_view service{};
    std::string operation{};
    std::string signing_name{};  ///< That the signature must be for; empty when the target was found by it.
  };

  /// Answers, and returns the service's name.
  std::string_view Dispatch(RequestContext& context, http::Request& request, http::ResponseWriter& response);
  Target Find(const http::Request& request, const std::string& signing_name) const;
  Status Answer(const RequestContext& context, const Target& target, http::Request& request,
                const aws::sigv4::RequestView& view, const aws::sigv4::Authorization& authorization,
                http::ResponseWriter& response);
  void AnswerJson(const RequestContext& context, const Target& target, http::BodyReader& body,
                  http::ResponseWriter& response);
  std::optional<std::string> FindSecret(const std::string& access_key_id);
  /// Of a key that is known already; credentials_mutex_ is held.
  std::optional<std::string> KnownSecret(const std::string& access_key_id) const;
  std::string SigningKey(const aws::sigv4::Authorization& authorization, const std::string& secret);

  std::function<Result<Credentials>()> source_;
  std::mutex credentials_mutex_;
  std::vector<Credentials> credentials_;  ///< Guarded by credentials_mutex_. The first one is the server's own.
  Admission buffers_;
  const std::string account_id_;
  const Clock& clock_;
  std::map<std::string, JsonRoute, std::less<>> json_;
  std::vector<HttpRoute> http_;
  std::map<std::string, Page, std::less<>> pages_;
  HttpService* fallback_ = nullptr;
  RequestObserver* observer_ = nullptr;

  std::mutex key_mutex_;
  std::map<std::string, std::string> keys_;  ///< Signing keys by access key and scope, of one day.
};

}  // namespace sagespark::server
