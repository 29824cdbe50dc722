#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

/// Finds for each point the center at the smallest Euclidean distance.
///
/// A float32 matrix product sorts out all centers but those that its rounding error leaves in doubt, and these are compared
/// by their distances in double. So the answer is the one that double arithmetic gives, whatever the number of
/// threads, the processor, or the offset of the data from zero.
/// Cost: 2 n k d float operations; O(k d) memory beside the centers.
class NearestCenters {
 public:
  /// @param centers  k x d, k >= 1, finite; must outlive this object.
  explicit NearestCenters(MatrixView<const float> centers);

  /// @param points             n x d, finite.
  /// @param nearest            receives n indices of centers, the lowest one on ties.
  /// @param squared_distances  receives n squared distances to them; empty when not wanted.
  void Find(MatrixView<const float> points, ThreadPool& pool, std::span<int32_t> nearest,
            std::span<double> squared_distances = {}) const;

 private:
  void FindInBlock(MatrixView<const float> points, std::span<int32_t> nearest,
                   std::span<double> squared_distances) const;
  int32_t PickByDistance(std::span<const float> point, std::span<const float> scores, float limit) const;
  double ScoreError(double point_norm) const;

  MatrixView<const float> centers_;
  Matrix<float> shifted_;         // The centers minus their mean, which keeps the products and so their error small.
  std::vector<float> bias_;       // Such that bias - <point, shifted> orders the centers as their distances do.
  double mean_norm_ = 0;          // Of the mean of the centers.
  double max_shifted_norm_ = 0;
  double max_bias_ = 0;
};

}  // namespace sagespark::linalg
