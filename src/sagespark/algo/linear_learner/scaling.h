#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sagespark/algo/linear_learner/params.h"
#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// How features and label are shifted and scaled for training: x' = (x - mean) * inverse_scale, column by column, and
/// y' = (y - label_mean) / label_scale.
struct LinearScaling {
  std::vector<float> mean;           ///< feature_dim; zeros when data is not unbiased.
  std::vector<float> inverse_scale;  ///< feature_dim, above 0; ones when data is not normalized.
  double label_mean = 0;
  double label_scale = 1;  ///< Above 0.
  double feature_size = 1;  ///< Root mean square of x', over rows and columns.
  double label_size = 1;    ///< Root mean square of y'.

  int64_t feature_dim() const { return static_cast<int64_t>(mean.size()); }
};

/// Learns the scaling from the first num_point_for_scaler rows.
///
/// Means and standard deviations (of the rows as a whole, divided by their number). A column that is the same in all
/// these rows has no deviation: it is divided by its size when that is not 0 and else by the root of the mean
/// variance of the other columns, so that a value that comes later is of the others' order. A label that is the same
/// in all rows is not scaled.
class LinearScaler {
 public:
  explicit LinearScaler(const LinearLearnerParams& params);

  /// Takes the next rows, as many of them as are still wanted, and checks their labels.
  /// Errors: kInvalidArgument for another length than feature_dim or than the first rows had; those of CheckLabels.
  Status Add(const linalg::RowsView& rows, std::span<const float> labels);

  /// Whether num_point_for_scaler rows were seen.
  bool done() const { return rows_ >= params_.num_point_for_scaler; }
  int64_t rows() const { return rows_; }

  /// kInvalidArgument when there were no rows.
  Result<LinearScaling> Finish() const;

 private:
  void AddDense(linalg::MatrixView<const float> rows);
  void AddSparse(const linalg::SparseRowsView& rows, int64_t count);

  LinearLearnerParams params_;
  int64_t rows_ = 0;
  // Of the values less the first row's (dense), which keeps the sums exact enough far from zero.
  std::vector<float> origin_;
  std::vector<double> sums_;
  std::vector<double> squares_;
  double label_origin_ = 0;
  double label_sum_ = 0;
  double label_squares_ = 0;
};

/// Checks labels against the classes. `row` is the number of the first one, for messages; counted from 1.
/// Errors: kInvalidArgument naming label, row and valid range when a label is no class.
Status CheckLabels(const LinearLearnerParams& params, std::span<const float> labels, int64_t row);

/// Errors: kInvalidArgument naming both when they differ, or when there is not one label a row.
Status CheckRows(const linalg::RowsView& rows, std::span<const float> labels, int64_t feature_dim);

}  // namespace sagespark::algo
