#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// Documents as counts of words, all in memory: 8 bytes for each different word of a document and 16 for the document.
/// Counts may be any finite numbers >= 0; words with count 0 are not kept.
class LdaCorpus {
 public:
  explicit LdaCorpus(int64_t vocabulary) : vocabulary_(vocabulary) {}

  /// Appends a document a row, n x vocabulary.
  /// Errors: kInvalidArgument for another length of row; kCorruptData for a count that is negative, NaN or infinite, or an
  ///         index that is not in [0, vocabulary), with row (from 0) and column. The rows before it stay.
  Status Add(const linalg::RowsView& rows);

  int64_t vocabulary() const { return vocabulary_; }
  int64_t documents() const { return static_cast<int64_t>(lengths_.size()); }

  /// The different words of a document, in the order of its row.
  std::span<const int32_t> Words(int64_t document) const { return Of(document, words_); }
  /// Their counts, > 0.
  std::span<const float> Counts(int64_t document) const { return Of(document, counts_); }
  /// The sum of its counts.
  double Length(int64_t document) const { return lengths_[document]; }

 private:
  template <typename T>
  std::span<const T> Of(int64_t document, const std::vector<T>& values) const {
    const int64_t start = document == 0 ? 0 : ends_[document - 1];
    return std::span(values).subspan(start, ends_[document] - start);
  }
  Status AddRows(linalg::MatrixView<const float> rows);
  Status AddRows(const linalg::SparseRowsView& rows);
  Status AddWord(int64_t word, float count);
  void EndDocument();
  void DropStartedDocument();

  int64_t vocabulary_;
  std::vector<int32_t> words_;
  std::vector<float> counts_;
  std::vector<int64_t> ends_;  // Of each document in words_ and counts_.
  std::vector<double> lengths_;
};

}  // namespace sagespark::algo
