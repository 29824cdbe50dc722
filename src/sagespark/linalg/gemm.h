#pragma once

#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

// Matrix products in float32 and in double. They run on the calling thread only, and several threads may call them at once:
// cut the rows of `a` into blocks of a fixed size and the result does not depend on the number of threads. It does depend, within
// rounding, on the processor, because OpenBLAS picks its kernels by it.

/// out = a b, for a of m x d, b of d x n and out of m x n.
void Multiply(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out);
void Multiply(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out);

/// out = a b^T, for a of m x d, b of n x d and out of m x n.
void MultiplyTransposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out);
void MultiplyTransposed(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out);

/// out = a^T b, for a of d x m, b of d x n and out of m x n.
void MultiplyFirstTransposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out);
void MultiplyFirstTransposed(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out);

/// gram += rows^T rows, in the upper triangle of `gram` (d x d) only, for `rows` of n x d.
void AddGram(MatrixView<const double> rows, MatrixView<double> gram);

/// A bound on the rounding error of one element of MultiplyTransposed in float32, for rows of `cols` values with the given
/// lengths: the usual n u |a| |b| / (1 - n u), with some rounding of the values themselves allowed for. Infinite for so many
/// columns that nothing can be said.
double FloatProductError(int64_t cols, double norm_a, double norm_b);

}  // namespace sagespark::linalg
