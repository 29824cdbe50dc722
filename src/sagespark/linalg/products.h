#pragma once

#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

// Products in double. They run on the calling thread only, and several threads may call them at once.

/// gram += rows^T rows, in the upper triangle of `gram` (d x d) only, for `rows` of n x d.
void AddGram(MatrixView<const double> rows, MatrixView<double> gram);

/// out = a b, for a of m x d, b of d x n and out of m x n.
void Multiply(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out);

/// out = a b^T, for a of m x d, b of n x d and out of m x n.
void MultiplyTransposed(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out);

/// out = a^T b, for a of d x m, b of d x n and out of m x n.
void TransposedMultiply(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out);

}  // namespace sagespark::linalg
