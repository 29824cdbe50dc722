#include "sagespark/container/xgboost/parquet/parquet_rows.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/writer.h>

#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> ArrayOf(const std::vector<std::optional<Value>>& values) {
  Builder builder;
  for (const auto& value : values) SAGESPARK_CHECK((value ? builder.Append(*value) : builder.AppendNull()).ok());
  return *builder.Finish();
}

using Columns = std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>;

std::string Parquet(const Columns& columns) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  auto sink = *arrow::io::BufferOutputStream::Create();
  SAGESPARK_CHECK(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink, 2).ok());
  return (*sink->Finish())->ToString();
}

class ParquetRowsTest : public testing::Test {
 protected:
  Status Append(std::string_view bytes) { return rows_.Append(directory_.Write("part-0.parquet", bytes).string()); }

  TemporaryFolder directory_;
  ParquetRows rows_;
};

TEST_F(ParquetRowsTest, ReadsNumbersOfEveryKindWithTheLabelFirst) {
  const std::string bytes = Parquet({{"y", ArrayOf<arrow::Int32Builder, int32_t>({1, 0, 2})},
                                     {"a", ArrayOf<arrow::DoubleBuilder, double>({0.5, {}, -3.0})},
                                     {"b", ArrayOf<arrow::BooleanBuilder, bool>({true, false, {}})},
                                     {"c", ArrayOf<arrow::Int64Builder, int64_t>({7, 8, 9})}});
  ASSERT_OK(Append(bytes));
  ASSERT_OK(Append(bytes));
  const algo::XGBoostRows rows = std::move(rows_).Finish();
  EXPECT_EQ(rows.num_rows, 6);
  EXPECT_EQ(rows.num_columns, 3);
  EXPECT_THAT(rows.labels, ElementsAre(1, 0, 2, 1, 0, 2));
  EXPECT_THAT(std::vector<float>(rows.values.begin(), rows.values.begin() + 9),
              ElementsAre(0.5, 1, 7, IsNan(), 0, 8, -3, IsNan(), 9));
}

TEST_F(ParquetRowsTest, ReadsDecimalsHalfFloatsAndColumnsOfNulls) {
  arrow::Decimal128Builder decimals(arrow::decimal128(20, 3));
  SAGESPARK_CHECK(decimals.Append(arrow::Decimal128(300)).ok());
  SAGESPARK_CHECK(decimals.AppendNull().ok());
  SAGESPARK_CHECK(decimals.Append(arrow::Decimal128("-12345678901234567")).ok());
  arrow::Decimal256Builder wide(arrow::decimal256(50, 1));
  for (const char* value : {"1", "-2", "3"}) SAGESPARK_CHECK(wide.Append(arrow::Decimal256(value)).ok());
  arrow::HalfFloatBuilder halves;
  for (const uint16_t bits : {uint16_t{0x3c00}, uint16_t{0xc100}, uint16_t{0x7e00}}) SAGESPARK_CHECK(halves.Append(bits).ok());
  ASSERT_OK(Append(Parquet({{"y", ArrayOf<arrow::UInt8Builder, uint8_t>({1, 0, 2})},
                            {"decimal", *decimals.Finish()},
                            {"wide", *wide.Finish()},
                            {"half", *halves.Finish()},
                            {"null", std::make_shared<arrow::NullArray>(3)}})));
  const algo::XGBoostRows rows = std::move(rows_).Finish();
  EXPECT_THAT(rows.values, ElementsAre(0.3f, 0.1f, 1, IsNan(), IsNan(), -0.2f, -2.5f, IsNan(), -12345678901234.567f, 0.3f, IsNan(),
                                       IsNan()));
}

TEST_F(ParquetRowsTest, NamesTheColumnOfAnotherType) {
  const auto numbers = ArrayOf<arrow::DoubleBuilder, double>({1.0, 2.0});
  arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MICRO), arrow::default_memory_pool());
  arrow::ListBuilder lists(arrow::default_memory_pool(), std::make_shared<arrow::DoubleBuilder>());
  for (int row = 0; row < 2; ++row) SAGESPARK_CHECK(times.Append(row).ok() && lists.Append().ok());
  const Columns others = {{"name", ArrayOf<arrow::StringBuilder, std::string>({"1", "2"})},
                          {"when", *times.Finish()},
                          {"vector", *lists.Finish()}};
  for (const auto& [name, array] : others) {
    EXPECT_THAT(Append(Parquet({{"y", numbers}, {name, array}})),
                IsError(ErrorKind::kSchemaMismatch,
                        AllOf(HasSubstr("part-0.parquet, column \"" + name + "\" has type " + array->type()->ToString().substr(0, 4)),
                              HasSubstr("readable are integers, floats, decimals and booleans"))));
  }
}

TEST_F(ParquetRowsTest, NamesWhatDoesNotFit) {
  const auto label = ArrayOf<arrow::DoubleBuilder, double>({1.0, {}});
  const auto numbers = ArrayOf<arrow::DoubleBuilder, double>({1.0, 1e300});
  const auto texts = ArrayOf<arrow::StringBuilder, std::string>({"a", "b"});
  EXPECT_THAT(Append(Parquet({{"y", numbers}, {"a", texts}})),
              IsError(ErrorKind::kCorruptData, AllOf(HasSubstr("label is missing or infinite"), HasSubstr("row 1, column \"y\""))));
  EXPECT_THAT(Append(Parquet({{"y", texts}, {"a", numbers}})),
              IsError(ErrorKind::kSchemaMismatch, HasSubstr("column \"y\" has type string")));
  EXPECT_THAT(Append(Parquet({{"y", label}, {"a", label}})),
              IsError(ErrorKind::kCorruptData, HasSubstr("part-0.parquet, row 1, column \"y\"")));
  EXPECT_THAT(Append(Parquet({{"y", label}})), IsError(ErrorKind::kSchemaMismatch, HasSubstr("no features")));
  EXPECT_THAT(Append("no parquet"), IsError(ErrorKind::kCorruptData, HasSubstr("part-0.parquet")));
  const std::string whole = Parquet({{"y", numbers}, {"a", label}});
  EXPECT_THAT(Append(whole.substr(0, whole.size() / 2)), IsError(ErrorKind::kCorruptData, HasSubstr("part-0.parquet")));
}

}  // namespace
}  // namespace sagespark::container
