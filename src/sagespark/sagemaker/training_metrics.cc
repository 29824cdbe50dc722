#include "sagespark/sagemaker/training_metrics.h"

#include <cstdio>

namespace sagespark::sagemaker {

std::map<std::string, double> FinalMetrics(const aws::sagemaker::DescribeTrainingJobResponse& job) {
  std::map<std::string, double> metrics;
  for (const auto& metric : job.final_metric_data_list) {
    if (metric.metric_name && metric.value) metrics[*metric.metric_name] = *metric.value;
  }
  return metrics;
}

std::string MetricsText(const std::map<std::string, double>& metrics) {
  std::string text;
  for (const auto& [name, value] : metrics) {
    char number[32];
    std::snprintf(number, sizeof(number), "%g", value);
    text += (text.empty() ? "" : ", ") + name + " = " + number;
  }
  return text;
}

}  // namespace sagespark::sagemaker
