#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/http/tls.h"

namespace sagespark::server {

/// A certificate authority of one data folder, made at its first start:
///
///   ca.pem  its certificate, for clients to trust (AWS_CA_BUNDLE); valid for ten years
///   ca.key  its key, readable by its user only
///
/// Its certificate allows it the host names of AWS and localhost only, so that who trusts it trusts it with no other.
/// Keys are on P-256. Thread-safe.
class CertificateAuthority {
 public:
  /// Fails with kCorruptData for files that are no certificate and key of each other's, kIo.
  static Result<CertificateAuthority> OpenOrCreate(const std::filesystem::path& folder);

  static std::filesystem::path CertificatePath(const std::filesystem::path& folder) { return folder / "ca.pem"; }

  CertificateAuthority(CertificateAuthority&&) noexcept;
  ~CertificateAuthority();

  /// A certificate with a new key for these names and numeric addresses, for a year.
  Result<http::TlsIdentity> Issue(const std::vector<std::string>& names, const std::vector<std::string>& addresses) const;

 private:
  struct Files;
  explicit CertificateAuthority(std::unique_ptr<Files> files);
  static Status Create(const std::filesystem::path& folder);

  std::unique_ptr<const Files> files_;
};

}  // namespace sagespark::server
