#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

/// Adds rows up to their covariance, in one pass, in double. Memory: d^2 + 256 d numbers for rows of length d.
///
/// Deviations are taken from the first row when it comes dense, so that columns far from zero do not cancel; from zero when it comes
/// sparse, so that a sparse row costs the square of its entries only. Not thread-safe.
/// Source: Chan, Golub, LeVeque 1983, "Algorithms for Computing the Sample Variance" (how two parts are merged).
class CovarianceAccumulator {
 public:
  explicit CovarianceAccumulator(int64_t dimension);

  int64_t dimension() const { return scatter_.cols(); }
  int64_t rows() const { return rows_; }

  /// `row` has the dimension's length and is finite.
  void AddDense(std::span<const double> row);

  /// `indices` ascend and are below the dimension, one a value; other columns are zero.
  void AddSparse(std::span<const int32_t> indices, std::span<const double> values);

  /// Adds the rows of `other`, which has the same dimension and ends with no rows.
  void Merge(CovarianceAccumulator& other);

  /// The sample covariance (divided by rows - 1), symmetric. At least two rows must have come.
  Matrix<double> Covariance();

 private:
  void Begin(std::span<const double> shift);
  void Flush();

  /// Makes `sums_` and `scatter_` those of deviations from the mean; returns the mean.
  std::vector<double> CenterOnMean();

  int64_t rows_ = 0;
  bool is_shifted_ = false;    ///< Whether `shift_` is not all zero.
  std::vector<double> shift_;  ///< What deviations are taken from.
  std::vector<double> sums_;   ///< Of the deviations.
  Matrix<double> scatter_;     ///< Sum of products of deviations: the upper triangle.
  Matrix<double> block_;       ///< Deviations that are not yet in `scatter_`; made when they are needed.
  int64_t block_rows_ = 0;
};

}  // namespace sagespark::linalg
