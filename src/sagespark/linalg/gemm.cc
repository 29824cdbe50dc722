#include "sagespark/linalg/gemm.h"

#include <cblas.h>

#include <algorithm>
#include <limits>

#include "sagespark/base/result.h"
#include "sagespark/linalg/blas_threads.h"

namespace sagespark::linalg {
namespace {

int Leading(int64_t stride) { return static_cast<int>(std::max<int64_t>(stride, 1)); }

/// OpenBLAS's products in one kind of number.
struct FloatBlas {
  static constexpr auto kGemm = scipy_cblas_sgemm;
  static constexpr auto kGemv = scipy_cblas_sgemv;
};
struct DoubleBlas {
  static constexpr auto kGemm = scipy_cblas_dgemm;
  static constexpr auto kGemv = scipy_cblas_dgemv;
};

/// out = op(a) op(b), with `inner` the extent that they share. A single column goes without gemm's copies of `a`, which would cost
/// more than the product.
template <typename Blas, typename T>
void Product(CBLAS_TRANSPOSE transpose_a, MatrixView<const T> a, CBLAS_TRANSPOSE transpose_b, MatrixView<const T> b,
             int64_t inner, MatrixView<T> out) {
  if (out.rows() == 0 || out.cols() == 0) return;
  UseOneBlasThread();
  if (out.cols() == 1 && inner > 0) {
    Blas::kGemv(CblasRowMajor, transpose_a, static_cast<int>(a.rows()), static_cast<int>(a.cols()), T{1}, a.data(),
                Leading(a.stride()), b.data(), transpose_b == CblasTrans ? 1 : Leading(b.stride()), T{0}, out.data(),
                Leading(out.stride()));
    return;
  }
  Blas::kGemm(CblasRowMajor, transpose_a, transpose_b, static_cast<int>(out.rows()), static_cast<int>(out.cols()),
              static_cast<int>(inner), T{1}, a.data(), Leading(a.stride()), b.data(), Leading(b.stride()), T{0}, out.data(),
              Leading(out.stride()));
}

template <typename Blas, typename T>
void MultiplyBy(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> out) {
  SAGESPARK_DCHECK(a.cols() == b.rows() && out.rows() == a.rows() && out.cols() == b.cols());
  Product<Blas>(CblasNoTrans, a, CblasNoTrans, b, a.cols(), out);
}

template <typename Blas, typename T>
void MultiplyTransposedBy(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> out) {
  SAGESPARK_DCHECK(a.cols() == b.cols() && out.rows() == a.rows() && out.cols() == b.rows());
  Product<Blas>(CblasNoTrans, a, CblasTrans, b, a.cols(), out);
}

template <typename Blas, typename T>
void MultiplyFirstTransposedBy(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> out) {
  SAGESPARK_DCHECK(a.rows() == b.rows() && out.rows() == a.cols() && out.cols() == b.cols());
  Product<Blas>(CblasTrans, a, CblasNoTrans, b, a.rows(), out);
}

}  // namespace

void Multiply(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out) {
  MultiplyBy<FloatBlas>(a, b, out);
}

void Multiply(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out) {
  MultiplyBy<DoubleBlas>(a, b, out);
}

void MultiplyTransposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out) {
  MultiplyTransposedBy<FloatBlas>(a, b, out);
}

void MultiplyTransposed(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out) {
  MultiplyTransposedBy<DoubleBlas>(a, b, out);
}

void MultiplyFirstTransposed(MatrixView<const float> a, MatrixView<const float> b, MatrixView<float> out) {
  MultiplyFirstTransposedBy<FloatBlas>(a, b, out);
}

void MultiplyFirstTransposed(MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out) {
  MultiplyFirstTransposedBy<DoubleBlas>(a, b, out);
}

void AddGram(MatrixView<const double> rows, MatrixView<double> gram) {
  SAGESPARK_DCHECK(gram.rows() == rows.cols() && gram.cols() == rows.cols());
  if (rows.rows() == 0 || rows.cols() == 0) return;
  UseOneBlasThread();
  scipy_cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, static_cast<int>(rows.cols()), static_cast<int>(rows.rows()),
                    1.0, rows.data(), Leading(rows.stride()), 1.0, gram.data(), Leading(gram.stride()));
}

double FloatProductError(int64_t cols, double norm_a, double norm_b) {
  constexpr double kUnitRoundoff = 0x1p-24;
  const double relative = static_cast<double>(cols + 4) * kUnitRoundoff;
  if (relative >= 0.5) return std::numeric_limits<double>::infinity();
  return relative / (1 - relative) * norm_a * norm_b;
}

}  // namespace sagespark::linalg
