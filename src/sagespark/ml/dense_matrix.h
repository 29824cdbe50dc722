#pragma once

#include <cstdint>
#include <vector>

namespace sagespark::ml {

/// A matrix in column-major order, as org.apache.spark.ml.linalg.DenseMatrix: values[i + j * numRows] is element (i, j).
struct DenseMatrix {
  int32_t numRows = 0;
  int32_t numCols = 0;
  std::vector<double> values;

  double operator()(int32_t i, int32_t j) const { return values[i + static_cast<int64_t>(j) * numRows]; }
  friend bool operator==(const DenseMatrix&, const DenseMatrix&) = default;
};

}  // namespace sagespark::ml
