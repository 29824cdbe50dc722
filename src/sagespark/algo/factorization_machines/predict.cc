#include "sagespark/algo/factorization_machines/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sagespark/algo/factorization_machines/kernels.h"
#include "sagespark/algo/factorization_machines/row_entries.h"

namespace sagespark::algo {
namespace {

constexpr int64_t kBlockRows = 256;

/// Scores rows one after the other, keeping its memory.
class Scorer {
 public:
  explicit Scorer(const FactorizationMachinesWeights& weights)
      : weights_(weights), width_(weights.num_factors() + 1), sums_(width_), squares_(width_) {}

  double Margin(std::span<const int32_t> columns, std::span<const float> values) {
    scratch_.resize(columns.size() * width_);
    entries_.clear();
    for (size_t i = 0; i < columns.size(); ++i) {
      entries_.push_back({.weights = weights_.Of(columns[i], scratch_.data() + i * width_), .value = values[i]});
    }
    return static_cast<double>(weights_.bias()) + ScoreRow(entries_, width_ - 1, sums_.data(), squares_.data());
  }

 private:
  const FactorizationMachinesWeights& weights_;
  int64_t width_;
  std::vector<float> sums_;
  std::vector<float> squares_;
  std::vector<float> scratch_;
  std::vector<WeightedEntry> entries_;
};

Status PredictBlock(const FactorizationMachinesWeights& weights, const linalg::RowsView& rows, int64_t first,
                    std::span<double> margins) {
  RowEntries entries;
  SAGESPARK_RETURN_IF_ERROR(entries.Append(rows, first, static_cast<int64_t>(margins.size()), first));
  Scorer scorer(weights);
  for (int64_t row = 0; row < entries.rows(); ++row) {
    margins[row] = scorer.Margin(entries.columns(row), entries.values(row));
  }
  return Status::Ok();
}

}  // namespace

Status PredictMargins(const FactorizationMachinesWeights& weights, const linalg::RowsView& rows, ThreadPool& pool,
                      std::span<double> margins) {
  const int64_t count = linalg::RowCount(rows);
  SAGESPARK_CHECK(static_cast<int64_t>(margins.size()) == count);
  if (linalg::ColumnCount(rows) != weights.feature_dim()) {
    return InvalidArgument(fmt::format("Rows have another length than the model's feature_dim: {}, feature_dim {}",
                                       linalg::ColumnCount(rows), weights.feature_dim()));
  }
  const int64_t blocks = (count + kBlockRows - 1) / kBlockRows;
  std::vector<Status> statuses(blocks);
  pool.ParallelFor(blocks, [&](int64_t block) {
    const int64_t first = block * kBlockRows;
    statuses[block] =
        PredictBlock(weights, rows, first, margins.subspan(first, std::min(kBlockRows, count - first)));
  });
  for (const Status& status : statuses) SAGESPARK_RETURN_IF_ERROR(Status(status));
  return Status::Ok();
}

}  // namespace sagespark::algo
