#include "sagespark/algo/lda/als.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sagespark/algo/lda/descending_eigen.h"
#include "sagespark/linalg/gemm.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using linalg::MatrixView;

constexpr double kLeastEigenvalue = 1e-10;  // Relative: parts that come too close to each other share their weight.
constexpr double kLeastPivot = 1e-8;  // Of a matrix with ones on its diagonal.

double Dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Matrix<double> Gram(const Matrix<double>& rows) {
  Matrix<double> gram(rows.rows(), rows.rows());
  linalg::MultiplyTransposed(rows.view(), rows.view(), gram.view());
  return gram;
}

Matrix<double> ElementProducts(Matrix<double> a, const Matrix<double>& b) {
  for (int64_t row = 0; row < a.rows(); ++row) {
    for (int64_t col = 0; col < a.cols(); ++col) a(row, col) *= b(row, col);
  }
  return a;
}

// Scales each row to length 1 and returns the lengths.
std::vector<double> Normalize(Matrix<double>& rows) {
  std::vector<double> lengths(rows.rows());
  for (int64_t row = 0; row < rows.rows(); ++row) {
    lengths[row] = std::sqrt(Dot(rows.Row(row), rows.Row(row)));
    if (lengths[row] == 0) continue;
    for (double& element : rows.Row(row)) element /= lengths[row];
  }
  return lengths;
}

// Replaces the lower triangle of a positive definite matrix by its Cholesky factor; false when it is too close to singular.
bool FactorCholesky(Matrix<double>& a) {
  for (int64_t i = 0; i < a.rows(); ++i) {
    for (int64_t j = 0; j <= i; ++j) {
      const double rest = a(i, j) - Dot(a.Row(i).first(j), a.Row(j).first(j));
      if (i != j) {
        a(i, j) = rest / a(j, j);
      } else if (rest > kLeastPivot) {
        a(i, i) = std::sqrt(rest);
      } else {
        return false;
      }
    }
  }
  return true;
}

void SubtractScaled(double scale, std::span<const double> from, std::span<double> to) {
  for (size_t i = 0; i < to.size(); ++i) to[i] -= scale * from[i];
}

// Replaces the rows of `right` by the solution of factor factor^T x = right.
void SubstituteCholesky(const Matrix<double>& factor, Matrix<double>& right) {
  const auto divide = [&](int64_t i) {
    for (double& element : right.Row(i)) element /= factor(i, i);
  };
  for (int64_t i = 0; i < right.rows(); ++i) {
    for (int64_t j = 0; j < i; ++j) SubtractScaled(factor(i, j), right.Row(j), right.Row(i));
    divide(i);
  }
  for (int64_t i = right.rows() - 1; i >= 0; --i) {
    for (int64_t j = i + 1; j < right.rows(); ++j) SubtractScaled(factor(j, i), right.Row(j), right.Row(i));
    divide(i);
  }
}

// The pseudo-inverse of `gram` times `right`, K x r.
Result<Matrix<double>> SolveSingular(const Matrix<double>& gram, const Matrix<double>& right) {
  SAGESPARK_ASSIGN_OR_RETURN(const linalg::EigenPairs eigen, DescendingEigen(gram));
  const int64_t size = gram.rows();
  Matrix<double> inverse(size, size);
  for (int64_t n = 0; n < size; ++n) {
    if (eigen.values[n] <= kLeastEigenvalue * eigen.values[0]) break;
    const std::span<const double> vector = eigen.vectors.Row(n);
    for (int64_t i = 0; i < size; ++i) {
      const double scale = vector[i] / eigen.values[n];
      for (int64_t j = 0; j < size; ++j) inverse(i, j) += scale * vector[j];
    }
  }
  Matrix<double> solution(size, right.cols());
  linalg::Multiply(std::as_const(inverse).view(), right.view(), solution.view());
  return solution;
}

Result<Matrix<double>> Solve(const Matrix<double>& gram, const Matrix<double>& right) {
  Matrix<double> factor = gram;
  if (!FactorCholesky(factor)) return SolveSingular(gram, right);
  Matrix<double> solution = right;
  SubstituteCholesky(factor, solution);
  return solution;
}

class Als {
 public:
  Als(MatrixView<const double> tensor, std::array<Matrix<double>, 3> starts)
      : tensor_(tensor),
        factors_(std::move(starts)),
        pairs_(factors_[0].rows(), tensor.cols()),
        products_(factors_[0].rows(), tensor.rows()) {
    for (int64_t row = 0; row < tensor.rows(); ++row) squared_norm_ += Dot(tensor.Row(row), tensor.Row(row));
  }

  // One round over the three factors; returns the relative error after it.
  Result<double> Iterate() {
    for (int mode = 0; mode < 3; ++mode) SAGESPARK_RETURN_IF_ERROR(SolveFor(mode));
    return error_;
  }

  CpFit Finish(int64_t iterations) && {
    CpFit fit{lengths_, std::move(factors_[0]), error_, iterations};
    for (int64_t part = 0; part < fit.vectors.rows(); ++part) {
      const std::span<double> vector = fit.vectors.Row(part);
      const std::vector<double> first(vector.begin(), vector.end());
      for (int mode = 1; mode < 3; ++mode) {
        // An even number of the three may point the other way; an odd one makes the weight negative.
        const double sign = Dot(first, factors_[mode].Row(part)) < 0 ? -1 : 1;
        fit.weights[part] *= sign;
        for (size_t i = 0; i < vector.size(); ++i) vector[i] += sign * factors_[mode](part, i);
      }
    }
    Normalize(fit.vectors);
    return fit;
  }

 private:
  Status SolveFor(int mode) {
    const Matrix<double>& b = factors_[mode == 0 ? 1 : 0];
    const Matrix<double>& c = factors_[mode == 2 ? 1 : 2];
    const int64_t r = tensor_.rows();
    for (int64_t part = 0; part < b.rows(); ++part) {
      double* pair = pairs_.Row(part).data();
      for (int64_t j = 0; j < r; ++j) {
        for (int64_t k = 0; k < r; ++k) *pair++ = b(part, j) * c(part, k);
      }
    }
    linalg::MultiplyTransposed(std::as_const(pairs_).view(), tensor_, products_.view());
    const Matrix<double> gram = ElementProducts(Gram(b), Gram(c));
    SAGESPARK_ASSIGN_OR_RETURN(factors_[mode], Solve(gram, products_));
    if (mode == 2) SetError(gram, factors_[mode]);
    lengths_ = Normalize(factors_[mode]);
    return Status::Ok();
  }

  // ||T - S||^2 = ||T||^2 - 2 <T, S> + ||S||^2, with the factor just solved not yet scaled.
  void SetError(const Matrix<double>& gram, const Matrix<double>& factor) {
    double inner = 0, own = 0;
    const Matrix<double> all = ElementProducts(Gram(factor), gram);
    for (int64_t part = 0; part < factor.rows(); ++part) inner += Dot(factor.Row(part), products_.Row(part));
    for (const double element : all.values()) own += element;
    error_ = squared_norm_ == 0 ? 0 : std::sqrt(std::max(0.0, squared_norm_ - 2 * inner + own) / squared_norm_);
  }

  MatrixView<const double> tensor_;
  std::array<Matrix<double>, 3> factors_;
  Matrix<double> pairs_;     // K x r^2: products of the elements of two factors.
  Matrix<double> products_;  // K x r: these times the tensor.
  std::vector<double> lengths_;
  double squared_norm_ = 0;
  double error_ = 0;
};

}  // namespace

Result<CpFit> FitCp(MatrixView<const double> tensor, std::array<Matrix<double>, 3> starts, const AlsLimits& limits,
                    const CancellationToken& cancellation) {
  SAGESPARK_CHECK(tensor.rows() >= 1 && tensor.cols() == tensor.rows() * tensor.rows());
  for (const auto& start : starts) SAGESPARK_CHECK(start.cols() == tensor.rows() && start.rows() == starts[0].rows());
  Als als(tensor, std::move(starts));
  SAGESPARK_ASSIGN_OR_RETURN(double last, als.Iterate());
  int64_t iterations = 1;
  for (; iterations < limits.max_iterations; ++iterations) {
    SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
    SAGESPARK_ASSIGN_OR_RETURN(const double error, als.Iterate());
    if (std::abs(last - error) <= limits.tolerance) {
      ++iterations;
      break;
    }
    last = error;
  }
  return std::move(als).Finish(iterations);
}

}  // namespace sagespark::algo
