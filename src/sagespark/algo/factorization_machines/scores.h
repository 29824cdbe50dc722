#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sagespark/algo/factorization_machines/params.h"
#include "sagespark/base/result.h"

namespace sagespark::algo {

/// Fails with kCorruptData, naming the row, counted from `row_number` for the first, and the label, when a classifier's is
/// neither 0 nor 1, or a regressor's is not finite.
Status CheckLabels(FactorizationMachinesTask task, std::span<const float> labels, int64_t row_number);

/// One metric, as the log has it: `train rmse <loss>=0.5`.
struct NamedScore {
  std::string name;
  bool is_loss = true;  ///< Less is better.
  double value = 0;
};

/// Adds up how well rows are predicted.
class FactorizationMachinesScores {
 public:
  explicit FactorizationMachinesScores(FactorizationMachinesTask task) : task_(task) {}

  /// @param margin  the machine's output y(x): of a classifier before the logistic function.
  /// @param label   0 or 1 of a classifier.
  void Add(double margin, double label);

  int64_t rows() const { return rows_; }

  /// The sum of the losses that training minimizes; not finite when it has diverged.
  double loss() const { return task_ == FactorizationMachinesTask::kRegressor ? squares_ / 2 : cross_entropy_; }

  /// Regressor: rmse, mse, absolute_loss. Classifier, threshold 0.5: binary_classification_accuracy,
  /// binary_classification_cross_entropy (natural logarithm, mean of the rows), binary_f_1.000 (binary_f_beta of beta 1; 0 when no row
  /// of class 1 was found). Needs a row.
  std::vector<NamedScore> Named() const;

 private:
  FactorizationMachinesTask task_;
  int64_t rows_ = 0;
  double squares_ = 0;
  double absolutes_ = 0;
  double cross_entropy_ = 0;
  int64_t true_positives_ = 0;
  int64_t false_positives_ = 0;
  int64_t false_negatives_ = 0;
};

/// 1 / (1 + e^-margin), as float: the score of a classifier.
float LogisticScore(double margin);

/// The predicted label of a score: 1 from 0.5 on.
inline float LabelOf(float score) { return score >= 0.5F ? 1.0F : 0.0F; }

}  // namespace sagespark::algo
