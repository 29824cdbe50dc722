#include "sagespark/algo/xgboost/held_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sagespark/algo/xgboost/metrics.h"
#include "sagespark/algo/xgboost/predict.h"

namespace sagespark::algo {
namespace {

double Mean(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

HeldOutPredictions::HeldOutPredictions(const XGBoostParams& params, std::vector<float> labels)
    : objective_(params.objective), has_classes_(HasClasses(params)), labels_(std::move(labels)), values_(labels_.size()) {
  if (has_classes_) classes_.resize(labels_.size());
}

void HeldOutPredictions::Add(const std::vector<int32_t>& rows, const XGBoostPredictions& predictions) {
  const auto width = static_cast<size_t>(predictions.width);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<size_t>(rows[i]);
    const float* values = predictions.values.data() + i * width;
    values_[row].push_back(*std::max_element(values, values + width));
    if (has_classes_) classes_[row].push_back(PredictedClass(objective_, values, predictions.width));
  }
}

std::string HeldOutPredictions::Csv() const {
  std::string csv;
  for (size_t row = 0; row < labels_.size(); ++row) {
    csv += fmt::format("{:.6f},{:.6f}", labels_[row], Mean(values_[row]));
    if (has_classes_) csv += fmt::format(",{:.6f}", MostFrequent(classes_[row]));
    csv += '\n';
  }
  return csv;
}

}  // namespace sagespark::algo
