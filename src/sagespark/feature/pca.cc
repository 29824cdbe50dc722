#include "sagespark/feature/pca.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "sagespark/data/batch_builder.h"
#include "sagespark/data/vector_column.h"
#include "sagespark/linalg/gemm.h"
#include "sagespark/linalg/svd.h"

namespace sagespark::feature {
namespace {

constexpr int64_t kBlockRows = 256;

/// A row of a column, for messages.
struct Place {
  const std::string& column;
  int64_t row;
};

Status CheckVector(const data::VectorRow& vector, int64_t dimension, const Place& place) {
  if (vector.is_null) return CorruptData(fmt::format("Row is null: column \"{}\", row {}", place.column, place.row));
  if (vector.size == dimension) return Status::Ok();
  return CorruptData(fmt::format("Vector has another length: column \"{}\", row {} has {}, expected {}", place.column, place.row,
                                 vector.size, dimension));
}

Status CheckFinite(const data::VectorRow& vector, const Place& place) {
  const auto bad = std::find_if_not(vector.values.begin(), vector.values.end(), [](double x) { return std::isfinite(x); });
  if (bad == vector.values.end()) return Status::Ok();
  const size_t position = bad - vector.values.begin();
  return CorruptData(fmt::format("Vector has a NaN or infinity: column \"{}\", row {}, element {}", place.column, place.row,
                                 vector.is_sparse ? vector.indices[position] : static_cast<int32_t>(position)));
}

/// Projects rows: sparse ones at once, dense ones block by block with a matrix product.
class Projector {
 public:
  Projector(const linalg::Matrix<double>& components, linalg::MatrixView<double> out)
      : components_(components),
        out_(out),
        dense_(std::min(kBlockRows, out.rows()), components.rows()),
        products_(dense_.rows(), components.cols()) {}

  void Add(const data::VectorRow& vector, int64_t row) {
    if (!vector.is_sparse) {
      std::copy(vector.values.begin(), vector.values.end(), dense_.Row(static_cast<int64_t>(rows_.size())).begin());
      rows_.push_back(row);
      if (static_cast<int64_t>(rows_.size()) == dense_.rows()) Flush();
      return;
    }
    const std::span<double> projected = out_.Row(row);
    for (size_t i = 0; i < vector.indices.size(); ++i) {
      const std::span<const double> loadings = components_.Row(vector.indices[i]);
      for (size_t j = 0; j < loadings.size(); ++j) projected[j] += vector.values[i] * loadings[j];
    }
  }

  void Flush() {
    const auto count = static_cast<int64_t>(rows_.size());
    linalg::Multiply(std::as_const(dense_).view().Rows(0, count), components_.view(), products_.view().Rows(0, count));
    for (int64_t i = 0; i < count; ++i) std::copy_n(products_.Row(i).begin(), out_.cols(), out_.Row(rows_[i]).begin());
    rows_.clear();
  }

 private:
  const linalg::Matrix<double>& components_;
  const linalg::MatrixView<double> out_;
  linalg::Matrix<double> dense_;
  linalg::Matrix<double> products_;
  std::vector<int64_t> rows_;  ///< Where the rows of `dense_` belong.
};

}  // namespace

Status PcaFit::Begin(int64_t dimension) {
  if (k_ > dimension) {
    return InvalidArgument(fmt::format("k is above the length of the vectors: k = {}, column \"{}\" has {}", k_, column_, dimension));
  }
  if (dimension > linalg::kMostSvdColumns) {
    return ResourceLimit(fmt::format("Vectors are too long for PCA: column \"{}\" has {}, limit {}", column_, dimension,
                                     linalg::kMostSvdColumns));
  }
  rows_.emplace(dimension);
  return Status::Ok();
}

Status PcaFit::Add(const data::Batch& batch) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto vectors, data::VectorColumn::Of(batch, column_, "Input"));
  for (int64_t i = 0; i < vectors.num_rows(); ++i, ++rows_seen_) {
    const data::VectorRow vector = vectors[i];
    const Place place{column_, rows_seen_};
    SAGESPARK_RETURN_IF_ERROR(CheckVector(vector, rows_ ? rows_->dimension() : vector.size, place));
    SAGESPARK_RETURN_IF_ERROR(CheckFinite(vector, place));
    if (!rows_) SAGESPARK_RETURN_IF_ERROR(Begin(vector.size));
    if (vector.is_sparse) {
      rows_->AddSparse(vector.indices, vector.values);
    } else {
      rows_->AddDense(vector.values);
    }
  }
  return Status::Ok();
}

Status PcaFit::Merge(PcaFit& other) {
  if (!other.rows_) return Status::Ok();
  if (!rows_) {
    rows_.swap(other.rows_);
    return Status::Ok();
  }
  if (rows_->dimension() != other.rows_->dimension()) {
    return CorruptData(fmt::format("Vectors of two partitions have different lengths: column \"{}\", {} and {}", column_,
                                   rows_->dimension(), other.rows_->dimension()));
  }
  rows_->Merge(*other.rows_);
  other.rows_.reset();
  return Status::Ok();
}

Result<PrincipalComponents> PcaFit::Finish() {
  const int64_t rows = rows_ ? rows_->rows() : 0;
  if (rows < 2) return InvalidArgument(fmt::format("PCA needs at least two rows: column \"{}\" has {}", column_, rows));
  const linalg::Matrix<double> covariance = rows_->Covariance();
  rows_.reset();  // The decomposition needs the room.
  SAGESPARK_ASSIGN_OR_RETURN(const linalg::LeftSvd svd, linalg::Decompose(covariance));
  double total = 0;
  for (const double variance : svd.singular_values) total += variance;
  PrincipalComponents found{linalg::Matrix<double>(svd.u.rows(), k_), {}};
  for (int64_t j = 0; j < k_; ++j) found.explained_variance.push_back(svd.singular_values[j] / total);
  for (int64_t i = 0; i < svd.u.rows(); ++i) std::copy_n(svd.u.Row(i).begin(), k_, found.components.Row(i).begin());
  return found;
}

Result<data::Batch> AppendProjection(const data::Batch& batch, const std::string& input,
                                     const linalg::Matrix<double>& components,
                                     const std::shared_ptr<const data::Schema>& schema) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto vectors, data::VectorColumn::Of(batch, input, "Input"));
  linalg::Matrix<double> projected(batch.num_rows(), components.cols());
  Projector projector(components, projected.view());
  for (int64_t i = 0; i < batch.num_rows(); ++i) {
    SAGESPARK_RETURN_IF_ERROR(CheckVector(vectors[i], components.rows(), {input, i}));
    projector.Add(vectors[i], i);
  }
  projector.Flush();
  SAGESPARK_ASSIGN_OR_RETURN(auto builder, data::BatchBuilder::Make(std::make_shared<const data::Schema>(
                                               std::vector<data::Field>{schema->fields().back()})));
  builder.Reserve(batch.num_rows(), batch.num_rows() * components.cols());
  for (int64_t i = 0; i < batch.num_rows(); ++i) builder.AppendDense(0, projected.Row(i));
  SAGESPARK_ASSIGN_OR_RETURN(const data::Batch column, builder.Finish());
  return batch.Append(column).WithSchema(schema);
}

}  // namespace sagespark::feature
