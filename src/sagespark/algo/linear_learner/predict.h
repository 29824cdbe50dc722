#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/algo/linear_learner/artifact.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// Answers rows with a model. Thread safety: const methods may run concurrently.
class LinearPredictor {
 public:
  explicit LinearPredictor(LinearModel model) : model_(std::move(model)) {}

  const LinearModel& model() const { return model_; }

  /// z of every row, rows x outputs, in double.
  /// Errors: kInvalidArgument for another length of row than the model's.
  Result<linalg::Matrix<double>> Values(const linalg::RowsView& rows, ThreadPool& pool) const;

  /// Turns the values of one row into its scores: probabilities for the logistic and the softmax loss, else as they
  /// are.
  void Scores(std::span<const double> values, std::span<float> scores) const;

  /// The label of a row with these values: 1 where the score is at least the threshold, or the class with the largest
  /// value, the first on ties. Not for a regressor.
  int64_t PredictedLabel(std::span<const double> values) const;

 private:
  LinearModel model_;
};

/// 1 / (1 + exp(-z)).
double LogisticFunction(double z);

}  // namespace sagespark::algo
