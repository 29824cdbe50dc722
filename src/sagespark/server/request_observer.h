#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace sagespark::server {

/// What is told about a request when it has been answered: nothing of its body, no credential.
struct AnsweredRequest {
  std::string_view request_id;
  std::string_view service;        ///< As Offered names it; empty when it was found out by none.
  std::string_view operation;      ///< The same. May be a client's own text.
  std::string_view access_key_id;  ///< Empty unless it is one of the server's.
  std::string_view peer_address;
  int status = 0;
  uint64_t received_bytes = 0;  ///< Of the body.
  uint64_t sent_bytes = 0;      ///< The same.
  std::chrono::nanoseconds duration{0};
};

/// Is told of all requests. Thread-safe.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void Began() = 0;
  virtual void Answered(const AnsweredRequest& request) = 0;
};

}  // namespace sagespark::server
