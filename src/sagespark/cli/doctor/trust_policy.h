#pragma once

#include <string>
#include <string_view>

#include "sagespark/base/result.h"

namespace sagespark::cli {

/// Whether a role's trust policy (JSON) has a statement that lets `service` ("sagemaker.amazonaws.com") assume it. Conditions are not
/// evaluated. Fails with kCorruptData when it is no policy.
Result<bool> MayBeAssumedBy(std::string_view trust_policy, std::string_view service);

/// What such a statement looks like.
std::string TrustStatementFor(std::string_view service);

}  // namespace sagespark::cli
