#include "sagespark/codec/row_block.h"

#include <algorithm>
#include <limits>

namespace sagespark::codec {
namespace {

constexpr int64_t kMaxColumns = std::numeric_limits<int32_t>::max();

struct FeatureView {
  bool is_dense = true;
  int64_t size = 0;
  std::span<const uint64_t> keys;
  std::span<const float> values;
};

/// The record's features; `converted` holds them where they are no floats. `known_size` serves sparse ones that do
/// not say their own.
Result<FeatureView> FeaturesOf(const RecordDecoder& record, int64_t known_size, std::vector<float>& converted) {
  const Tensor* features = record.Features();
  if (features == nullptr || features->type == Tensor::Type::kNone || features->type == Tensor::Type::kBytes) {
    return CorruptData("Record has no numeric features \"values\"");
  }
  FeatureView view{.keys = features->keys, .values = features->floats};
  if (features->type != Tensor::Type::kFloat32) {
    converted.assign(features->doubles.begin(), features->doubles.end());
    view.values = converted;
  }
  uint64_t size = 1;
  for (const uint64_t extent : features->shape) {
    if (extent > static_cast<uint64_t>(kMaxColumns) || size * extent > static_cast<uint64_t>(kMaxColumns)) {
      return CorruptData("Record has too large a shape");
    }
    size *= extent;
  }
  view.is_dense = view.keys.empty() && (features->shape.empty() || size == view.values.size());
  if (view.is_dense) {
    view.size = static_cast<int64_t>(view.values.size());
  } else if (!features->shape.empty()) {
    view.size = static_cast<int64_t>(size);
  } else if (known_size > 0) {
    view.size = known_size;
  } else {
    return CorruptData("Sparse record has no shape");
  }
  return view;
}

}  // namespace

Error RowBlock::RowError(std::string_view what) const {
  return CorruptData(std::string(what) + ": row " + std::to_string(rows_before_ + num_rows_));
}

Status RowBlock::CheckLength(int64_t size) {
  if (num_columns_ == 0) {
    if (size <= 0 || size > kMaxColumns) return RowError("Row has no features, or too many");
    num_columns_ = size;
  }
  if (size == num_columns_) return Status::Ok();
  return CorruptData("Row has another length: row " + std::to_string(rows_before_ + num_rows_) + " has " +
                     std::to_string(size) + " features, not " + std::to_string(num_columns_));
}

Status RowBlock::AppendDense(std::span<const float> values) {
  SAGESPARK_RETURN_IF_ERROR(CheckLength(static_cast<int64_t>(values.size())));
  if (layout_ == Layout::kDense) {
    values_.insert(values_.end(), values.begin(), values.end());
  } else {
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] == 0) continue;
      columns_.push_back(static_cast<int32_t>(i));
      values_.push_back(values[i]);
    }
    row_offsets_.push_back(static_cast<int64_t>(values_.size()));
  }
  ++num_rows_;
  return Status::Ok();
}

Status RowBlock::AppendSparse(int64_t size, std::span<const uint64_t> keys, std::span<const float> values) {
  SAGESPARK_RETURN_IF_ERROR(CheckLength(size));
  if (keys.size() != values.size()) return RowError("Row has unlike numbers of keys and values");
  for (const uint64_t key : keys) {
    if (key >= static_cast<uint64_t>(num_columns_)) {
      return CorruptData("Key is beyond the row's length: row " + std::to_string(rows_before_ + num_rows_) +
                         " has key " + std::to_string(key) + ", length " + std::to_string(num_columns_));
    }
  }
  if (layout_ == Layout::kDense) {
    const size_t row = values_.size();
    values_.resize(row + static_cast<size_t>(num_columns_));
    for (size_t i = 0; i < keys.size(); ++i) values_[row + keys[i]] = values[i];
  } else {
    for (const uint64_t key : keys) columns_.push_back(static_cast<int32_t>(key));
    values_.insert(values_.end(), values.begin(), values.end());
    row_offsets_.push_back(static_cast<int64_t>(values_.size()));
  }
  ++num_rows_;
  return Status::Ok();
}

Status RowBlock::AppendRecord(const RecordDecoder& record) {
  const Result<FeatureView> features = FeaturesOf(record, num_columns_, converted_);
  if (!features.ok()) return RowError(features.error().message());
  SAGESPARK_RETURN_IF_ERROR(features->is_dense ? AppendDense(features->values)
                                               : AppendSparse(features->size, features->keys, features->values));
  const Tensor* label = record.Label();
  if (label == nullptr || label->size() == 0) return Status::Ok();
  if (label->size() > 1) return RowError("Record has more than one label number");
  return AppendLabel(static_cast<float>((*label)[0]));
}

Status RowBlock::AppendLabel(float label) {
  if (static_cast<int64_t>(labels_.size()) + 1 != num_rows_) return RowError("Only some rows have labels");
  labels_.push_back(label);
  return Status::Ok();
}

void RowBlock::Clear() {
  rows_before_ += num_rows_;
  num_rows_ = 0;
  values_.clear();
  row_offsets_.assign(1, 0);
  columns_.clear();
  labels_.clear();
}

Status FillDenseRow(const RecordDecoder& record, std::span<float> row) {
  std::vector<float> converted;
  SAGESPARK_ASSIGN_OR_RETURN(const FeatureView features,
                             FeaturesOf(record, static_cast<int64_t>(row.size()), converted));
  if (features.size != static_cast<int64_t>(row.size())) {
    return CorruptData("Row has another length: " + std::to_string(features.size) + " features, not " +
                       std::to_string(row.size()));
  }
  if (features.is_dense) {
    std::copy(features.values.begin(), features.values.end(), row.begin());
    return Status::Ok();
  }
  if (features.keys.size() != features.values.size()) {
    return CorruptData("Row has unlike numbers of keys and values");
  }
  std::fill(row.begin(), row.end(), 0.0f);
  for (size_t i = 0; i < features.keys.size(); ++i) {
    if (features.keys[i] >= row.size()) {
      return CorruptData("Key is beyond the row's length: key " + std::to_string(features.keys[i]) + ", length " +
                         std::to_string(row.size()));
    }
    row[features.keys[i]] = features.values[i];
  }
  return Status::Ok();
}

}  // namespace sagespark::codec
