#include "sagespark/container/xgboost/record_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sagespark/codec/recordio.h"

namespace sagespark::container {
namespace {

bool IsSparse(const codec::Tensor& features) {
  return !features.keys.empty() || (!features.shape.empty() && features.shape.back() != features.size());
}

/// Columns of a sparse tensor; 0 when it does not say.
int64_t ColumnsOf(const codec::Tensor& features) {
  constexpr uint64_t kMost = std::numeric_limits<int32_t>::max();
  return features.shape.empty() || features.shape.back() > kMost ? 0 : static_cast<int64_t>(features.shape.back());
}

Status CheckKeys(const codec::Tensor& features) {
  if (features.keys.size() != features.size()) return CorruptData("Record has unlike numbers of keys and values");
  std::vector<uint64_t> keys = features.keys;
  if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) return CorruptData("Record has a key twice: " + std::to_string(*twice));
  return Status::Ok();
}

void CopyNumbers(const codec::Tensor& features, std::vector<float>& numbers) {
  if (features.type == codec::Tensor::Type::kFloat32) {
    numbers.assign(features.floats.begin(), features.floats.end());
  } else {
    numbers.resize(features.doubles.size());
    std::transform(features.doubles.begin(), features.doubles.end(), numbers.begin(), [](double number) { return static_cast<float>(number); });
  }
}

Status CheckFinite(const std::vector<float>& numbers) {
  bool is_infinite = false;  // Of any: a loop without a way out is many times faster.
  for (const float number : numbers) is_infinite |= std::isinf(number);
  if (!is_infinite) return Status::Ok();
  const auto first = std::find_if(numbers.begin(), numbers.end(), [](float number) { return std::isinf(number); });
  return CorruptData("Feature is no finite 32-bit float: number " + std::to_string(first - numbers.begin()));
}

}  // namespace

Status RecordRows::Append(codec::ByteSource source, const std::string& file) {
  codec::RecordIoReader frames(std::move(source));
  for (int64_t number = 0;; ++number) {
    const auto frame = frames.Next();
    if (!frame.ok()) return frame.error().WithContext("Cannot read " + file);
    if (!frame->has_value()) return Status::Ok();
    Status status = record_.Decode(**frame);
    const bool is_first = rows_.num_rows == 0;
    if (status.ok()) status = AddRecord();
    if (!status.ok()) return status.error().WithContext("Cannot read " + file + ", record " + std::to_string(number));
    if (is_first) rows_.values.reserve(static_cast<size_t>(expected_bytes_) / (*frame)->size() * rows_.values.size());
  }
}

Status RecordRows::AddRecord() {
  const codec::Tensor* features = record_.Features();
  if (features == nullptr || features->type == codec::Tensor::Type::kNone ||
      features->type == codec::Tensor::Type::kBytes) {
    return CorruptData("Record has no numeric features \"values\"");
  }
  CopyNumbers(*features, numbers_);
  SAGESPARK_RETURN_IF_ERROR(CheckFinite(numbers_));
  if (rows_.num_rows == 0) rows_.is_sparse = IsSparse(*features);
  SAGESPARK_RETURN_IF_ERROR(IsSparse(*features) ? AddSparse(*features) : AddDense());
  if (rows_.is_sparse) rows_.row_offsets.push_back(static_cast<int64_t>(rows_.values.size()));
  ++rows_.num_rows;
  if (requires_labels_) return AddLabel();
  // A request's are few, and are echoed.
  const auto row = static_cast<size_t>(rows_.num_rows);
  if (!record_.uid().empty()) uids_.resize(row), uids_.back() = record_.uid();
  if (!record_.metadata().empty()) metadata_.resize(row), metadata_.back() = record_.metadata();
  if (!uids_.empty()) uids_.resize(row);
  if (!metadata_.empty()) metadata_.resize(row);
  return Status::Ok();
}

Status RecordRows::AddDense() {
  const auto size = static_cast<int64_t>(numbers_.size());
  if (rows_.is_sparse) {
    rows_.num_columns = std::max(rows_.num_columns, size);
    for (size_t i = 0; i < numbers_.size(); ++i) rows_.columns.push_back(static_cast<int32_t>(i));
  } else {
    if (rows_.num_rows == 0) rows_.num_columns = size;
    if (size != rows_.num_columns || size == 0) {
      return CorruptData("Record has another number of features: " + std::to_string(size) + ", not " +
                         std::to_string(rows_.num_columns));
    }
  }
  rows_.values.insert(rows_.values.end(), numbers_.begin(), numbers_.end());
  return Status::Ok();
}

Status RecordRows::AddSparse(const codec::Tensor& features) {
  const int64_t columns = ColumnsOf(features);
  const size_t first = rows_.values.size();
  SAGESPARK_RETURN_IF_ERROR(CheckKeys(features));
  if (rows_.is_sparse) {
    rows_.num_columns = std::max(rows_.num_columns, columns);
  } else {
    rows_.values.resize(first + static_cast<size_t>(rows_.num_columns), std::numeric_limits<float>::quiet_NaN());
  }
  for (size_t i = 0; i < features.keys.size(); ++i) {
    const uint64_t key = features.keys[i];
    const auto limit = static_cast<uint64_t>(columns > 0 ? columns : std::numeric_limits<int32_t>::max());
    if (key >= limit || (!rows_.is_sparse && key >= static_cast<uint64_t>(rows_.num_columns))) {
      return CorruptData("Record has a key beyond its shape: " + std::to_string(key));
    }
    const float value = numbers_[i];
    if (!rows_.is_sparse) {
      rows_.values[first + key] = value;
      continue;
    }
    rows_.num_columns = std::max(rows_.num_columns, static_cast<int64_t>(key) + 1);
    rows_.columns.push_back(static_cast<int32_t>(key));
    rows_.values.push_back(value);
  }
  return Status::Ok();
}

Status RecordRows::AddLabel() {
  const codec::Tensor* label = record_.Label();
  if (label == nullptr || label->size() != 1) return CorruptData("Record has no label \"values\" of one number");
  const auto value = static_cast<float>((*label)[0]);
  if (!std::isfinite(value)) return CorruptData("Record's label is no finite 32-bit float");
  rows_.labels.push_back(value);
  return Status::Ok();
}

}  // namespace sagespark::container
