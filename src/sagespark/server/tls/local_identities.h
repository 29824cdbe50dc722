#pragma once

#include <memory>
#include <string>

#include "sagespark/http/tls.h"
#include "sagespark/server/tls/certificate_authority.h"

namespace sagespark::server {

/// Whether `host` is AWS's name of a service that the local cloud serves, in any region: "s3.eu-west-1.amazonaws.com",
/// "bucket.s3.amazonaws.com", "api.sagemaker.us-east-1.amazonaws.com", "iam.amazonaws.com"; in China ".com.cn".
bool IsServedAwsHost(const std::string& host);

/// Certificates of `authority` for this machine's names, `listen_host` (a numeric address) and the hosts above. Others get none.
http::TlsIdentities LocalIdentities(std::shared_ptr<const CertificateAuthority> authority, const std::string& listen_host);

}  // namespace sagespark::server
