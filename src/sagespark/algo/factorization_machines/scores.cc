#include "sagespark/algo/factorization_machines/scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sagespark::algo {

Status CheckLabels(FactorizationMachinesTask task, std::span<const float> labels, int64_t row_number) {
  const bool is_regressor = task == FactorizationMachinesTask::kRegressor;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (is_regressor ? std::isfinite(labels[i]) : labels[i] == 0 || labels[i] == 1) continue;
    return CorruptData(fmt::format("Data has a label that is {}: row {}, label {}",
                                   is_regressor ? "not finite" : "neither 0 nor 1", row_number + static_cast<int64_t>(i),
                                   labels[i]));
  }
  return Status::Ok();
}

float LogisticScore(double margin) { return static_cast<float>(1 / (1 + std::exp(-margin))); }

void FactorizationMachinesScores::Add(double margin, double label) {
  ++rows_;
  if (task_ == FactorizationMachinesTask::kRegressor) {
    squares_ += (margin - label) * (margin - label);
    absolutes_ += std::abs(margin - label);
    return;
  }
  // -log of the probability of the label, in the form that does not overflow.
  cross_entropy_ += std::max(margin, 0.0) - label * margin + std::log1p(std::exp(-std::abs(margin)));
  const bool predicted = LabelOf(LogisticScore(margin)) == 1;
  const bool actual = label == 1;
  true_positives_ += predicted && actual ? 1 : 0;
  false_positives_ += predicted && !actual ? 1 : 0;
  false_negatives_ += !predicted && actual ? 1 : 0;
}

std::vector<NamedScore> FactorizationMachinesScores::Named() const {
  const auto rows = static_cast<double>(rows_);
  if (task_ == FactorizationMachinesTask::kRegressor) {
    return {{.name = "rmse", .value = std::sqrt(squares_ / rows)},
            {.name = "mse", .value = squares_ / rows},
            {.name = "absolute_loss", .value = absolutes_ / rows}};
  }
  const auto wrong = static_cast<double>(false_positives_ + false_negatives_);
  const auto found = static_cast<double>(2 * true_positives_);
  return {{.name = "binary_classification_accuracy", .is_loss = false, .value = 1 - wrong / rows},
          {.name = "binary_classification_cross_entropy", .value = cross_entropy_ / rows},
          {.name = "binary_f_1.000", .is_loss = false, .value = found == 0 ? 0 : found / (found + wrong)}};
}

}  // namespace sagespark::algo
