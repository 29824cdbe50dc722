// Invokes an endpoint over keep-alive connections, one request at a time on each, and prints a line of JSON: requests a second, the median
// and the 99th percentile of their times in milliseconds, how many were not answered with 200.
// bench/invocations.py uses it.
// usage: invocations_bench PORT ENDPOINT BODY CONNECTIONS SECONDS; region and credentials come from AWS_REGION and AWS_ACCESS_KEY_ID ...

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/aws/sigv4/verify.h"
#include "sagespark/base/digest.h"

namespace sagespark::bench {
namespace {

using Time = std::chrono::steady_clock::time_point;

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string("Not set: ") + name);
  return value;
}

/// One signed request; its signature holds for 15 minutes.
std::string SignedRequest(const std::string& port, const std::string& endpoint, const std::string& body) {
  char time[32];
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::strftime(time, sizeof(time), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &parts));
  const std::string path = "/endpoints/" + endpoint + "/invocations";
  const std::string host = "127.0.0.1:" + port;
  aws::sigv4::Authorization authorization{.access_key_id = FromEnvironment("AWS_ACCESS_KEY_ID"),
                                          .date = std::string(time, 8),
                                          .region = FromEnvironment("AWS_REGION"),
                                          .service = "sagemaker",
                                          .time = time,
                                          .signed_headers = {"content-type", "host", "x-amz-date"}};
  const aws::sigv4::RequestView view{.method = "POST",
                                     .raw_path = path,
                                     .raw_query = "",
                                     .headers = {{"Content-Type", "text/csv"}, {"Host", host}, {"X-Amz-Date", time}}};
  const std::string key = aws::sigv4::SigningKey(FromEnvironment("AWS_SECRET_ACCESS_KEY"), authorization);
  const std::string signature = aws::sigv4::ComputeSignature(view, authorization, key, Sha256Hex(body));
  return "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: text/csv\r\nAccept: text/csv\r\nX-Amz-Date: " + time +
         "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" + authorization.access_key_id + "/" + authorization.Scope() +
         ", SignedHeaders=content-type;host;x-amz-date, Signature=" + signature + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

int Connect(const std::string& port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) throw std::runtime_error("Cannot connect");
  return descriptor;
}

/// Whether `reply` is whole: head, and a body of its Content-Length.
bool IsWhole(std::string_view reply) {
  const size_t head_end = reply.find("\r\n\r\n");
  if (head_end == reply.npos) return false;
  for (const char* name : {"Content-Length: ", "content-length: "}) {
    const size_t at = reply.find(name);
    if (at < head_end) return reply.size() >= head_end + 4 + std::strtoul(reply.data() + at + 16, nullptr, 10);
  }
  throw std::runtime_error("A reply has no Content-Length");
}

struct Connection {
  int descriptor;
  Time sent{};
  std::string reply;
};

class Load {
 public:
  Load(const std::string& port, std::string request, size_t connections) : request_(std::move(request)) {
    for (size_t i = 0; i < connections; ++i) connections_.push_back({Connect(port)});
    for (size_t i = 0; i < connections; ++i) {
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].descriptor, &event);
      Send(connections_[i]);
    }
  }

  /// Until `end`; only replies after `start` count.
  void Run(Time start, Time end) {
    std::vector<epoll_event> events(connections_.size());
    for (Time now = std::chrono::steady_clock::now(); now < end; now = std::chrono::steady_clock::now()) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < ready; ++i) Receive(connections_[events[static_cast<size_t>(i)].data.u64], start);
    }
  }

  void Print(double seconds) {
    std::sort(times_.begin(), times_.end());
    const auto at = [&](double part) { return times_.empty() ? 0 : times_[static_cast<size_t>(part * static_cast<double>(times_.size() - 1))]; };
    std::printf("{\"per_second\": %.1f, \"p50\": %.3f, \"p99\": %.3f, \"failed\": %d}\n", static_cast<double>(times_.size()) / seconds, at(0.5),
                at(0.99), failed_);
  }

 private:
  void Send(Connection& connection) {
    connection.sent = std::chrono::steady_clock::now();
    if (send(connection.descriptor, request_.data(), request_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request_.size())) {
      throw std::runtime_error("A request cannot be sent");
    }
  }

  void Receive(Connection& connection, Time start) {
    char buffer[16 << 10];
    const ssize_t size = recv(connection.descriptor, buffer, sizeof(buffer), 0);
    if (size <= 0) throw std::runtime_error("A connection was closed");
    connection.reply.append(buffer, static_cast<size_t>(size));
    if (!IsWhole(connection.reply)) return;
    const Time now = std::chrono::steady_clock::now();
    if (connection.reply.compare(9, 3, "200") != 0 && failed_++ == 0) std::fprintf(stderr, "%s\n", connection.reply.c_str());
    if (now >= start) times_.push_back(std::chrono::duration<double, std::milli>(now - connection.sent).count());
    connection.reply.clear();
    Send(connection);
  }

  const std::string request_;
  const int epoll_ = epoll_create1(0);
  std::vector<Connection> connections_;
  std::vector<double> times_;  ///< Milliseconds.
  int failed_ = 0;
};

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() != 5) return 64;
  const double seconds = std::stod(arguments[4]);
  Load load(arguments[0], SignedRequest(arguments[0], arguments[1], arguments[2]), std::stoul(arguments[3]));
  const Time start = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);  // Connections and threads are made before.
  load.Run(start, start + std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(seconds)));
  load.Print(seconds);
  return 0;
}

}  // namespace
}  // namespace sagespark::bench

int main(int argc, char** argv) {
  try {
    return sagespark::bench::Main({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
