#pragma once

#include <optional>
#include <string>

#include "sagespark/aws/client/config.h"
#include "sagespark/aws/client/http_message.h"
#include "sagespark/base/clock.h"
#include "sagespark/cli/doctor/finding.h"

namespace sagespark::cli {

/// Reads the settings as all AWS clients of this project do; nothing when they do not fit.
std::optional<aws::ClientConfig> CheckSettings(Findings& findings);

/// Whether AWS_CA_BUNDLE holds certificates that are valid now; nothing is found where none is set.
void CheckCaFile(const std::string& path, Findings& findings);

/// Asks a service for "/", unsigned, and returns whatever it answers; nothing when it does not.
std::optional<aws::HttpResponse> CheckReachable(aws::Service service, const aws::ClientConfig& config, Findings& findings);

/// Compares this machine's clock with an answer's Date: signatures are good for minutes only.
void CheckClock(const aws::HttpHeaders& headers, const Clock& clock, Findings& findings);

}  // namespace sagespark::cli
