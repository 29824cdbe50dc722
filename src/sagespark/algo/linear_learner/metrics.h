#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sagespark/algo/linear_learner/calibration.h"
#include "sagespark/algo/linear_learner/params.h"
#include "sagespark/algo/linear_learner/predict.h"

namespace sagespark::algo {

/// One line of a model's report.
struct LinearMetric {
  std::string name;   ///< As the published logs have it: "binary_f_1.000".
  bool is_loss = false;
  double value = 0;

  friend bool operator==(const LinearMetric&, const LinearMetric&) = default;
};

/// The name of the loss in logs: "binary_classification_cross_entropy_objective", "mse_objective" ...
std::string LinearObjectiveName(LinearLoss loss);

/// The area under the ROC curve from rows one by one, in memory that does not grow: values are put in 2^20 bins by
/// sign, exponent and 11 bits of mantissa, and rows of one bin count as tied.
class RocCurve {
 public:
  RocCurve();
  void Add(double value, bool positive);
  /// 0.5 when there is only one class.
  double Area() const;

 private:
  std::vector<int64_t> positives_;
  std::vector<int64_t> negatives_;
};

/// Adds up a model's scores on a channel.
///
/// The metrics, in the order of the published logs; units are those of the label, and all rows weigh the same:
///   binary      objective, binary_classification_accuracy, binary_f_BETA, precision, recall, roc_auc_score
///   multiclass  objective, multiclass_accuracy, multiclass_top_k_accuracy_K, dcg, macro_recall, macro_precision, macro_f_BETA
///   regressor   objective, mse, rmse, absolute_loss
/// dcg is the mean of 1 / log2(1 + r), r the place (from 1) of the label's class by score; macro_* are means over the
/// classes that rows have or were given, of recall, precision (0 for a class never answered) and F.
class LinearEvaluator {
 public:
  /// `predictor` outlives the evaluator.
  LinearEvaluator(const LinearPredictor& predictor, const LinearLearnerParams& params);

  /// Takes the next rows. Errors: as LinearPredictor::Values and CheckLabels.
  Status Add(const linalg::RowsView& rows, std::span<const float> labels, ThreadPool& pool);

  int64_t rows() const { return rows_; }

  /// Needs a row.
  std::vector<LinearMetric> Metrics() const;

 private:
  void AddRow(std::span<const double> values, float label);
  void AddMulticlass(std::span<const double> values, int64_t label);
  std::vector<LinearMetric> BinaryMetrics() const;
  std::vector<LinearMetric> MulticlassMetrics() const;
  std::vector<LinearMetric> RegressionMetrics() const;

  const LinearPredictor& predictor_;
  LinearLearnerParams params_;
  int64_t rows_ = 0;
  double loss_ = 0;
  BinaryCounts counts_;
  std::vector<RocCurve> roc_;  // One, for binary classifiers.
  double squares_ = 0;
  double sizes_ = 0;
  std::vector<int64_t> hits_, answered_, actual_;  // Of each class.
  int64_t in_top_k_ = 0;
  double gain_ = 0;
};

}  // namespace sagespark::algo
