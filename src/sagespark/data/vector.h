#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::data {

/// One Spark ML vector, dense or sparse, that owns its memory. Batches hold vectors in columns (VectorColumn);
/// this is the value that rows and literals hold.
class Vector {
 public:
  /// The empty dense vector.
  Vector() = default;

  static Vector Dense(std::vector<double> values);

  /// `indices` ascending, 0-based, below `size`, one a value. Fails with kInvalidArgument otherwise.
  static Result<Vector> Sparse(int32_t size, std::vector<int32_t> indices, std::vector<double> values);

  bool is_sparse() const { return is_sparse_; }

  /// Length, zeros included.
  int32_t size() const { return size_; }

  /// Sparse only: positions of `values()`.
  const std::vector<int32_t>& indices() const { return indices_; }

  /// Sparse: one an index; dense: `size()` of them.
  const std::vector<double>& values() const { return values_; }

  /// The value at `index`, 0 <= index < size().
  double operator[](int32_t index) const;

  /// `size()` values, zeros included.
  std::vector<double> ToArray() const;

  /// As Spark prints it: "(784,[152,153],[1.0,2.0])" or "[1.0,2.0]".
  std::string ToString() const;

  /// Equal as vectors: a sparse and a dense one with the same values are equal, as in Spark.
  friend bool operator==(const Vector& left, const Vector& right);

 private:
  bool is_sparse_ = false;
  int32_t size_ = 0;
  std::vector<int32_t> indices_;
  std::vector<double> values_;
};

/// Makes vectors, spelled as org.apache.spark.ml.linalg.Vectors.
struct Vectors {
  static Vector dense(std::vector<double> values);
  static Vector dense(std::initializer_list<double> values);

  /// Throws std::invalid_argument when the indices do not ascend or lie outside [0, size).
  static Vector sparse(int32_t size, std::vector<int32_t> indices, std::vector<double> values);
  static Vector sparse(int32_t size, std::initializer_list<std::pair<int32_t, double>> elements);

  static Vector zeros(int32_t size);
};

}  // namespace sagespark::data
