#include "sagespark/algo/lda/corpus.h"

#include <fmt/format.h>

#include <cmath>
#include <variant>

namespace sagespark::algo {

Status LdaCorpus::Add(const linalg::RowsView& rows) {
  if (const int64_t cols = linalg::ColumnCount(rows); cols != vocabulary_) {
    return InvalidArgument(
        fmt::format("Documents have another length than feature_dim: {}, feature_dim {}", cols, vocabulary_));
  }
  return std::visit([&](const auto& view) { return AddRows(view); }, rows);
}

Status LdaCorpus::AddRows(linalg::MatrixView<const float> rows) {
  for (int64_t row = 0; row < rows.rows(); ++row) {
    const std::span<const float> counts = rows.Row(row);
    for (int64_t word = 0; word < rows.cols(); ++word) SAGESPARK_RETURN_IF_ERROR(AddWord(word, counts[word]));
    EndDocument();
  }
  return Status::Ok();
}

Status LdaCorpus::AddRows(const linalg::SparseRowsView& rows) {
  int64_t entry = 0;
  for (int64_t row = 0; row < rows.rows(); ++row) {
    for (; entry < rows.row_ends[row]; ++entry) {
      SAGESPARK_RETURN_IF_ERROR(AddWord(rows.indices[entry], rows.values[entry]));
    }
    EndDocument();
  }
  return Status::Ok();
}

Status LdaCorpus::AddWord(int64_t word, float count) {
  if (count > 0 && std::isfinite(count) && word >= 0 && word < vocabulary_) [[likely]] {
    words_.push_back(static_cast<int32_t>(word));
    counts_.push_back(count);
    return Status::Ok();
  }
  if (count == 0 && word >= 0 && word < vocabulary_) return Status::Ok();
  DropStartedDocument();
  if (word < 0 || word >= vocabulary_) {
    return CorruptData(fmt::format("Documents have an index outside of the row: row {}, index {}, feature_dim {}",
                                   documents(), word, vocabulary_));
  }
  const char* what = std::isfinite(count) ? "negative" : "not finite";
  return CorruptData(fmt::format("Documents have a count that is {}: row {}, column {}", what, documents(), word));
}

void LdaCorpus::EndDocument() {
  const int64_t start = ends_.empty() ? 0 : ends_.back();
  double length = 0;
  for (const float count : std::span(counts_).subspan(start)) length += count;
  ends_.push_back(std::ssize(counts_));
  lengths_.push_back(length);
}

void LdaCorpus::DropStartedDocument() {
  const int64_t start = ends_.empty() ? 0 : ends_.back();
  words_.resize(start);
  counts_.resize(start);
}

}  // namespace sagespark::algo
