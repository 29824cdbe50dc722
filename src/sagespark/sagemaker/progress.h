#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sagespark/base/clock.h"

namespace sagespark::sagemaker {

/// Takes lines for people about a fit: status changes and the training log's metrics. Called on the fitting thread.
using ProgressListener = std::function<void(std::string_view line)>;

/// Writes each line to standard error.
ProgressListener PrintProgress();

/// "2026-11-21 14:25:00 Starting - Preparing the instances for training", the time in UTC.
std::string StatusLine(SystemTime time, std::string_view status, std::string_view message);

}  // namespace sagespark::sagemaker
