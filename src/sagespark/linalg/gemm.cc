#include "sagespark/linalg/gemm.h"

#include <cblas.h>

#include <algorithm>
#include <limits>

#include "sagespark/base/result.h"
#include "sagespark/linalg/blas_threads.h"

namespace sagespark::linalg {
namespace {

void Product(CBLAS_TRANSPOSE transpose_a, MatrixView<const float> a, CBLAS_TRANSPOSE transpose_b,
             MatrixView<const float> b, int64_t inner, MatrixView<float> out) {
  if (out.rows() == 0 || out.cols() == 0) return;
  UseOneBlasThread();
  const auto leading = [](int64_t stride) { return static_cast<int>(std::max<int64_t>(stride, 1)); };
  scipy_cblas_sgemm(CblasRowMajor, transpose_a, transpose_b, static_cast<int>(out.rows()), static_cast<int>(out.cols()),
                    static_cast<int>(inner), 1.0F, a.data(), leading(a.stride()), b.data(), leading(b.stride()), 0.0F,
                    out.data(), leading(out.stride()));
}

}  // namespace

void MultiplyTransposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out) {
  SAGESPARK_DCHECK(a.cols() == b.cols() && out.rows() == a.rows() && out.cols() == b.rows());
  Product(CblasNoTrans, a, CblasTrans, b, a.cols(), out);
}

void Multiply(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out) {
  SAGESPARK_DCHECK(a.cols() == b.rows() && out.rows() == a.rows() && out.cols() == b.cols());
  Product(CblasNoTrans, a, CblasNoTrans, b, a.cols(), out);
}

void MultiplyFirstTransposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out) {
  SAGESPARK_DCHECK(a.rows() == b.rows() && out.rows() == a.cols() && out.cols() == b.cols());
  Product(CblasTrans, a, CblasNoTrans, b, a.rows(), out);
}

double FloatProductError(int64_t cols, double norm_a, double norm_b) {
  constexpr double kUnitRoundoff = 0x1p-24;
  const double relative = static_cast<double>(cols + 4) * kUnitRoundoff;
  if (relative >= 0.5) return std::numeric_limits<double>::infinity();
  return relative / (1 - relative) * norm_a * norm_b;
}

}  // namespace sagespark::linalg
