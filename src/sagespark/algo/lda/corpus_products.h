#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "sagespark/algo/lda/corpus.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// Products with the matrix X of a corpus (documents x words), some documents at a time, so that nothing of the size
/// documents x columns is ever held. Sums run in the order of the documents, whatever the number of threads.

/// Documents in a piece.
inline constexpr int64_t kDocumentsInPiece = 1024;

/// Calls body(first, count) for the pieces of a corpus, in their order.
void ForEachPiece(const LdaCorpus& corpus, const std::function<void(int64_t first, int64_t count)>& body);

/// out.Row(i) = x_(first + i) basis.
/// @param basis  vocabulary x m.
/// @param out    n x m.
void MultiplyDocuments(const LdaCorpus& corpus, int64_t first, linalg::MatrixView<const double> basis, ThreadPool& pool,
                       linalg::MatrixView<double> out);

/// sums += sum over i of x_(first + i)^T rows.Row(i).
/// @param rows  n x m.
/// @param sums  vocabulary x m.
void AddTransposedProduct(const LdaCorpus& corpus, int64_t first, linalg::MatrixView<const double> rows,
                          ThreadPool& pool, linalg::MatrixView<double> sums);

/// The same with other numbers in the place of the counts: `values` has one for each word of these documents, one
/// document after the other.
void AddTransposedProduct(const LdaCorpus& corpus, int64_t first, std::span<const float> values,
                          linalg::MatrixView<const float> rows, ThreadPool& pool, linalg::MatrixView<double> sums);

}  // namespace sagespark::algo
