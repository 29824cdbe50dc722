#include "sagespark/container/xgboost/parquet/parquet_rows.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/util/float16.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <memory>

namespace sagespark::container {
namespace {

constexpr int64_t kBatchRows = 4096;

Error FileError(const std::string& file, const arrow::Status& status) {
  return CorruptData("Parquet file cannot be read: " + file + ": " + status.message());
}

/// Calls `set(row, value)` with each number of the array, NaN where there is none.
template <typename ArrayType, typename Set>
void ForEachNumber(const arrow::Array& array, Set set) {
  const auto& numbers = static_cast<const ArrayType&>(array);
  for (int64_t row = 0; row < numbers.length(); ++row) {
    set(row, numbers.IsNull(row) ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(numbers.Value(row)));
  }
}

/// The same of decimals, which become the nearest double: by their text, as Python's float() does.
template <typename ArrayType, typename Set>
void ForEachDecimal(const arrow::Array& array, Set set) {
  const auto& decimals = static_cast<const ArrayType&>(array);
  for (int64_t row = 0; row < decimals.length(); ++row) {
    double value = std::numeric_limits<double>::quiet_NaN();
    if (!decimals.IsNull(row)) {
      const std::string text = decimals.FormatValue(row);
      std::from_chars(text.data(), text.data() + text.size(), value);
    }
    set(row, value);
  }
}

template <typename Set>
void ForEachHalfFloat(const arrow::Array& array, Set set) {
  const auto& numbers = static_cast<const arrow::HalfFloatArray&>(array);
  for (int64_t row = 0; row < numbers.length(); ++row) {
    set(row, numbers.IsNull(row) ? std::numeric_limits<double>::quiet_NaN()
                                 : arrow::util::Float16::FromBits(numbers.Value(row)).ToDouble());
  }
}

/// False when the array holds no numbers.
template <typename Set>
bool ForEachNumberOf(const arrow::Array& array, Set set) {
  switch (array.type_id()) {
    case arrow::Type::HALF_FLOAT: ForEachHalfFloat(array, set); return true;
    case arrow::Type::FLOAT: ForEachNumber<arrow::FloatArray>(array, set); return true;
    case arrow::Type::DOUBLE: ForEachNumber<arrow::DoubleArray>(array, set); return true;
    case arrow::Type::INT8: ForEachNumber<arrow::Int8Array>(array, set); return true;
    case arrow::Type::INT16: ForEachNumber<arrow::Int16Array>(array, set); return true;
    case arrow::Type::INT32: ForEachNumber<arrow::Int32Array>(array, set); return true;
    case arrow::Type::INT64: ForEachNumber<arrow::Int64Array>(array, set); return true;
    case arrow::Type::UINT8: ForEachNumber<arrow::UInt8Array>(array, set); return true;
    case arrow::Type::UINT16: ForEachNumber<arrow::UInt16Array>(array, set); return true;
    case arrow::Type::UINT32: ForEachNumber<arrow::UInt32Array>(array, set); return true;
    case arrow::Type::UINT64: ForEachNumber<arrow::UInt64Array>(array, set); return true;
    case arrow::Type::BOOL: ForEachNumber<arrow::BooleanArray>(array, set); return true;
    case arrow::Type::DECIMAL128: ForEachDecimal<arrow::Decimal128Array>(array, set); return true;
    case arrow::Type::DECIMAL256: ForEachDecimal<arrow::Decimal256Array>(array, set); return true;
    case arrow::Type::NA:  // A column of nulls that never had a type.
      for (int64_t row = 0; row < array.length(); ++row) set(row, std::numeric_limits<double>::quiet_NaN());
      return true;
    default: return false;
  }
}

/// Appends one batch, column by column.
class BatchAppender {
 public:
  BatchAppender(const std::string& file, const arrow::RecordBatch& batch, int64_t first_row, algo::XGBoostRows& rows)
      : file_(file), batch_(batch), first_row_(first_row), rows_(rows), offset_(rows.values.size()) {
    rows_.labels.resize(rows_.labels.size() + static_cast<size_t>(batch.num_rows()));
    rows_.values.resize(offset_ + static_cast<size_t>(batch.num_rows() * rows.num_columns));
  }

  Status Append() {
    for (int column = 0; column < batch_.num_columns(); ++column) SAGESPARK_RETURN_IF_ERROR(AppendColumn(column));
    rows_.num_rows += batch_.num_rows();
    return Status::Ok();
  }

 private:
  Status AppendColumn(int column) {
    int64_t wrong_row = -1;
    const auto set = [&](int64_t row, double value) {
      const auto number = static_cast<float>(value);
      if (std::isinf(number) || (column == 0 && std::isnan(number))) wrong_row = row;
      CellOf(row, column) = number;
    };
    const arrow::Array& array = *batch_.column(column);
    if (!ForEachNumberOf(array, set)) {
      return SchemaMismatch("Parquet column is no number: " + file_ + ", column \"" + batch_.column_name(column) + "\" has type " +
                            array.type()->ToString() + "; readable are integers, floats, decimals and booleans");
    }
    if (wrong_row < 0) return Status::Ok();
    const std::string what = column == 0 ? "Parquet label is missing or infinite: " : "Parquet number is no finite 32-bit float: ";
    return CorruptData(what + file_ + ", row " + std::to_string(first_row_ + wrong_row) + ", column \"" +
                       batch_.column_name(column) + "\"");
  }

  float& CellOf(int64_t row, int column) {
    const auto index = static_cast<size_t>(row);
    if (column == 0) return rows_.labels[static_cast<size_t>(rows_.num_rows) + index];
    return rows_.values[offset_ + index * static_cast<size_t>(rows_.num_columns) + static_cast<size_t>(column - 1)];
  }

  const std::string& file_;
  const arrow::RecordBatch& batch_;
  const int64_t first_row_;
  algo::XGBoostRows& rows_;
  const size_t offset_;
};

Status CheckColumns(const std::string& file, const arrow::Schema& schema, algo::XGBoostRows& rows) {
  const int64_t features = schema.num_fields() - 1;
  if (features < 1) return SchemaMismatch("Parquet file has no features: " + file + " has " +
                                          std::to_string(schema.num_fields()) + " columns, the first is the label");
  if (rows.num_rows == 0) rows.num_columns = features;
  if (features == rows.num_columns) return Status::Ok();
  return SchemaMismatch("Parquet file has another number of columns than the first: " + file + " has " +
                        std::to_string(features + 1) + ", not " + std::to_string(rows.num_columns + 1));
}

Status AppendFile(const std::string& file, algo::XGBoostRows& rows) {
  auto input = arrow::io::ReadableFile::Open(file);
  if (!input.ok()) return FileError(file, input.status());
  auto reader = parquet::arrow::OpenFile(*input, arrow::default_memory_pool());
  if (!reader.ok()) return FileError(file, reader.status());
  (*reader)->set_use_threads(false);
  (*reader)->set_batch_size(kBatchRows);
  if ((*reader)->parquet_reader()->metadata()->num_rows() == 0) return Status::Ok();
  auto batches = (*reader)->GetRecordBatchReader();
  if (!batches.ok()) return FileError(file, batches.status());
  SAGESPARK_RETURN_IF_ERROR(CheckColumns(file, *(*batches)->schema(), rows));
  for (int64_t row = 0;;) {
    std::shared_ptr<arrow::RecordBatch> batch;
    if (const arrow::Status status = (*batches)->ReadNext(&batch); !status.ok()) return FileError(file, status);
    if (batch == nullptr) return Status::Ok();
    SAGESPARK_RETURN_IF_ERROR(BatchAppender(file, *batch, row, rows).Append());
    row += batch->num_rows();
  }
}

}  // namespace

Status ParquetRows::Append(const std::string& file) {
  try {
    return AppendFile(file, rows_);
  } catch (const parquet::ParquetException& error) {
    return CorruptData("Parquet file cannot be read: " + file + ": " + error.what());
  }
}

}  // namespace sagespark::container
