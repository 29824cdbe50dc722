#include "sagespark/linalg/products.h"

#include <cblas.h>

#include <algorithm>

#include "sagespark/linalg/blas_threads.h"

namespace sagespark::linalg {
namespace {

int Leading(int64_t stride) { return static_cast<int>(std::max<int64_t>(stride, 1)); }

}  // namespace

void AddGram(MatrixView<const double> rows, MatrixView<double> gram) {
  SAGESPARK_DCHECK(gram.rows() == rows.cols() && gram.cols() == rows.cols());
  if (rows.rows() == 0 || rows.cols() == 0) return;
  UseOneBlasThread();
  scipy_cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, static_cast<int>(rows.cols()), static_cast<int>(rows.rows()),
                    1.0, rows.data(), Leading(rows.stride()), 1.0, gram.data(), Leading(gram.stride()));
}

void Multiply(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out) {
  SAGESPARK_DCHECK(a.cols() == b.rows() && out.rows() == a.rows() && out.cols() == b.cols());
  if (out.rows() == 0 || out.cols() == 0) return;
  UseOneBlasThread();
  scipy_cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(a.rows()), static_cast<int>(b.cols()),
                    static_cast<int>(a.cols()), 1.0, a.data(), Leading(a.stride()), b.data(), Leading(b.stride()), 0.0,
                    out.data(), Leading(out.stride()));
}

}  // namespace sagespark::linalg
