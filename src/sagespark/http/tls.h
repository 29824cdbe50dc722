#pragma once

#include <functional>
#include <string>

#include "sagespark/base/result.h"

namespace sagespark::http {

/// Who a server is: a certificate with the chain behind it, and its key, both PEM.
struct TlsIdentity {
  std::string certificate_chain;
  std::string private_key;
};

/// The identity for the host that a client names in its first TLS message, in lower case; "" when it names none, as for
/// addresses. An error ends the handshake. Called once a host, then remembered.
using TlsIdentities = std::function<Result<TlsIdentity>(const std::string& host)>;

}  // namespace sagespark::http
