#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace sagespark::testing_server {

/// Holds whoever waits until it is opened.
class Gate {
 public:
  void Open();
  void Wait();

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

/// A request as it came over the wire, bodies without their transfer coding.
struct ReceivedRequest {
  std::string method;
  std::string target;  ///< As sent: path and query, percent-encoded.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
  std::string body;
  int connection = 0;  ///< Counted from 0 in the order accepted.

  std::string path() const;
  std::string query() const;
  /// The value of a header, or "" without it. `name` in lower case.
  std::string header(std::string_view name) const;
};

/// What the server answers.
struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool cut = false;                   ///< Closes the connection instead of answering.
  std::optional<size_t> cut_after{};  ///< Sends only so many bytes of the body, then closes.
  bool reset = false;                 ///< A cut is a TCP reset, not an orderly close.
  bool chunked = false;               ///< Transfer-Encoding: chunked, seven bytes a chunk.
  bool close = false;                 ///< Sends Connection: close and closes.
  std::shared_ptr<Gate> hold_headers{};  ///< Waits for it before the first byte.
  std::shared_ptr<Gate> hold_body{};     ///< Waits for it after the headers and `held_after` bytes of the body.
  size_t held_after = 0;
};

/// One request that is expected and its reply. An empty field matches everything.
struct ScriptedExchange {
  std::string method{};
  std::string path{};   ///< Whole, as sent.
  std::string query{};  ///< Whole, as sent.
  Reply reply{};
};

/// An HTTP/1.1 server on a free port of 127.0.0.1 that plays a script: each request gets the reply of the first
/// unused exchange it matches. A request that matches none gets a 418 and fails the test, and so does an
/// exchange that is unused at the end.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<ScriptedExchange> script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// All requests so far, in the order in which their last byte arrived.
  std::vector<ReceivedRequest> requests() const;

  /// Returns when `count` requests have arrived.
  void WaitForRequests(size_t count) const;

  /// Returns when the peers of `count` connections have closed them or their cut is done.
  void WaitForClosedConnections(size_t count) const;

 private:
  void Accept();
  void Serve(int socket, int connection);
  Reply Answer(ReceivedRequest request);

  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<ScriptedExchange> script_;
  std::vector<bool> used_;
  std::vector<ReceivedRequest> requests_;
  std::vector<std::string> unexpected_;
  std::vector<int> sockets_;  // Open ones.
  std::vector<std::thread> connections_;
  size_t closed_ = 0;
  bool stopping_ = false;
  std::thread acceptor_;
};

/// A port of 127.0.0.1 on which nobody listens.
int RefusingPort();

}  // namespace sagespark::testing_server
