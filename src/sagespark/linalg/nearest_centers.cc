#include "sagespark/linalg/nearest_centers.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sagespark/base/result.h"
#include "sagespark/linalg/gemm.h"
#include "sagespark/linalg/rows.h"

namespace sagespark::linalg {
namespace {

constexpr double kUnitRoundoff = 0x1p-24;  // Of float32.

// Rows of points that go into one matrix product: enough to use the processor well, few enough that the scores stay
// in its cache. Depends on the number of centers alone, so that all thread counts see the same blocks.
int64_t BlockRows(int64_t centers) { return std::clamp<int64_t>((1 << 17) / centers, 32, 512); }

std::vector<float> MeanRow(MatrixView<const float> rows) {
  std::vector<double> sums(rows.cols());
  for (int64_t row = 0; row < rows.rows(); ++row) AddTo(rows.Row(row), sums);
  std::vector<float> mean(rows.cols());
  for (size_t col = 0; col < mean.size(); ++col) {
    mean[col] = static_cast<float>(sums[col] / static_cast<double>(rows.rows()));
  }
  return mean;
}

}  // namespace

// With c = mean + s: |x - c|^2 = |x - mean|^2 - 2 <x, s> + 2 <mean, s> + |s|^2, whose first term is the same for all.
NearestCenters::NearestCenters(MatrixView<const float> centers)
    : centers_(centers), shifted_(centers.rows(), centers.cols()), bias_(centers.rows()) {
  SAGESPARK_CHECK(centers.rows() >= 1);
  const std::vector<float> mean = MeanRow(centers);
  mean_norm_ = std::sqrt(SquaredNorm(mean));
  for (int64_t center = 0; center < centers.rows(); ++center) {
    const std::span<float> shifted = shifted_.Row(center);
    for (size_t col = 0; col < mean.size(); ++col) shifted[col] = centers(center, col) - mean[col];
    const double squared_norm = SquaredNorm(shifted);
    const double bias = DotProduct(mean, shifted) + squared_norm / 2;
    bias_[center] = static_cast<float>(bias);
    max_shifted_norm_ = std::max(max_shifted_norm_, std::sqrt(squared_norm));
    max_bias_ = std::max(max_bias_, std::abs(bias));
  }
}

void NearestCenters::Find(MatrixView<const float> points, ThreadPool& pool, std::span<int32_t> nearest,
                          std::span<double> squared_distances) const {
  SAGESPARK_CHECK(points.cols() == centers_.cols());
  SAGESPARK_CHECK(static_cast<int64_t>(nearest.size()) == points.rows());
  SAGESPARK_CHECK(squared_distances.empty() || squared_distances.size() == nearest.size());
  const int64_t block_rows = BlockRows(centers_.rows());
  const int64_t blocks = (points.rows() + block_rows - 1) / block_rows;
  pool.ParallelFor(blocks, [&](int64_t block) {
    const int64_t first = block * block_rows;
    const int64_t rows = std::min(block_rows, points.rows() - first);
    FindInBlock(points.Rows(first, rows), nearest.subspan(first, rows),
                squared_distances.empty() ? squared_distances : squared_distances.subspan(first, rows));
  });
}

void NearestCenters::FindInBlock(MatrixView<const float> points, std::span<int32_t> nearest,
                                 std::span<double> squared_distances) const {
  thread_local std::vector<float> products;
  const int64_t centers = centers_.rows();
  products.resize(points.rows() * centers);
  const MatrixView<float> scores(products.data(), points.rows(), centers);
  MultiplyTransposed(points, shifted_.view(), scores);
  for (int64_t row = 0; row < points.rows(); ++row) {
    const std::span<const float> point = points.Row(row);
    const std::span<float> score = scores.Row(row);
    for (int64_t center = 0; center < centers; ++center) score[center] = bias_[center] - score[center];
    const double error = ScoreError(std::sqrt(SquaredNorm(point)));
    const double lowest = Minimum(score);
    const auto limit = static_cast<float>(lowest + 2 * error + 2 * kUnitRoundoff * std::abs(lowest));
    nearest[row] = PickByDistance(point, score, limit);
    if (!squared_distances.empty()) {
      squared_distances[row] = SquaredDistance(point, centers_.Row(nearest[row]));
    }
  }
}

// Compares the centers whose score is at most `limit`; all of them when huge values made the scores overflow.
int32_t NearestCenters::PickByDistance(std::span<const float> point, std::span<const float> scores,
                                       float limit) const {
  const bool overflow = !std::isfinite(limit);
  int32_t only = -1;
  int64_t in_doubt = 0;
  for (size_t center = 0; center < scores.size(); ++center) {
    if (!(scores[center] <= limit) && !overflow) continue;
    if (in_doubt++ == 0) only = static_cast<int32_t>(center);
  }
  if (in_doubt == 1) return only;
  int32_t best = -1;
  double best_distance = std::numeric_limits<double>::infinity();
  for (int32_t center = only; center < static_cast<int32_t>(scores.size()); ++center) {
    if (!(scores[center] <= limit) && !overflow) continue;
    const double distance = SquaredDistance(point, centers_.Row(center));
    if (distance < best_distance || best < 0) {
      best = center;
      best_distance = distance;
    }
  }
  return best;
}

// A bound on what rounding does to one score: in the product, in the shifted center and in the bias.
double NearestCenters::ScoreError(double point_norm) const {
  const double lengths = point_norm + mean_norm_ + max_shifted_norm_;
  return FloatProductError(centers_.cols(), lengths, max_shifted_norm_) + 2 * kUnitRoundoff * max_bias_;
}

}  // namespace sagespark::linalg
