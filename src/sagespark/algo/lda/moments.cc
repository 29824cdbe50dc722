#include "sagespark/algo/lda/moments.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "sagespark/algo/lda/corpus_products.h"
#include "sagespark/algo/lda/descending_eigen.h"
#include "sagespark/algo/lda/random_directions.h"
#include "sagespark/linalg/gemm.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using linalg::MatrixView;

constexpr int64_t kOversampling = 10;
constexpr int64_t kMaxPasses = 30;
constexpr double kEigenvalueTolerance = 1e-7;  // Change in a pass, relative to the largest one.
constexpr int64_t kNoiseColumns = 6;
constexpr int64_t kNoisePasses = 8;  // A few percent are enough for a threshold.
constexpr double kLeastEigenvalue = 1e-10;  // Relative to the largest: below it is rounding.

Matrix<double> Transposed(MatrixView<const double> matrix) {
  Matrix<double> transposed(matrix.cols(), matrix.rows());
  for (int64_t row = 0; row < matrix.rows(); ++row) {
    for (int64_t col = 0; col < matrix.cols(); ++col) transposed(col, row) = matrix(row, col);
  }
  return transposed;
}

// a^T b.
Matrix<double> InnerProducts(MatrixView<const double> a, MatrixView<const double> b) {
  Matrix<double> products(a.cols(), b.cols());
  linalg::MultiplyFirstTransposed(a, b, products.view());
  return products;
}

// tall * factors^T.
Matrix<double> Combine(MatrixView<const double> tall, MatrixView<const double> factors) {
  Matrix<double> combined(tall.rows(), factors.rows());
  linalg::MultiplyTransposed(tall, factors, combined.view());
  return combined;
}

// Columns that span the same space and are orthonormal; fewer where the space has fewer dimensions.
Result<Matrix<double>> Orthonormalized(Matrix<double> columns) {
  for (int round = 0; round < 2; ++round) {  // The second mends what rounding left of the first.
    const MatrixView<const double> view = columns.view();
    SAGESPARK_ASSIGN_OR_RETURN(linalg::EigenPairs gram, DescendingEigen(InnerProducts(view, view)));
    int64_t rank = 0;
    while (rank < std::ssize(gram.values) && gram.values[rank] > 1e-13 * gram.values[0]) ++rank;
    for (int64_t i = 0; i < rank; ++i) {
      for (double& element : gram.vectors.Row(i)) element /= std::sqrt(gram.values[i]);
    }
    columns = Combine(view, std::as_const(gram.vectors).view().Rows(0, rank));
  }
  return columns;
}

struct Eigenvectors {
  std::vector<double> values;  // m, descending.
  Matrix<double> columns;      // vocabulary x m.
};

// Adds the product of a symmetric vocabulary x vocabulary matrix and the first argument to the second.
using AddProduct = std::function<void(MatrixView<const double>, MatrixView<double>)>;

// Block power iteration with Rayleigh and Ritz, until the first `wanted` eigenvalues stand still.
Result<Eigenvectors> FindEigenvectors(const AddProduct& add_product, int64_t size, int64_t columns, int64_t wanted,
                                      int64_t max_passes, uint64_t seed, const CancellationToken& cancellation) {
  linalg::RandomStream random(seed, kEigenvectorStream);
  SAGESPARK_ASSIGN_OR_RETURN(Matrix<double> basis,
                             Orthonormalized(RandomDirections(size, std::min(size, columns), random)));
  std::vector<double> last;
  for (int64_t pass = 0;; ++pass) {
    SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
    Matrix<double> product(size, basis.cols());
    add_product(std::as_const(basis).view(), product.view());
    SAGESPARK_ASSIGN_OR_RETURN(const linalg::EigenPairs ritz,
                               DescendingEigen(InnerProducts(std::as_const(basis).view(), product.view())));
    double change = last.empty() ? INFINITY : 0;
    for (int64_t i = 0; i < std::min(wanted, std::ssize(last)); ++i) {
      change = std::max(change, std::abs(ritz.values[i] - last[i]));
    }
    const bool is_whole_space = basis.cols() == size;
    if (is_whole_space || pass + 1 == max_passes || change <= kEigenvalueTolerance * std::abs(ritz.values[0])) {
      return Eigenvectors{ritz.values, Combine(std::as_const(basis).view(), ritz.vectors.view())};
    }
    last = ritz.values;
    SAGESPARK_ASSIGN_OR_RETURN(basis, Orthonormalized(std::move(product)));
    last.resize(std::min(std::ssize(last), basis.cols()));
  }
}

bool HasTriples(const LdaCorpus& corpus, int64_t document) {
  return corpus.Length(document) >= kLeastWordsForMoments;
}

// Equal shares of the documents with triples whose number among them, modulo `step`, is `phase`.
std::vector<double> Shares(const LdaCorpus& corpus, int64_t step, int64_t phase) {
  std::vector<double> share(corpus.documents());
  int64_t usable = 0, chosen = 0;
  for (int64_t document = 0; document < corpus.documents(); ++document) {
    if (!HasTriples(corpus, document) || usable++ % step != phase) continue;
    share[document] = 1;
    ++chosen;
  }
  for (double& value : share) value /= static_cast<double>(std::max<int64_t>(chosen, 1));
  return share;
}

Result<double> NoiseOf(const LdaCorpus& corpus, double alpha0, uint64_t seed, ThreadPool& pool,
                       const CancellationToken& cancellation) {
  const PairMoment even(corpus, Shares(corpus, 2, 0), alpha0);
  const PairMoment odd(corpus, Shares(corpus, 2, 1), alpha0);
  const auto add_half_difference = [&](MatrixView<const double> basis, MatrixView<double> out) {
    even.AddProduct(0.5, basis, pool, out);
    odd.AddProduct(-0.5, basis, pool, out);
  };
  SAGESPARK_ASSIGN_OR_RETURN(const Eigenvectors found,
                             FindEigenvectors(add_half_difference, corpus.vocabulary(), kNoiseColumns, 1, kNoisePasses,
                                              seed, cancellation));
  return std::max(std::abs(found.values.front()), std::abs(found.values.back()));
}

// Adds to the tensor, slice by slice: slices[i] += scale * sum over columns n of a(i, n) b(., n) (x) c(., n).
class TensorSum {
 public:
  explicit TensorSum(Matrix<double>& tensor) : tensor_(tensor) {}

  // r x n matrices without gaps.
  void Add(double scale, const Matrix<double>& a, const Matrix<double>& b, const Matrix<double>& c, ThreadPool& pool) {
    const int64_t r = tensor_.rows();
    pool.ParallelFor(r, [&](int64_t i) {
      Matrix<double> scaled = b;
      for (int64_t j = 0; j < r; ++j) {
        const std::span<double> row = scaled.Row(j);
        for (int64_t n = 0; n < b.cols(); ++n) row[n] *= scale * a(i, n);
      }
      Matrix<double> products(r, r);
      linalg::MultiplyTransposed(std::as_const(scaled).view(), c.view(), products.view());
      const std::span<double> slice = tensor_.Row(i);
      for (size_t element = 0; element < slice.size(); ++element) slice[element] += products.values()[element];
    });
  }

 private:
  Matrix<double>& tensor_;
};

// The raw third moment E[w1 (x) w2 (x) w3] in the whitened space: triples of different words of a document.
Matrix<double> CountTriples(const LdaCorpus& corpus, const std::vector<double>& share, const Matrix<double>& whitener,
                            ThreadPool& pool) {
  const int64_t r = whitener.cols(), vocabulary = corpus.vocabulary();
  Matrix<double> tensor(r, r * r);
  TensorSum sum(tensor);
  Matrix<double> repeats(vocabulary, r);  // Sum over documents of triple weight times x (x) whitened x.
  std::vector<double> counts(vocabulary);  // Sum of triple weight times x.
  ForEachPiece(corpus, [&](int64_t first, int64_t count) {
    Matrix<double> whitened(count, r);
    MultiplyDocuments(corpus, first, whitener.view(), pool, whitened.view());
    Matrix<double> weighted = whitened;
    for (int64_t i = 0; i < count; ++i) {
      const double length = corpus.Length(first + i);
      const double weight =
          share[first + i] > 0 ? share[first + i] / (length * (length - 1) * (length - 2)) : 0;
      for (double& element : weighted.Row(i)) element *= weight;
      const std::span<const int32_t> words = corpus.Words(first + i);
      for (size_t entry = 0; entry < words.size(); ++entry) {
        counts[words[entry]] += weight * corpus.Counts(first + i)[entry];
      }
    }
    AddTransposedProduct(corpus, first, std::as_const(weighted).view(), pool, repeats.view());
    const Matrix<double> columns = Transposed(whitened.view());
    sum.Add(1, Transposed(weighted.view()), columns, columns, pool);
  });
  // x (x) x (x) x also counts triples that take a word twice or three times: these go.
  for (int64_t first = 0; first < vocabulary; first += kDocumentsInPiece) {
    const int64_t words = std::min(kDocumentsInPiece, vocabulary - first);
    const Matrix<double> w = Transposed(whitener.view().Rows(first, words));
    const Matrix<double> c = Transposed(std::as_const(repeats).view().Rows(first, words));
    Matrix<double> once_more = c;
    for (int64_t j = 0; j < r; ++j) {
      for (int64_t n = 0; n < words; ++n) once_more(j, n) -= 2 * counts[first + n] * w(j, n);
    }
    sum.Add(-1, once_more, w, w, pool);
    sum.Add(-1, w, c, w, pool);
    sum.Add(-1, w, w, c, pool);
  }
  return tensor;
}

// What the Dirichlet prior adds to the raw third moment goes; the whitened pairs are 1 + f m (x) m.
void SubtractPrior(const std::vector<double>& m, double alpha0, Matrix<double>& tensor) {
  const auto r = std::ssize(m);
  const double f = alpha0 / (alpha0 + 1);
  const double pair_factor = alpha0 / (alpha0 + 2);
  const double mean_factor = 2 * alpha0 * alpha0 / ((alpha0 + 1) * (alpha0 + 2));
  const auto pair = [&](int64_t i, int64_t j) { return (i == j ? 1.0 : 0.0) + f * m[i] * m[j]; };
  for (int64_t i = 0; i < r; ++i) {
    for (int64_t j = 0; j < r; ++j) {
      for (int64_t k = 0; k < r; ++k) {
        tensor(i, j * r + k) += mean_factor * m[i] * m[j] * m[k] -
                                pair_factor * (pair(i, j) * m[k] + pair(i, k) * m[j] + pair(j, k) * m[i]);
      }
    }
  }
}

int64_t Dimensions(const std::vector<double>& eigenvalues, double noise, const WhiteningLimits& limits) {
  const auto above = [&](double floor) {
    return std::count_if(eigenvalues.begin(), eigenvalues.end(), [&](double value) { return value > floor; });
  };
  const int64_t positive = above(kLeastEigenvalue * std::max(eigenvalues.front(), 0.0));
  return std::min({positive, limits.most, std::max<int64_t>(above(noise), limits.least)});
}

}  // namespace

PairMoment::PairMoment(const LdaCorpus& corpus, std::vector<double> share, double alpha0)
    : corpus_(corpus),
      pair_weights_(std::move(share)),
      mean_(corpus.vocabulary()),
      diagonal_(corpus.vocabulary()),
      mean_factor_(alpha0 / (alpha0 + 1)) {
  for (int64_t document = 0; document < corpus.documents(); ++document) {
    double& weight = pair_weights_[document];
    if (weight == 0) continue;
    const double length = corpus.Length(document);
    const double mean_weight = weight / length;
    weight = mean_weight / (length - 1);
    const std::span<const int32_t> words = corpus.Words(document);
    for (size_t entry = 0; entry < words.size(); ++entry) {
      mean_[words[entry]] += mean_weight * corpus.Counts(document)[entry];
      diagonal_[words[entry]] += weight * corpus.Counts(document)[entry];
    }
  }
}

void PairMoment::AddProduct(double scale, MatrixView<const double> basis, ThreadPool& pool,
                            MatrixView<double> out) const {
  ForEachPiece(corpus_, [&](int64_t first, int64_t count) {
    Matrix<double> rows(count, basis.cols());
    MultiplyDocuments(corpus_, first, basis, pool, rows.view());
    for (int64_t i = 0; i < count; ++i) {
      for (double& element : rows.Row(i)) element *= scale * pair_weights_[first + i];
    }
    AddTransposedProduct(corpus_, first, std::as_const(rows).view(), pool, out);
  });
  std::vector<double> mean_product(basis.cols());
  for (int64_t word = 0; word < basis.rows(); ++word) {
    for (int64_t col = 0; col < basis.cols(); ++col) mean_product[col] += mean_[word] * basis(word, col);
  }
  for (int64_t word = 0; word < basis.rows(); ++word) {
    for (int64_t col = 0; col < basis.cols(); ++col) {
      out(word, col) -= scale * (diagonal_[word] * basis(word, col) + mean_factor_ * mean_[word] * mean_product[col]);
    }
  }
}

Result<WhitenedMoment> WhitenMoments(const LdaCorpus& corpus, double alpha0, const WhiteningLimits& limits,
                                     uint64_t seed, ThreadPool& pool, const CancellationToken& cancellation) {
  WhitenedMoment moment;
  SAGESPARK_ASSIGN_OR_RETURN(moment.noise, NoiseOf(corpus, alpha0, seed, pool, cancellation));
  const std::vector<double> share = Shares(corpus, 1, 0);
  const PairMoment pairs(corpus, share, alpha0);
  const auto add_product = [&](MatrixView<const double> basis, MatrixView<double> out) {
    pairs.AddProduct(1, basis, pool, out);
  };
  SAGESPARK_ASSIGN_OR_RETURN(const Eigenvectors found,
                             FindEigenvectors(add_product, corpus.vocabulary(), limits.most + kOversampling,
                                              limits.most, kMaxPasses, seed, cancellation));
  const int64_t r = Dimensions(found.values, moment.noise, limits);
  moment.eigenvalues.assign(found.values.begin(), found.values.begin() + r);
  moment.whitener = Matrix<double>(corpus.vocabulary(), r);
  moment.unwhitener = Matrix<double>(corpus.vocabulary(), r);
  std::vector<double> whitened_mean(r);
  for (int64_t word = 0; word < corpus.vocabulary(); ++word) {
    for (int64_t i = 0; i < r; ++i) {
      const double root = std::sqrt(moment.eigenvalues[i]);
      moment.whitener(word, i) = found.columns(word, i) / root;
      moment.unwhitener(word, i) = found.columns(word, i) * root;
      whitened_mean[i] += moment.whitener(word, i) * pairs.mean()[word];
    }
  }
  SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
  moment.tensor = CountTriples(corpus, share, moment.whitener, pool);
  SubtractPrior(whitened_mean, alpha0, moment.tensor);
  return moment;
}

}  // namespace sagespark::algo
