#include "sagespark/linalg/gemm.h"

#include <cblas.h>

#include <algorithm>
#include <limits>

#include "sagespark/base/result.h"
#include "sagespark/linalg/blas_threads.h"

namespace sagespark::linalg {

void MultiplyTransposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out) {
  SAGESPARK_DCHECK(a.cols() == b.cols() && out.rows() == a.rows() && out.cols() == b.rows());
  if (out.rows() == 0 || out.cols() == 0) return;
  UseOneBlasThread();
  const auto leading = [](int64_t stride) { return static_cast<int>(std::max<int64_t>(stride, 1)); };
  scipy_cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(a.rows()), static_cast<int>(b.rows()),
                    static_cast<int>(a.cols()), 1.0F, a.data(), leading(a.stride()), b.data(), leading(b.stride()),
                    0.0F, out.data(), leading(out.stride()));
}

double FloatProductError(int64_t cols, double norm_a, double norm_b) {
  constexpr double kUnitRoundoff = 0x1p-24;
  const double relative = static_cast<double>(cols + 4) * kUnitRoundoff;
  if (relative >= 0.5) return std::numeric_limits<double>::infinity();
  return relative / (1 - relative) * norm_a * norm_b;
}

}  // namespace sagespark::linalg
