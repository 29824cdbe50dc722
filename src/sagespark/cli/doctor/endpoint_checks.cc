#include "sagespark/cli/doctor/endpoint_checks.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>

#include "sagespark/aws/client/http_client.h"
#include "sagespark/http/message.h"

namespace sagespark::cli {
namespace {

constexpr size_t kMostReplyBytes = 1 << 20;
constexpr milliseconds kPatience = std::chrono::seconds(40);  // A TLS handshake that failed is reported late.
constexpr int64_t kMostSkewSeconds = 5 * 60;                  // What SigV4 allows most services.
constexpr int64_t kSuspiciousSkewSeconds = 30;

struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

std::optional<aws::ClientConfig> CheckSettings(Findings& findings) {
  auto config = aws::LoadClientConfig();
  if (!config.ok()) {
    findings.Fail("settings", config.error().message(), "Set AWS_REGION, or for the local cloud run eval \"$(sagespark env)\"");
    return std::nullopt;
  }
  findings.Ok("settings", "region " + config->region + ", profile " + config->profile);
  return *std::move(config);
}

void CheckCaFile(const std::string& path, Findings& findings) {
  if (path.empty()) return;
  const std::string advice = "Set AWS_CA_BUNDLE to a PEM file of the authorities to trust; the local cloud's is ca.pem in its data folder";
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) return findings.Fail("ca file", "does not open: " + path, advice);
  int valid = 0;
  int all = 0;
  while (const std::unique_ptr<X509, CertificateDeleter> certificate{PEM_read_X509(file.get(), nullptr, nullptr, nullptr)}) {
    ++all;
    const bool has_begun = X509_cmp_current_time(X509_get0_notBefore(certificate.get())) < 0;
    if (has_begun && X509_cmp_current_time(X509_get0_notAfter(certificate.get())) > 0) ++valid;
  }
  const std::string counted = std::to_string(valid) + " of " + std::to_string(all) + " certificates are valid now: " + path;
  if (valid == 0) return findings.Fail("ca file", counted, advice);
  findings.Ok("ca file", counted);
}

std::optional<aws::HttpResponse> CheckReachable(aws::Service service, const aws::ClientConfig& config, Findings& findings) {
  const auto endpoint = aws::EndpointOf(service, config);
  const std::string advice = "Look whether the local cloud runs (sagespark serve) and the proxy and firewall settings let it be reached";
  if (!endpoint.ok()) {
    findings.Fail("endpoint", endpoint.error().message(), "Mend AWS_ENDPOINT_URL");
    return std::nullopt;
  }
  aws::HttpClient client({.connect_timeout = config.connect_timeout, .idle_timeout = config.read_timeout, .ca_bundle = config.ca_bundle});
  auto reply = client.Send({.endpoint = *endpoint}, kMostReplyBytes, {.deadline = Deadline::After(kPatience)});
  if (!reply.ok()) {
    findings.Fail("endpoint", reply.error().message(), advice);
    return std::nullopt;
  }
  findings.Ok("endpoint", endpoint->ToString() + " answers");
  return *std::move(reply);
}

void CheckClock(const aws::HttpHeaders& headers, const Clock& clock, Findings& findings) {
  const auto there = http::ParseHttpDate(headers.Get("Date"));
  if (!there) return findings.Warn("clock", "the endpoint's answer tells no time", "Compare the clocks yourself");
  const int64_t here = std::chrono::floor<std::chrono::seconds>(clock.Now()).time_since_epoch().count();
  const int64_t skew = here - *there;
  const std::string text = "this machine is " + std::to_string(skew < 0 ? -skew : skew) + " s " + (skew < 0 ? "behind" : "ahead of") + " the endpoint";
  const std::string advice = "Set this machine's clock: signatures are refused beyond five minutes";
  if (skew > kMostSkewSeconds || skew < -kMostSkewSeconds) return findings.Fail("clock", text, advice);
  if (skew > kSuspiciousSkewSeconds || skew < -kSuspiciousSkewSeconds) return findings.Warn("clock", text, advice);
  findings.Ok("clock", text);
}

}  // namespace sagespark::cli
