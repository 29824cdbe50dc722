#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sagespark/algo/kmeans/artifact.h"
#include "sagespark/algo/kmeans/params.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {
class NearestCenters;
}

namespace sagespark::algo {

/// Assigns rows to the closest center of a model.
/// Thread safety: const methods may run concurrently, on different pools.
class KMeansPredictor {
 public:
  explicit KMeansPredictor(KMeansModel model);
  KMeansPredictor(KMeansPredictor&&) noexcept;
  KMeansPredictor& operator=(KMeansPredictor&&) noexcept;
  ~KMeansPredictor();

  const KMeansModel& model() const { return *model_; }

  /// @param rows      n x feature_dim.
  /// @param clusters  receives n numbers of closest centers, from 0, the lowest on ties: `closest_cluster`.
  /// @param distances receives n Euclidean distances to them (not squared), feature units: `distance_to_cluster`.
  /// Errors: kInvalidArgument when the rows' length is not feature_dim; kCorruptData for NaN or infinity, with row and
  ///         column.
  Status Predict(linalg::MatrixView<const float> rows, ThreadPool& pool, std::span<float> clusters,
                 std::span<float> distances) const;

 private:
  friend class KMeansEvaluator;
  Status Assign(linalg::MatrixView<const float> rows, ThreadPool& pool, std::span<int32_t> clusters,
                std::span<double> squared_distances) const;

  std::unique_ptr<KMeansModel> model_;  // In one place: the index below looks into it.
  std::unique_ptr<linalg::NearestCenters> nearest_;
};

/// Adds up a model's scores on the test channel.
class KMeansEvaluator {
 public:
  /// `predictor` outlives the evaluator.
  explicit KMeansEvaluator(const KMeansPredictor& predictor) : predictor_(predictor) {}

  /// Takes the next rows. Errors as KMeansPredictor::Predict, saying how many rows came before these.
  Status Add(linalg::MatrixView<const float> rows, ThreadPool& pool);

  int64_t rows() const { return rows_; }

  /// Squared feature units. kMsd needs a row.
  double Score(EvalMetric metric) const;

 private:
  const KMeansPredictor& predictor_;
  int64_t rows_ = 0;
  double sum_of_squared_distances_ = 0;
};

}  // namespace sagespark::algo
