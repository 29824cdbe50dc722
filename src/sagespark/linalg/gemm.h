#pragma once

#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

/// out = a b^T, for a of m x d, b of n x d and out of m x n, all in float32. Runs on the calling thread only, and
/// several threads may call it at once: cut the rows of `a` into blocks of a fixed size and the result does not depend on
/// the number of threads. It does depend, within rounding, on the processor, because OpenBLAS picks its kernels by it.
void MultiplyTransposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out);

/// out = a b, for a of m x d, b of d x n and out of m x n; as MultiplyTransposed otherwise.
void Multiply(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out);

/// out = a^T b, for a of d x m, b of d x n and out of m x n; as MultiplyTransposed otherwise.
void MultiplyFirstTransposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out);

/// A bound on the rounding error of one element of MultiplyTransposed, for rows of `cols` values with the given lengths: the
/// usual n u |a| |b| / (1 - n u), with some rounding of the values themselves allowed for. Infinite for so many columns that
/// nothing can be said.
double FloatProductError(int64_t cols, double norm_a, double norm_b);

}  // namespace sagespark::linalg
