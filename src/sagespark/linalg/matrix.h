#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::linalg {

/// Rows x cols elements in row-major order, borrowed. Rows may lie apart (stride >= cols).
template <typename T>
class MatrixView {
 public:
  MatrixView() = default;
  MatrixView(T* data, int64_t rows, int64_t cols) : MatrixView(data, rows, cols, cols) {}
  MatrixView(T* data, int64_t rows, int64_t cols, int64_t stride)
      : data_(data), rows_(rows), cols_(cols), stride_(stride) {
    SAGESPARK_DCHECK(rows >= 0 && cols >= 0 && stride >= cols);
  }
  /// A view that cannot write from one that can.
  template <typename U>
    requires(std::is_same_v<const U, T>)
  MatrixView(const MatrixView<U>& other)  // NOLINT: as T* converts to const T*.
      : data_(other.data()), rows_(other.rows()), cols_(other.cols()), stride_(other.stride()) {}

  T* data() const { return data_; }
  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  int64_t stride() const { return stride_; }

  std::span<T> Row(int64_t row) const {
    SAGESPARK_DCHECK(row >= 0 && row < rows_);
    return {data_ + row * stride_, static_cast<size_t>(cols_)};
  }
  T& operator()(int64_t row, int64_t col) const { return Row(row)[col]; }

  /// Rows [first, first + count).
  MatrixView Rows(int64_t first, int64_t count) const {
    SAGESPARK_DCHECK(first >= 0 && count >= 0 && first + count <= rows_);
    return {data_ + first * stride_, count, cols_, stride_};
  }

 private:
  T* data_ = nullptr;
  int64_t rows_ = 0;
  int64_t cols_ = 0;
  int64_t stride_ = 0;
};

/// Rows x cols elements in row-major order, without gaps; zeros at first.
template <typename T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(int64_t rows, int64_t cols) : rows_(rows), cols_(cols), values_(rows * cols) {}
  Matrix(int64_t rows, int64_t cols, std::vector<T> values)
      : rows_(rows), cols_(cols), values_(std::move(values)) {
    SAGESPARK_CHECK(static_cast<int64_t>(values_.size()) == rows * cols);
  }

  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  const std::vector<T>& values() const { return values_; }

  MatrixView<T> view() { return {values_.data(), rows_, cols_}; }
  MatrixView<const T> view() const { return {values_.data(), rows_, cols_}; }
  std::span<T> Row(int64_t row) { return view().Row(row); }
  std::span<const T> Row(int64_t row) const { return view().Row(row); }
  T& operator()(int64_t row, int64_t col) { return view()(row, col); }
  const T& operator()(int64_t row, int64_t col) const { return view()(row, col); }

  bool operator==(const Matrix&) const = default;

 private:
  int64_t rows_ = 0;
  int64_t cols_ = 0;
  std::vector<T> values_;
};

/// Sparse rows, borrowed (CSR): row i has the columns indices[j] with values[j] for row_ends[i - 1] <= j < row_ends[i],
/// where row_ends[-1] counts as 0. Columns not named are zero; within a row no column comes twice.
struct SparseRowsView {
  int64_t cols = 0;
  std::span<const int64_t> row_ends;
  std::span<const int32_t> indices;
  std::span<const float> values;

  int64_t rows() const { return static_cast<int64_t>(row_ends.size()); }
};

/// Rows of either kind, borrowed.
using RowsView = std::variant<MatrixView<const float>, SparseRowsView>;

inline int64_t RowCount(const RowsView& rows) {
  return std::visit([](const auto& view) -> int64_t { return view.rows(); }, rows);
}

inline int64_t ColumnCount(const RowsView& rows) {
  if (const auto* sparse = std::get_if<SparseRowsView>(&rows)) return sparse->cols;
  return std::get<MatrixView<const float>>(rows).cols();
}

}  // namespace sagespark::linalg
