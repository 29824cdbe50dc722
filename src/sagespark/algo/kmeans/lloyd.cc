#include "sagespark/algo/kmeans/lloyd.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sagespark/algo/kmeans/row_groups.h"
#include "sagespark/linalg/nearest_centers.h"
#include "sagespark/linalg/rows.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using linalg::MatrixView;

class Lloyd {
 public:
  Lloyd(MatrixView<const float> points, std::span<const double> weights, Matrix<float> centers, ThreadPool& pool)
      : points_(points), weights_(weights), centers_(std::move(centers)), pool_(pool), nearest_(points.rows()),
        costs_(points.rows()) {}

  // Sends each point to its nearest center; returns the objective.
  double Assign() {
    linalg::NearestCenters(centers_.view()).Find(points_, pool_, nearest_, costs_);
    double objective = 0;
    for (size_t i = 0; i < costs_.size(); ++i) objective += costs_[i] *= weights_[i];
    return objective;
  }

  void MoveCenters() {
    const RowGroups groups(nearest_, centers_.rows());
    std::vector<char> lost(centers_.rows());  // Not bool: threads write neighbours.
    pool_.ParallelFor(centers_.rows(), [&](int64_t center) {
      lost[center] = !MoveToMean(groups.Of(center), centers_.Row(center));
    });
    for (int64_t center = 0; center < centers_.rows(); ++center) {
      if (lost[center]) MoveToCostliestPoint(center);
    }
  }

  Matrix<float> TakeCenters() { return std::move(centers_); }

 private:
  bool MoveToMean(std::span<const int64_t> rows, std::span<float> center) const {
    std::vector<double> sums(center.size());
    double weight = 0;
    for (const int64_t row : rows) {
      linalg::AddScaled(weights_[row], points_.Row(row), sums);
      weight += weights_[row];
    }
    if (!(weight > 0)) return false;
    for (size_t col = 0; col < center.size(); ++col) center[col] = static_cast<float>(sums[col] / weight);
    return true;
  }

  void MoveToCostliestPoint(int64_t center) {
    const auto costliest = std::max_element(costs_.begin(), costs_.end());
    if (!(*costliest > 0)) return;  // All points lie on centers: nothing to gain anywhere.
    const std::span<const float> point = points_.Row(costliest - costs_.begin());
    std::copy(point.begin(), point.end(), centers_.Row(center).begin());
    *costliest = 0;
  }

  MatrixView<const float> points_;
  std::span<const double> weights_;
  Matrix<float> centers_;
  ThreadPool& pool_;
  std::vector<int32_t> nearest_;
  std::vector<double> costs_;  // Of each point: weight times squared distance to its center.
};

}  // namespace

LloydFit FitLloyd(MatrixView<const float> points, std::span<const double> weights, Matrix<float> centers,
                  const LloydLimits& limits, ThreadPool& pool) {
  Lloyd lloyd(points, weights, std::move(centers), pool);
  LloydFit fit;
  fit.objective = lloyd.Assign();
  while (fit.iterations < limits.max_iterations) {
    lloyd.MoveCenters();
    ++fit.iterations;
    const double objective = lloyd.Assign();
    const double fall = fit.objective - objective;
    fit.objective = objective;
    if (fall <= limits.tolerance * (objective + fall)) break;
  }
  fit.centers = lloyd.TakeCenters();
  return fit;
}

}  // namespace sagespark::algo
