#pragma once

#include <string>
#include <string_view>

#include "sagespark/server/hosting/replica.h"

namespace sagespark::server {

/// Of a container's error, repeated to the client.
inline constexpr size_t kMostMessageBytes = 4 << 10;

/// A container's error, or what kept it from answering.
struct ModelFailure {
  std::string container;
  int status = 0;  ///< Of HTTP; 0 when there was no answer.
  std::string message;
};

/// What a reply that is no 2xx tells; `text` is its body's start where a sink took the body.
ModelFailure FailureOf(const ContainerReply& reply, std::string_view text = {});

/// In AWS's words: "Received client error (400) from primary with message ...".
std::string TextOf(const ModelFailure& failure, const std::string& endpoint, const std::string& account_id);

}  // namespace sagespark::server
