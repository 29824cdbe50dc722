#include "sagespark/algo/lda/corpus_products.h"

#include <algorithm>

#include "sagespark/base/multiversion.h"

namespace sagespark::algo {
namespace {

constexpr int64_t kColumnsInBlock = 8;

SAGESPARK_MULTIVERSION
void AddScaled(double scale, const double* from, double* to, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] += scale * from[i];
}

// A thread takes some columns of the sums, and all documents: so every sum is made in the order of the documents.
template <typename Row, typename ValuesOf>
void AddColumns(const LdaCorpus& corpus, int64_t first, const ValuesOf& values_of, linalg::MatrixView<const Row> rows,
                int64_t first_column, int64_t columns, linalg::MatrixView<double> sums) {
  double row[kColumnsInBlock];
  for (int64_t i = 0; i < rows.rows(); ++i) {
    std::copy_n(rows.Row(i).data() + first_column, columns, row);
    const std::span<const int32_t> words = corpus.Words(first + i);
    const float* values = values_of(first + i);
    for (size_t entry = 0; entry < words.size(); ++entry) {
      double* sum = sums.data() + words[entry] * sums.stride() + first_column;
      const double value = values[entry];
      for (int64_t column = 0; column < columns; ++column) sum[column] += value * row[column];
    }
  }
}

template <typename Row, typename ValuesOf>
void AddAllColumns(const LdaCorpus& corpus, int64_t first, const ValuesOf& values_of,
                   linalg::MatrixView<const Row> rows, ThreadPool& pool, linalg::MatrixView<double> sums) {
  SAGESPARK_DCHECK(rows.cols() == sums.cols() && sums.rows() == corpus.vocabulary());
  const int64_t blocks = (rows.cols() + kColumnsInBlock - 1) / kColumnsInBlock;
  pool.ParallelFor(blocks, [&](int64_t block) {
    const int64_t column = block * kColumnsInBlock;
    AddColumns(corpus, first, values_of, rows, column, std::min(kColumnsInBlock, rows.cols() - column), sums);
  });
}

}  // namespace

void ForEachPiece(const LdaCorpus& corpus, const std::function<void(int64_t first, int64_t count)>& body) {
  for (int64_t first = 0; first < corpus.documents(); first += kDocumentsInPiece) {
    body(first, std::min(kDocumentsInPiece, corpus.documents() - first));
  }
}

void MultiplyDocuments(const LdaCorpus& corpus, int64_t first, linalg::MatrixView<const double> basis, ThreadPool& pool,
                       linalg::MatrixView<double> out) {
  constexpr int64_t kRowsInTask = 64;
  pool.ParallelFor((out.rows() + kRowsInTask - 1) / kRowsInTask, [&](int64_t task) {
    const int64_t end = std::min(out.rows(), (task + 1) * kRowsInTask);
    for (int64_t row = task * kRowsInTask; row < end; ++row) {
      const std::span<double> sums = out.Row(row);
      std::fill(sums.begin(), sums.end(), 0.0);
      const std::span<const int32_t> words = corpus.Words(first + row);
      const std::span<const float> counts = corpus.Counts(first + row);
      for (size_t entry = 0; entry < words.size(); ++entry) {
        AddScaled(counts[entry], basis.Row(words[entry]).data(), sums.data(), std::ssize(sums));
      }
    }
  });
}

void AddTransposedProduct(const LdaCorpus& corpus, int64_t first, linalg::MatrixView<const double> rows,
                          ThreadPool& pool, linalg::MatrixView<double> sums) {
  AddAllColumns(corpus, first, [&](int64_t document) { return corpus.Counts(document).data(); }, rows, pool, sums);
}

void AddTransposedProduct(const LdaCorpus& corpus, int64_t first, std::span<const float> values,
                          linalg::MatrixView<const float> rows, ThreadPool& pool, linalg::MatrixView<double> sums) {
  if (rows.rows() == 0) return;
  const float* counts = corpus.Counts(first).data();
  const auto values_of = [&](int64_t document) { return values.data() + (corpus.Counts(document).data() - counts); };
  AddAllColumns(corpus, first, values_of, rows, pool, sums);
}

}  // namespace sagespark::algo
