#include "sagespark/linalg/kmeans_plus_plus.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sagespark/base/result.h"
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
        picked_(points.rows(), false) {}

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

  // For each candidate the costs that all rows would have beside it.
  std::vector<std::vector<double>> CostsWith(const std::vector<int64_t>& candidates) {
    std::vector<std::vector<double>> costs(candidates.size(), std::vector<double>(points_.rows()));
    pool_.ParallelFor((points_.rows() + kBlockRows - 1) / kBlockRows, [&](int64_t block) {
      const int64_t end = std::min((block + 1) * kBlockRows, points_.rows());
      for (int64_t row = block * kBlockRows; row < end; ++row) {
        for (size_t i = 0; i < candidates.size(); ++i) {
          costs[i][row] = std::min(
              costs_[row], weights_[row] * SquaredDistance(points_.Row(row), points_.Row(candidates[i])));
        }
      }
    });
    return costs;
  }

  MatrixView<const float> points_;
  std::span<const double> weights_;
  ThreadPool& pool_;
  std::vector<double> costs_;
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
