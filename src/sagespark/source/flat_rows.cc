#include "sagespark/source/flat_rows.h"

#include <algorithm>
#include <limits>

#include "sagespark/data/numeric_column.h"
#include "sagespark/data/vector_column.h"

namespace sagespark::source {
namespace {

constexpr const char* kDefaultLabel = "label";

Error NullCell(const std::string& column, int64_t row) {
  return CorruptData("Column has a null: \"" + column + "\", row " + std::to_string(row));
}

bool IsNumber(const data::Field& field) { return field.type.is_numeric() || field.type.id() == data::TypeId::kBoolean; }

Error NoNumber(const data::Field& field) {
  return SchemaMismatch("Column is not numeric: \"" + field.name + "\" has type " + field.type.ToString());
}

}  // namespace

FlatRows::FlatRows(const Options& options) {
  if (const auto label = options.find("labelColumnName"); label != options.end()) label_ = label->second;
  if (const auto features = options.find("featuresColumnName"); features != options.end()) features_ = features->second;
}

bool FlatRows::HasVector(const data::Schema& schema) const {
  const auto index = schema.IndexOf(features_);
  return index.ok() && schema.fields()[static_cast<size_t>(*index)].type.id() == data::TypeId::kVector;
}

std::optional<std::string> FlatRows::LabelOf(const data::Schema& schema) const {
  if (label_) return label_;
  return schema.IndexOf(kDefaultLabel).ok() ? std::optional<std::string>(kDefaultLabel) : std::nullopt;
}

Status FlatRows::CheckSchema(const data::Schema& schema) const {
  if (!HasVector(schema)) {
    for (const data::Field& field : schema.fields()) {
      if (!IsNumber(field)) return NoNumber(field);
    }
    return Status::Ok();
  }
  const auto label = LabelOf(schema);
  if (!label) return Status::Ok();
  SAGESPARK_ASSIGN_OR_RETURN(const auto index, schema.IndexOf(*label));
  const data::Field& field = schema.fields()[static_cast<size_t>(index)];
  return IsNumber(field) ? Status::Ok() : NoNumber(field);
}

Status FlatRows::ForEachRow(const data::Batch& batch, const std::function<void(std::span<const double>)>& row) {
  return HasVector(batch.schema()) ? ForEachVector(batch, row) : ForEachScalarRow(batch, row);
}

Status FlatRows::ForEachVector(const data::Batch& batch, const std::function<void(std::span<const double>)>& row) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto vectors, data::VectorColumn::Of(batch, features_, "Features"));
  const auto label = LabelOf(batch.schema());
  std::optional<data::NumericColumn> labels;
  if (label) {
    SAGESPARK_ASSIGN_OR_RETURN(labels, data::NumericColumn::Of(batch, *label, "Label"));
  }
  for (int64_t i = 0; i < batch.num_rows(); ++i, ++rows_) {
    const data::VectorRow vector = vectors[i];
    if (vector.is_null) return NullCell(features_, rows_);
    if (labels && labels->is_null(i)) return NullCell(*label, rows_);
    if (names_.empty()) {
      vector_length_ = vector.size;
      if (label) names_.push_back(*label);
      for (int64_t j = 0; j < vector.size; ++j) names_.push_back(features_ + "_" + std::to_string(j));
    }
    if (vector.size != vector_length_) {
      return CorruptData("Vector has another length than the first: column \"" + features_ + "\", row " +
                         std::to_string(rows_) + " has length " + std::to_string(vector.size) + ", not " +
                         std::to_string(vector_length_));
    }
    numbers_.assign(names_.size(), 0.0);
    const size_t first = label ? 1 : 0;
    if (label) numbers_[0] = (*labels)[i];
    if (vector.is_sparse) {
      for (size_t j = 0; j < vector.indices.size(); ++j) {
        numbers_[first + static_cast<size_t>(vector.indices[j])] = vector.values[j];
      }
    } else {
      std::copy(vector.values.begin(), vector.values.end(), numbers_.begin() + static_cast<ptrdiff_t>(first));
    }
    row(numbers_);
  }
  return Status::Ok();
}

Status FlatRows::ForEachScalarRow(const data::Batch& batch, const std::function<void(std::span<const double>)>& row) {
  std::vector<data::NumericColumn> columns;
  for (const data::Field& field : batch.schema().fields()) {
    SAGESPARK_ASSIGN_OR_RETURN(data::NumericColumn column, data::NumericColumn::Of(batch, field.name, "Data"));
    columns.push_back(column);
    if (names_.size() < columns.size()) names_.push_back(field.name);
  }
  numbers_.resize(columns.size());
  for (int64_t i = 0; i < batch.num_rows(); ++i, ++rows_) {
    for (size_t j = 0; j < columns.size(); ++j) {
      numbers_[j] = columns[j].is_null(i) ? std::numeric_limits<double>::quiet_NaN() : columns[j][i];
    }
    row(numbers_);
  }
  return Status::Ok();
}

}  // namespace sagespark::source
