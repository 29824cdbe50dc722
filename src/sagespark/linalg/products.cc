#include "sagespark/linalg/products.h"

#include <cblas.h>

#include <algorithm>

#include "sagespark/linalg/blas_threads.h"

namespace sagespark::linalg {
namespace {

int Leading(int64_t stride) { return static_cast<int>(std::max<int64_t>(stride, 1)); }

/// out = op(a) op(b), with `inner` the extent that they share.
void Product(CBLAS_TRANSPOSE transpose_a, MatrixView<const double> a, CBLAS_TRANSPOSE transpose_b,
             MatrixView<const double> b, int64_t inner, MatrixView<double> out) {
  if (out.rows() == 0 || out.cols() == 0) return;
  UseOneBlasThread();
  scipy_cblas_dgemm(CblasRowMajor, transpose_a, transpose_b, static_cast<int>(out.rows()), static_cast<int>(out.cols()),
                    static_cast<int>(inner), 1.0, a.data(), Leading(a.stride()), b.data(), Leading(b.stride()), 0.0,
                    out.data(), Leading(out.stride()));
}

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
  Product(CblasNoTrans, a, CblasNoTrans, b, a.cols(), out);
}

void MultiplyTransposed(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out) {
  SAGESPARK_DCHECK(a.cols() == b.cols() && out.rows() == a.rows() && out.cols() == b.rows());
  Product(CblasNoTrans, a, CblasTrans, b, a.cols(), out);
}

void TransposedMultiply(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out) {
  SAGESPARK_DCHECK(a.rows() == b.rows() && out.rows() == a.cols() && out.cols() == b.cols());
  Product(CblasTrans, a, CblasNoTrans, b, a.rows(), out);
}

}  // namespace sagespark::linalg
