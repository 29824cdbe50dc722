#include "sagespark/ml/saved_pca_model.h"

#include <limits>

#include "sagespark/base/exception.h"
#include "sagespark/data/batch_builder.h"
#include "sagespark/data/shared_array.h"
#include "sagespark/data/value.h"
#include "sagespark/data/vector_column.h"

namespace sagespark::ml {
namespace {

using data::DataType;
using data::Field;
using data::MakeArray;
using data::MakeBuffer;
using data::TypeId;

constexpr int8_t kDense = 1;

/// The fields of Spark's MatrixUDT, in its order.
enum MatrixField { kType, kNumRows, kNumCols, kColPtrs, kRowIndices, kValues, kIsTransposed, kMatrixFieldCount };

const DataType& MatrixType() {
  static const DataType type = DataType::Struct({{"type", TypeId::kByte, false},
                                                 {"numRows", TypeId::kInteger, false},
                                                 {"numCols", TypeId::kInteger, false},
                                                 {"colPtrs", DataType::Array(TypeId::kInteger, false)},
                                                 {"rowIndices", DataType::Array(TypeId::kInteger, false)},
                                                 {"values", DataType::Array(TypeId::kDouble, false)},
                                                 {"isTransposed", TypeId::kBoolean, false}});
  return type;
}

/// What Spark writes beside the rows: without it, it would read structs instead of a matrix and a vector.
constexpr char kRowMetadata[] =
    R"({"type":"struct","fields":[{"name":"pc","type":{"type":"udt","class":"org.apache.spark.ml.linalg.MatrixUDT",)"
    R"("pyClass":"pyspark.ml.linalg.MatrixUDT","sqlType":{"type":"struct","fields":[)"
    R"({"name":"type","type":"byte","nullable":false,"metadata":{}},)"
    R"({"name":"numRows","type":"integer","nullable":false,"metadata":{}},)"
    R"({"name":"numCols","type":"integer","nullable":false,"metadata":{}},)"
    R"({"name":"colPtrs","type":{"type":"array","elementType":"integer","containsNull":false},"nullable":true,"metadata":{}},)"
    R"({"name":"rowIndices","type":{"type":"array","elementType":"integer","containsNull":false},"nullable":true,"metadata":{}},)"
    R"({"name":"values","type":{"type":"array","elementType":"double","containsNull":false},"nullable":true,"metadata":{}},)"
    R"({"name":"isTransposed","type":"boolean","nullable":false,"metadata":{}}]}},"nullable":true,"metadata":{}},)"
    R"({"name":"explainedVariance","type":{"type":"udt","class":"org.apache.spark.ml.linalg.VectorUDT",)"
    R"("pyClass":"pyspark.ml.linalg.VectorUDT","sqlType":{"type":"struct","fields":[)"
    R"({"name":"type","type":"byte","nullable":false,"metadata":{}},)"
    R"({"name":"size","type":"integer","nullable":true,"metadata":{}},)"
    R"({"name":"indices","type":{"type":"array","elementType":"integer","containsNull":false},"nullable":true,"metadata":{}},)"
    R"({"name":"values","type":{"type":"array","elementType":"double","containsNull":false},"nullable":true,"metadata":{}}]}},)"
    R"("nullable":true,"metadata":{}}]})";

template <typename T>
ArrowArray OneNumber(T value) {
  return MakeArray(1, 0, {{}, MakeBuffer(std::vector<T>{value})});
}

ArrowArray NullList() {
  return MakeArray(1, 1, {MakeBuffer(std::vector<uint8_t>{0}), MakeBuffer(std::vector<int32_t>{0, 0})},
                   {MakeArray(0, 0, {{}, MakeBuffer(std::vector<int32_t>())})});
}

ArrowArray OneList(std::vector<double> values) {
  const auto size = static_cast<int32_t>(values.size());
  return MakeArray(1, 0, {{}, MakeBuffer(std::vector<int32_t>{0, size})}, {MakeArray(size, 0, {{}, MakeBuffer(std::move(values))})});
}

/// One row with a matrix.
data::Batch MatrixBatch(const linalg::Matrix<double>& matrix) {
  std::vector<double> column_major;
  column_major.reserve(matrix.values().size());
  for (int64_t j = 0; j < matrix.cols(); ++j) {
    for (int64_t i = 0; i < matrix.rows(); ++i) column_major.push_back(matrix(i, j));
  }
  const ArrowArray fields = MakeArray(
      1, 0, {{}},
      {OneNumber(kDense), OneNumber(static_cast<int32_t>(matrix.rows())), OneNumber(static_cast<int32_t>(matrix.cols())),
       NullList(), NullList(), OneList(std::move(column_major)), MakeArray(1, 0, {{}, MakeBuffer(std::vector<uint8_t>{0})})});
  const auto schema = std::make_shared<const data::Schema>(std::vector<Field>{{"pc", MatrixType()}});
  return OrThrow(data::Batch::Import(schema, MakeArray(1, 0, {{}}, {fields})));
}

data::Batch VectorBatch(const std::vector<double>& values) {
  const auto schema = std::make_shared<const data::Schema>(std::vector<Field>{{"explainedVariance", TypeId::kVector}});
  data::BatchBuilder builder = OrThrow(data::BatchBuilder::Make(schema));
  builder.AppendDense(0, values);
  return OrThrow(builder.Finish());
}

[[noreturn]] void ThrowCorrupt(const std::string& what) { throw Exception(CorruptData("Saved PCAModel " + what)); }

/// The first element of a field, not null, of a matrix.
template <typename T>
T NumberOf(const ArrowArray& matrix, MatrixField field) {
  const ArrowArray& numbers = *matrix.children[field];
  return static_cast<const T*>(numbers.buffers[1])[numbers.offset + matrix.offset];
}

bool SameFields(const std::vector<Field>& found) {
  const std::vector<Field>& expected = MatrixType().children();
  if (found.size() != expected.size()) return false;
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i].name != expected[i].name || found[i].type.id() != expected[i].type.id()) return false;
    const bool is_list = found[i].type.id() == TypeId::kArray;
    if (is_list && found[i].type.children()[0].type.id() != expected[i].type.children()[0].type.id()) return false;
  }
  return true;
}

linalg::Matrix<double> ReadMatrix(const data::Batch& batch) {
  const size_t index = OrThrow(batch.schema().IndexOf("pc"));
  const DataType& type = batch.schema().fields()[index].type;
  if (type.id() != TypeId::kStruct || !SameFields(type.children())) ThrowCorrupt("has no matrix pc");
  const ArrowArray& matrix = batch.column(index);
  const bool is_null = !data::BitAt(static_cast<const uint8_t*>(matrix.buffers[0]), matrix.offset);
  if (is_null || NumberOf<int8_t>(matrix, kType) != kDense) ThrowCorrupt("has no dense matrix pc");
  const ArrowArray& lists = *matrix.children[kValues];
  const ArrowArray& numbers = *lists.children[0];
  const auto* offsets = static_cast<const int32_t*>(lists.buffers[1]) + lists.offset + matrix.offset;
  const double* values = static_cast<const double*>(numbers.buffers[1]) + numbers.offset + offsets[0];
  const int64_t rows = NumberOf<int32_t>(matrix, kNumRows);
  const int64_t cols = NumberOf<int32_t>(matrix, kNumCols);
  if (rows < 0 || cols < 0 || offsets[1] - offsets[0] != rows * cols) ThrowCorrupt("has a matrix pc of another size than it says");
  const ArrowArray& flags = *matrix.children[kIsTransposed];
  const bool by_row = data::BitAt(static_cast<const uint8_t*>(flags.buffers[1]), flags.offset + matrix.offset);
  linalg::Matrix<double> read(rows, cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) read(i, j) = values[by_row ? i * cols + j : i + j * rows];
  }
  return read;
}

}  // namespace

std::string EncodePCAModel(const feature::PrincipalComponents& components, const sql::SparkSession& spark) {
  if (components.components.values().size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    throw Exception(ResourceLimit("PCAModel is too large to be saved: limit 2147483647 numbers"));
  }
  const data::Batch row = MatrixBatch(components.components).Append(VectorBatch(components.explained_variance));
  return OrThrow(spark.engine().EncodeParquet(
      row, {{"org.apache.spark.version", spark.version()}, {"org.apache.spark.sql.parquet.row.metadata", kRowMetadata}}));
}

std::shared_ptr<const feature::PrincipalComponents> DecodePCAModel(std::string file, const sql::SparkSession& spark) {
  const data::Batch row = OrThrow(spark.engine().DecodeParquet(std::move(file)));
  if (row.num_rows() != 1) ThrowCorrupt("has not one row but " + std::to_string(row.num_rows()));
  const data::VectorRow variance = OrThrow(data::VectorColumn::Of(row, "explainedVariance", "Variance"))[0];
  feature::PrincipalComponents components{ReadMatrix(row), {variance.values.begin(), variance.values.end()}};
  const bool fits = !variance.is_null && !variance.is_sparse && variance.size == components.components.cols();
  if (!fits) ThrowCorrupt("has another number of variances than of components");
  return std::make_shared<const feature::PrincipalComponents>(std::move(components));
}

}  // namespace sagespark::ml
