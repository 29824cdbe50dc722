#include "sagespark/codec/row_block.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

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

/// Whether all are finite: neither NaN nor infinity has an exponent that is not all ones.
bool AllFinite(std::span<const float> values) {
  constexpr uint32_t kExponent = 0x7f800000;
  uint32_t bad = 0;
  for (const float value : values) bad |= (std::bit_cast<uint32_t>(value) & kExponent) == kExponent ? 1u : 0u;
  return bad == 0;
}

/// Whether the keys ascend, so that none comes twice, and lie below `size`, which is less than 2^63. Differences are looked at
/// instead of comparing, which the processor can do for several keys at once.
bool Ascend(std::span<const uint64_t> keys, uint64_t size) {
  if (keys.empty()) return true;
  uint64_t signs = keys[0];
  for (size_t i = 1; i < keys.size(); ++i) signs |= keys[i] | (keys[i] - keys[i - 1] - 1);
  return signs >> 63 == 0 && keys.back() < size;
}

}  // namespace

Status RowBlock::CheckLength(int64_t size, Layout layout_read) {
  if (num_columns_ == 0) {
    if (size <= 0 || size > kMaxColumns) return CorruptData("Row has no features, or too many");
    num_columns_ = size;
  }
  if (layout_ == Layout::kAsRead) layout_ = layout_read;
  if (size == num_columns_) return Status::Ok();
  return CorruptData("Row has another length: " + std::to_string(size) + " features, not " +
                     std::to_string(num_columns_));
}

Status RowBlock::CheckValues(std::span<const float> values, std::span<const uint64_t> keys) const {
  if (AllFinite(values)) return Status::Ok();
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) || (options_.allow_nan && std::isnan(values[i]))) continue;
    return CorruptData("Row has a value that is not finite: column " +
                       std::to_string(keys.empty() ? i : keys[i]));
  }
  return Status::Ok();
}

Status RowBlock::AppendDense(std::span<const float> values) {
  SAGESPARK_RETURN_IF_ERROR(CheckLength(static_cast<int64_t>(values.size()), Layout::kDense));
  SAGESPARK_RETURN_IF_ERROR(CheckValues(values, {}));
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
  SAGESPARK_RETURN_IF_ERROR(CheckLength(size, Layout::kSparse));
  if (keys.size() != values.size()) return CorruptData("Row has unlike numbers of keys and values");
  if (!Ascend(keys, static_cast<uint64_t>(num_columns_))) return AppendUnordered(keys, values);
  SAGESPARK_RETURN_IF_ERROR(CheckValues(values, keys));
  StoreSparse(keys, values);
  return Status::Ok();
}

Status RowBlock::AppendUnordered(std::span<const uint64_t> keys, std::span<const float> values) {
  std::vector<std::pair<uint64_t, float>> entries(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) entries[i] = {keys[i], values[i]};
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<uint64_t> sorted_keys(keys.size());
  std::vector<float> sorted_values(keys.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const uint64_t key = entries[i].first;
    if (key >= static_cast<uint64_t>(num_columns_)) {
      return CorruptData("Key is beyond the row's length: key " + std::to_string(key) + ", length " +
                         std::to_string(num_columns_));
    }
    if (i > 0 && entries[i - 1].first == key) return CorruptData("Key comes twice in a row: key " + std::to_string(key));
    sorted_keys[i] = key;
    sorted_values[i] = entries[i].second;
  }
  SAGESPARK_RETURN_IF_ERROR(CheckValues(sorted_values, sorted_keys));
  StoreSparse(sorted_keys, sorted_values);
  return Status::Ok();
}

/// Keys ascend and fit.
void RowBlock::StoreSparse(std::span<const uint64_t> keys, std::span<const float> values) {
  if (layout_ == Layout::kDense) {
    const size_t row = values_.size();
    values_.resize(row + static_cast<size_t>(num_columns_));
    for (size_t i = 0; i < keys.size(); ++i) values_[row + keys[i]] = values[i];
  } else {
    const size_t row = columns_.size();
    columns_.resize(row + keys.size());
    std::transform(keys.begin(), keys.end(), columns_.begin() + static_cast<ptrdiff_t>(row),
                   [](uint64_t key) { return static_cast<int32_t>(key); });
    values_.insert(values_.end(), values.begin(), values.end());
    row_offsets_.push_back(static_cast<int64_t>(values_.size()));
  }
  ++num_rows_;
}

Status RowBlock::AppendRecord(const RecordDecoder& record) {
  SAGESPARK_ASSIGN_OR_RETURN(const FeatureView features, FeaturesOf(record, num_columns_, converted_));
  SAGESPARK_RETURN_IF_ERROR(features.is_dense ? AppendDense(features.values)
                                              : AppendSparse(features.size, features.keys, features.values));
  return options_.labels == LabelRule::kRequired ? AppendLabelOf(record) : Status::Ok();
}

Status RowBlock::AppendLabelOf(const RecordDecoder& record) {
  const Tensor* label = record.Label();
  if (label == nullptr || label->size() == 0) return CorruptData("Row has no label \"values\"");
  if (label->size() > 1) return CorruptData("Row has " + std::to_string(label->size()) + " labels, not 1");
  return AppendLabel(static_cast<float>((*label)[0]));
}

Status RowBlock::AppendLabel(float label) {
  if (!std::isfinite(label)) return CorruptData("Row has a label that is not finite");
  labels_.push_back(label);
  return Status::Ok();
}

void RowBlock::Clear() {
  num_rows_ = 0;
  values_.clear();
  row_offsets_.assign(1, 0);
  columns_.clear();
  labels_.clear();
}

void RowBlock::DecideAs(const RowBlock& other) {
  SAGESPARK_DCHECK(num_rows_ == 0);
  layout_ = other.layout_;
  num_columns_ = other.num_columns_;
  values_.reserve(other.values_.size());
  columns_.reserve(other.columns_.size());
  row_offsets_.reserve(other.row_offsets_.size());
  labels_.reserve(other.labels_.size());
}

}  // namespace sagespark::codec
