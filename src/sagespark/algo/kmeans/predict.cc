#include "sagespark/algo/kmeans/predict.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>

#include "sagespark/linalg/nearest_centers.h"
#include "sagespark/linalg/rows.h"

namespace sagespark::algo {

KMeansPredictor::KMeansPredictor(KMeansModel model)
    : model_(std::make_unique<KMeansModel>(std::move(model))),
      nearest_(std::make_unique<linalg::NearestCenters>(std::as_const(model_->centers).view())) {}

KMeansPredictor::KMeansPredictor(KMeansPredictor&&) noexcept = default;
KMeansPredictor& KMeansPredictor::operator=(KMeansPredictor&&) noexcept = default;
KMeansPredictor::~KMeansPredictor() = default;

Status KMeansPredictor::Predict(linalg::MatrixView<const float> rows, ThreadPool& pool, std::span<float> clusters,
                                std::span<float> distances) const {
  SAGESPARK_CHECK(static_cast<int64_t>(clusters.size()) == rows.rows() && distances.size() == clusters.size());
  std::vector<int32_t> nearest(rows.rows());
  std::vector<double> squared_distances(rows.rows());
  SAGESPARK_RETURN_IF_ERROR(Assign(rows, pool, nearest, squared_distances));
  for (size_t row = 0; row < nearest.size(); ++row) {
    clusters[row] = static_cast<float>(nearest[row]);
    distances[row] = static_cast<float>(std::sqrt(squared_distances[row]));
  }
  return Status::Ok();
}

Status KMeansPredictor::Assign(linalg::MatrixView<const float> rows, ThreadPool& pool, std::span<int32_t> clusters,
                               std::span<double> squared_distances) const {
  if (rows.cols() != model_->feature_dim()) {
    return InvalidArgument(fmt::format("Rows have another length than the model's feature_dim: {}, feature_dim {}",
                                       rows.cols(), model_->feature_dim()));
  }
  for (int64_t row = 0; row < rows.rows(); ++row) {
    if (const auto column = linalg::FirstNotFinite(rows.Row(row))) {
      return CorruptData(fmt::format("Data has a value that is not finite: row {}, column {}", row, *column));
    }
  }
  nearest_->Find(rows, pool, clusters, squared_distances);
  return Status::Ok();
}

Status KMeansEvaluator::Add(linalg::MatrixView<const float> rows, ThreadPool& pool) {
  std::vector<int32_t> nearest(rows.rows());
  std::vector<double> squared_distances(rows.rows());
  const Status assigned = predictor_.Assign(rows, pool, nearest, squared_distances);
  if (!assigned.ok()) return assigned.error().WithContext(fmt::format("After {} test rows", rows_));
  for (const double squared_distance : squared_distances) sum_of_squared_distances_ += squared_distance;
  rows_ += rows.rows();
  return Status::Ok();
}

double KMeansEvaluator::Score(EvalMetric metric) const {
  if (metric == EvalMetric::kSsd) return sum_of_squared_distances_;
  SAGESPARK_DCHECK(rows_ > 0);
  return sum_of_squared_distances_ / static_cast<double>(rows_);
}

}  // namespace sagespark::algo
