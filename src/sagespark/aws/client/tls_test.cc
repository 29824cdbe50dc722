// HTTPS against a server with a certificate of its own.

#include <unistd.h>

#include <filesystem>

#include "sagespark/aws/client/http_client.h"
#include "sagespark/base/process.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::aws {
namespace {

constexpr const char* kOpenssl = "/usr/bin/openssl";

/// An `openssl s_server` on a free port whose certificate, for "localhost", is in cert().
class TlsServer {
 public:
  TlsServer() { std::filesystem::create_directories(folder_); }
  ~TlsServer() {
    process_.reset();
    std::filesystem::remove_all(folder_);
  }

  Status Start() {
    SAGESPARK_ASSIGN_OR_RETURN(
        const auto maker,
        Process::Start({.arguments = {kOpenssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                                      "-nodes", "-keyout", folder_ + "/key.pem", "-out", cert(), "-days", "2", "-subj",
                                      "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"}}));
    if (!maker->Wait().ok()) return InternalError("No certificate was made");
    SAGESPARK_ASSIGN_OR_RETURN(
        process_, Process::Start({.arguments = {kOpenssl, "s_server", "-accept", "127.0.0.1:0", "-cert", cert(), "-key",
                                                folder_ + "/key.pem", "-www"}}));
    const Wakeup wakeup;
    std::string output;
    const std::string mark = "ACCEPT 127.0.0.1:";
    while (output.find(mark) == std::string::npos || !output.ends_with('\n')) {
      if (process_->WaitForEvent(wakeup, Deadline::After(std::chrono::seconds(20)), output) != ProcessEvent::kOutput) {
        return InternalError("The server did not start: " + output);
      }
    }
    port_ = static_cast<uint16_t>(std::stoi(output.substr(output.find(mark) + mark.size())));
    return Status::Ok();
  }

  std::string cert() const { return folder_ + "/cert.pem"; }
  HttpRequest Request(const std::string& host) const {
    return {.endpoint = {.tls = true, .host = host, .port = port_}, .path = "/"};
  }

 private:
  const std::string folder_ = testing::TempDir() + "tls_test_" + std::to_string(::getpid());
  std::unique_ptr<Process> process_;
  uint16_t port_ = 0;
};

TEST(TlsTest, TrustsTheAuthoritiesOfTheCaBundleAndNoOthers) {
  TlsServer server;
  ASSERT_OK(server.Start());
  HttpClient trusting({.ca_bundle = server.cert()});
  ASSERT_OK_AND_ASSIGN(const HttpResponse reply, trusting.Send(server.Request("localhost"), 1 << 20));
  EXPECT_EQ(reply.status, 200);
  // A failed handshake is held back for 10 to 30 s, against timing attacks: no wait for its error here.
  const auto in_a_second = [] { return CallOptions{.deadline = Deadline::After(std::chrono::seconds(1))}; };
  EXPECT_FALSE(trusting.Send(server.Request("127.0.0.1"), 1 << 20, in_a_second()).ok()) << "The name was not checked";
  HttpClient other;
  EXPECT_FALSE(other.Send(server.Request("localhost"), 1 << 20, in_a_second()).ok()) << "The issuer was not checked";
}

}  // namespace
}  // namespace sagespark::aws
