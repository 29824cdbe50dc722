#include "sagespark/algo/linear_learner/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sagespark/linalg/rows.h"

namespace sagespark::algo {
namespace {

constexpr int64_t kBlockRows = 64;

double SparseProduct(const linalg::SparseRowsView& rows, int64_t row, std::span<const float> weights) {
  const int64_t begin = row == 0 ? 0 : rows.row_ends[static_cast<size_t>(row - 1)];
  double sum = 0;
  for (int64_t k = begin; k < rows.row_ends[static_cast<size_t>(row)]; ++k) {
    const auto entry = static_cast<size_t>(k);
    sum += static_cast<double>(rows.values[entry]) * weights[static_cast<size_t>(rows.indices[entry])];
  }
  return sum;
}

}  // namespace

double LogisticFunction(double z) { return 1 / (1 + std::exp(-z)); }

Result<linalg::Matrix<double>> LinearPredictor::Values(const linalg::RowsView& rows, ThreadPool& pool) const {
  if (linalg::ColumnCount(rows) != model_.feature_dim()) {
    return InvalidArgument(fmt::format("Rows have another length than the model's: {} features, the model has {}",
                                       linalg::ColumnCount(rows), model_.feature_dim()));
  }
  const int64_t count = linalg::RowCount(rows);
  linalg::Matrix<double> values(count, model_.outputs());
  pool.ParallelFor((count + kBlockRows - 1) / kBlockRows, [&](int64_t block) {
    const int64_t end = std::min((block + 1) * kBlockRows, count);
    for (int64_t output = 0; output < model_.outputs(); ++output) {
      const std::span<const float> weights = model_.weights.Row(output);
      for (int64_t row = block * kBlockRows; row < end; ++row) {
        const auto* sparse = std::get_if<linalg::SparseRowsView>(&rows);
        const double product =
            sparse != nullptr ? SparseProduct(*sparse, row, weights)
                              : linalg::DotProduct(std::get<linalg::MatrixView<const float>>(rows).Row(row), weights);
        values(row, output) = product + model_.bias[static_cast<size_t>(output)];
      }
    }
  });
  return values;
}

void LinearPredictor::Scores(std::span<const double> values, std::span<float> scores) const {
  if (model_.loss.loss == LinearLoss::kLogistic) {
    scores[0] = static_cast<float>(LogisticFunction(values[0]));
    return;
  }
  if (model_.loss.loss != LinearLoss::kSoftmax) {
    std::copy(values.begin(), values.end(), scores.begin());
    return;
  }
  const double maximum = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += std::exp(value - maximum);
  for (size_t c = 0; c < values.size(); ++c) scores[c] = static_cast<float>(std::exp(values[c] - maximum) / sum);
}

int64_t LinearPredictor::PredictedLabel(std::span<const double> values) const {
  if (model_.predictor_type == PredictorType::kMulticlassClassifier) {
    return std::max_element(values.begin(), values.end()) - values.begin();
  }
  const double score = model_.loss.loss == LinearLoss::kLogistic ? LogisticFunction(values[0]) : values[0];
  return score >= model_.threshold ? 1 : 0;
}

}  // namespace sagespark::algo
