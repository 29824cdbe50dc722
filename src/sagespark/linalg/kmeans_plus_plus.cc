#include "sagespark/linalg/kmeans_plus_plus.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sagespark/base/result.h"
#include "sagespark/linalg/gemm.h"
#include "sagespark/linalg/rows.h"
#include "sagespark/linalg/sampling.h"

namespace sagespark::linalg {
namespace {

constexpr int64_t kBlockRows = 256;

// The picked rows, and what each row adds to the sum of weighted squared distances to the nearest of them.
class Seeding {
 public:
  Seeding(MatrixView<const float> points, std::span<const double> weights, ThreadPool& pool)
      : points_(points), weights_(weights), pool_(pool), costs_(points.rows(), kUnbounded),
        norms_(points.rows()), picked_(points.rows(), false) {
    for (int64_t row = 0; row < points.rows(); ++row) norms_[row] = std::sqrt(SquaredNorm(points.Row(row)));
  }

  void PickFirst(RandomStream& random) {
    const int64_t row = ProportionalSampler(weights_).Sample(random);
    Accept(row, CostsWith({row}).front());
  }

  void PickNext(int64_t draws, RandomStream& random) {
    const ProportionalSampler sampler(costs_);
    if (!(sampler.total() > 0)) return PickLowestLeft();
    std::vector<int64_t> candidates(draws);
    for (int64_t& candidate : candidates) candidate = sampler.Sample(random);
    std::vector<std::vector<double>> costs = CostsWith(candidates);
    size_t best = 0;
    double best_sum = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < candidates.size(); ++i) {
      const double sum = std::accumulate(costs[i].begin(), costs[i].end(), 0.0);
      if (sum < best_sum) {
        best = i;
        best_sum = sum;
      }
    }
    Accept(candidates[best], std::move(costs[best]));
  }

  std::vector<int64_t> TakeRows() { return std::move(rows_); }

 private:
  static constexpr double kUnbounded = std::numeric_limits<double>::infinity();

  void Accept(int64_t row, std::vector<double> costs) {
    rows_.push_back(row);
    picked_[row] = true;
    costs_ = std::move(costs);
  }

  void PickLowestLeft() {
    const int64_t row = std::find(picked_.begin(), picked_.end(), false) - picked_.begin();
    Accept(row, std::move(costs_));
  }

  // For each candidate the costs that all rows would have beside it. Most rows stay with the center they have: a
  // float32 product proves that for nearly all of them, and the others are measured in double.
  std::vector<std::vector<double>> CostsWith(const std::vector<int64_t>& candidates) {
    std::vector<std::vector<double>> costs(candidates.size(), std::vector<double>(points_.rows()));
    const Matrix<float> rows = Gather(candidates);
    pool_.ParallelFor((points_.rows() + kBlockRows - 1) / kBlockRows, [&](int64_t block) {
      const int64_t first = block * kBlockRows;
      const int64_t count = std::min(kBlockRows, points_.rows() - first);
      Matrix<float> products(count, rows.rows());
      MultiplyTransposed(points_.Rows(first, count), rows.view(), products.view());
      for (int64_t row = first; row < first + count; ++row) {
        for (size_t i = 0; i < candidates.size(); ++i) {
          const double least = LeastSquaredDistance(row, candidates[i], products(row - first, i));
          costs[i][row] = weights_[row] * least >= costs_[row] ? costs_[row] : CostBeside(row, candidates[i]);
        }
      }
    });
    return costs;
  }

  double CostBeside(int64_t row, int64_t center) const {
    return std::min(costs_[row], weights_[row] * SquaredDistance(points_.Row(row), points_.Row(center)));
  }

  // What the squared distance is at least, whatever rounding did to the product.
  double LeastSquaredDistance(int64_t row, int64_t center, float product) const {
    if (!std::isfinite(product)) return 0;  // It overflowed, and says nothing.
    const double a = norms_[row], b = norms_[center];
    return a * a + b * b - 2 * static_cast<double>(product) - 2 * FloatProductError(points_.cols(), a, b);
  }

  Matrix<float> Gather(const std::vector<int64_t>& rows) const {
    Matrix<float> gathered(std::ssize(rows), points_.cols());
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::span<const float> row = points_.Row(rows[i]);
      std::copy(row.begin(), row.end(), gathered.Row(static_cast<int64_t>(i)).begin());
    }
    return gathered;
  }

  MatrixView<const float> points_;
  std::span<const double> weights_;
  ThreadPool& pool_;
  std::vector<double> costs_;
  std::vector<double> norms_;  // The rows' lengths.
  std::vector<bool> picked_;
  std::vector<int64_t> rows_;
};

}  // namespace

std::vector<int64_t> PickKMeansPlusPlus(MatrixView<const float> points, std::span<const double> weights, int64_t k,
                                        RandomStream& random, ThreadPool& pool) {
  SAGESPARK_CHECK(k >= 1 && k <= points.rows());
  SAGESPARK_CHECK(static_cast<int64_t>(weights.size()) == points.rows());
  const int64_t draws = 2 + static_cast<int64_t>(std::log(static_cast<double>(k)));
  Seeding seeding(points, weights, pool);
  seeding.PickFirst(random);
  for (int64_t picked = 1; picked < k; ++picked) seeding.PickNext(draws, random);
  return seeding.TakeRows();
}

}  // namespace sagespark::linalg
