#include "sagespark/cli/doctor/local_checks.h"

#include <unistd.h>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/client/sts_client.h"
#include "sagespark/base/version.h"
#include "sagespark/cli/doctor/endpoint_checks.h"
#include "sagespark/server/data_folder.h"
#include "sagespark/server/jobs/container_images.h"
#include "sagespark/server/jobs/ml_mount.h"

namespace sagespark::cli {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kGigabyte = uint64_t{1} << 30;
constexpr uint64_t kLittleBytes = 10 * kGigabyte;
constexpr const char* kAlgorithms[] = {"kmeans", "pca", "linear-learner", "factorization-machines", "lda", "xgboost"};
constexpr const char* kPointHere = "Run eval \"$(sagespark env)\" in this shell";

void CheckVersion(const aws::HttpHeaders& headers, Findings& findings) {
  const std::string server = headers.Get("Server");
  const std::string own = NameAndVersion();
  if (server == own) return findings.Ok("version", "the server is " + own + ", as this program is");
  findings.Warn("version", "this program is " + own + ", the server " + (server.empty() ? "does not say what it is" : "is " + server),
                "Start the server anew with this installation's sagespark serve, if it is to be a sagespark");
}

void CheckSignature(const aws::ClientConfig& config, Findings& findings) {
  const auto caller = aws::MakeStsClient(aws::MakeClientContext(config))->GetCallerIdentity();
  if (!caller.ok()) return findings.Fail("signature", caller.error().message(), std::string(kPointHere) + ": the key pair must be the data folder's");
  findings.Ok("signature", "accepted; the caller is " + caller->arn);
}

void CheckEndpoint(Findings& findings) {
  const auto config = CheckSettings(findings);
  if (!config) return;
  CheckCaFile(config->ca_bundle, findings);
  if (!config->endpoints.contains(aws::Service::kSts)) {
    return findings.Warn("endpoint", "AWS_ENDPOINT_URL is not set: programs started from here go to AWS", kPointHere);
  }
  const auto reply = CheckReachable(aws::Service::kSts, *config, findings);
  if (!reply) return;
  CheckVersion(reply->headers, findings);
  CheckClock(reply->headers, Clock::System(), findings);
  CheckSignature(*config, findings);
}

void CheckDataFolder(const fs::path& path, Findings& findings) {
  const auto folder = server::DataFolder::OpenForClient(path);
  if (!folder.ok() && folder.error().kind() == ErrorKind::kNotFound) {
    return findings.Warn("data folder", "there is none yet: " + path.string(), "sagespark serve makes it; with --data-dir another one");
  }
  if (!folder.ok()) {
    return findings.Fail("data folder", folder.error().message(), "Use the version of sagespark that made it, or another --data-dir");
  }
  findings.Ok("data folder", "its format can be read: " + path.string());
  const auto address = folder->ReadAddress();
  if (!address.ok()) return findings.Warn("server", address.error().message(), "sagespark serve starts one");
  findings.Ok("server", "the data folder is served at " + *address);
  const auto config = aws::LoadClientConfig();
  if (!config.ok()) return;
  const auto endpoint = config->endpoints.find(aws::Service::kSageMaker);
  if (endpoint == config->endpoints.end() || endpoint->second == *address) return;
  findings.Warn("server", "AWS_ENDPOINT_URL names another one: " + endpoint->second, kPointHere);
}

/// The nearest folder above that is there.
fs::path Existing(fs::path path) {
  std::error_code error;
  path = fs::absolute(path, error);
  while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  return path;
}

void CheckDisk(const fs::path& data_dir, Findings& findings) {
  std::error_code error;
  const fs::space_info space = fs::space(Existing(data_dir), error);
  if (error) return findings.Warn("disk", "free space cannot be found out: " + error.message(), "Look at it with df");
  const std::string text = std::to_string(space.available / kGigabyte) + " GiB are free where the data folder is";
  if (space.available < kGigabyte) return findings.Fail("disk", text, "Make room: objects, models and logs are kept there");
  if (space.available < kLittleBytes) return findings.Warn("disk", text, "Make room before large jobs, or use another --data-dir");
  findings.Ok("disk", text);
}

void CheckAlgorithms(Findings& findings) {
  const auto images = server::ContainerImages::OfThisInstallation();
  std::string missing;
  for (const char* algorithm : kAlgorithms) {
    const auto program = images.Find(algorithm);
    const bool runs = program.ok() && access(program->command.front().c_str(), X_OK) == 0;
    if (!runs) missing += (missing.empty() ? "" : ", ") + std::string(algorithm);
  }
  if (missing.empty()) return findings.Ok("algorithms", "the programs of all six are here");
  findings.Fail("algorithms", "programs are missing: " + missing,
                "Install bin/sagespark-container and libexec/sagespark beside the folder of this program");
}

void CheckNamespaces(Findings& findings) {
  const fs::path scratch = fs::temp_directory_path() / ("sagespark-doctor-" + std::to_string(getpid()));
  std::error_code error;
  fs::create_directories(scratch, error);
  const bool allowed = !error && server::MountsAreAllowed(scratch);
  fs::remove_all(scratch, error);
  if (allowed) return findings.Ok("mount namespaces", "allowed: own images find their files at /opt/ml");
  findings.Warn("mount namespaces", "not allowed here: own images find their files where SAGESPARK_ML_ROOT says, not at /opt/ml",
                "Allow user namespaces (sysctl kernel.unprivileged_userns_clone), or have own images read SAGESPARK_ML_ROOT");
}

}  // namespace

Findings CheckLocalCloud(const fs::path& data_dir) {
  Findings findings;
  CheckEndpoint(findings);
  CheckDataFolder(data_dir, findings);
  CheckDisk(data_dir, findings);
  CheckAlgorithms(findings);
  CheckNamespaces(findings);
  return findings;
}

}  // namespace sagespark::cli
