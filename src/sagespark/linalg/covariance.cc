#include "sagespark/linalg/covariance.h"

#include <algorithm>

#include "sagespark/linalg/gemm.h"

namespace sagespark::linalg {
namespace {

constexpr int64_t kBlockRows = 256;

/// scatter += weight v v^T, in the upper triangle.
void AddOuterProduct(double weight, std::span<const double> v, MatrixView<double> scatter) {
  const int64_t size = scatter.cols();
  for (int64_t i = 0; i < size; ++i) {
    const double factor = weight * v[i];
    if (factor == 0) continue;
    const std::span<double> row = scatter.Row(i);
    for (int64_t j = i; j < size; ++j) row[j] += factor * v[j];
  }
}

}  // namespace

CovarianceAccumulator::CovarianceAccumulator(int64_t dimension)
    : shift_(dimension), sums_(dimension), scatter_(dimension, dimension) {}

void CovarianceAccumulator::AddDense(std::span<const double> row) {
  if (rows_ == 0) Begin(row);
  if (block_.rows() == 0) block_ = Matrix<double>(kBlockRows, dimension());
  const std::span<double> deviations = block_.Row(block_rows_);
  for (int64_t i = 0; i < dimension(); ++i) {
    deviations[i] = row[i] - shift_[i];
    sums_[i] += deviations[i];
  }
  ++rows_;
  if (++block_rows_ == kBlockRows) Flush();
}

void CovarianceAccumulator::AddSparse(std::span<const int32_t> indices, std::span<const double> values) {
  if (is_shifted_) {  // The zeros deviate, too.
    std::vector<double> dense(dimension());
    for (size_t i = 0; i < indices.size(); ++i) dense[indices[i]] = values[i];
    return AddDense(dense);
  }
  for (size_t i = 0; i < indices.size(); ++i) {
    sums_[indices[i]] += values[i];
    const std::span<double> row = scatter_.Row(indices[i]);
    for (size_t j = i; j < indices.size(); ++j) row[indices[j]] += values[i] * values[j];
  }
  ++rows_;
}

void CovarianceAccumulator::Merge(CovarianceAccumulator& other) {
  SAGESPARK_DCHECK(other.dimension() == dimension());
  if (rows_ == 0) std::swap(*this, other);
  if (other.rows_ == 0) return;
  std::vector<double> mean = CenterOnMean();
  std::vector<double> difference = other.CenterOnMean();
  const double own = static_cast<double>(rows_);
  const double others = static_cast<double>(other.rows_);
  for (int64_t i = 0; i < dimension(); ++i) {
    difference[i] -= mean[i];
    mean[i] += difference[i] * others / (own + others);
  }
  for (int64_t i = 0; i < dimension(); ++i) {
    for (int64_t j = i; j < dimension(); ++j) scatter_(i, j) += other.scatter_(i, j);
  }
  AddOuterProduct(own * others / (own + others), difference, scatter_.view());
  rows_ += other.rows_;
  Begin(mean);
  other = CovarianceAccumulator(0);
}

Matrix<double> CovarianceAccumulator::Covariance() {
  SAGESPARK_CHECK(rows_ > 1);
  CenterOnMean();
  Matrix<double> covariance(dimension(), dimension());
  for (int64_t i = 0; i < dimension(); ++i) {
    for (int64_t j = i; j < dimension(); ++j) {
      covariance(i, j) = covariance(j, i) = scatter_(i, j) / static_cast<double>(rows_ - 1);
    }
  }
  return covariance;
}

void CovarianceAccumulator::Begin(std::span<const double> shift) {
  std::copy(shift.begin(), shift.end(), shift_.begin());
  is_shifted_ = true;
}

void CovarianceAccumulator::Flush() {
  if (block_rows_ > 0) AddGram(block_.view().Rows(0, block_rows_), scatter_.view());
  block_rows_ = 0;
}

std::vector<double> CovarianceAccumulator::CenterOnMean() {
  Flush();
  AddOuterProduct(-1 / static_cast<double>(rows_), sums_, scatter_.view());
  for (int64_t i = 0; i < dimension(); ++i) shift_[i] += sums_[i] / static_cast<double>(rows_);
  std::fill(sums_.begin(), sums_.end(), 0.0);
  is_shifted_ = true;
  return shift_;
}

}  // namespace sagespark::linalg
