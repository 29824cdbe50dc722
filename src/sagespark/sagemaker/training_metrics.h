#pragma once

#include <map>
#include <string>

#include "sagespark/aws/model/sagemaker.h"

namespace sagespark::sagemaker {

/// The job's final metrics by name; of several with one name the last.
std::map<std::string, double> FinalMetrics(const aws::sagemaker::DescribeTrainingJobResponse& job);

/// "test:msd = 0.5, train:progress = 100".
std::string MetricsText(const std::map<std::string, double>& metrics);

}  // namespace sagespark::sagemaker
