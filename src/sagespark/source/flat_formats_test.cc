#include <cstring>
#include <string>

#include "sagespark/data/testing/batch_json.h"
#include "sagespark/source/format.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::source {
namespace {

using data::TypeId;
using testing::HasSubstr;

Result<std::string> Encode(std::string_view format, const Options& options, const std::shared_ptr<const data::Schema>& schema,
                           const std::string& json) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto writer, MakeFormatWriter(format, options));
  SAGESPARK_RETURN_IF_ERROR(writer->CheckSchema(*schema));
  SAGESPARK_ASSIGN_OR_RETURN(const data::Batch batch, data::testing::BatchFromJson(schema, json));
  const auto encoder = writer->MakeEncoder(*schema);
  std::string bytes;
  SAGESPARK_RETURN_IF_ERROR(encoder->Append(batch, bytes));
  encoder->Finish(bytes);
  return bytes;
}

std::shared_ptr<const data::Schema> TrainingSchema() {
  return data::testing::SchemaOf({{"features", TypeId::kVector}, {"label", TypeId::kDouble}});
}

TEST(CsvFormatTest, WritesTheLabelThenTheVector) {
  const std::string rows = R"([[[1, 0, 2.5], 1], [{"size": 3, "indices": [1], "values": [4]}, 0]])";
  EXPECT_THAT(Encode("csv", {}, TrainingSchema(), rows), HasValue("1.0,1.0,0.0,2.5\n0.0,0.0,4.0,0.0\n"));
  EXPECT_THAT(Encode("com.databricks.spark.csv", {{"delimiter", ";"}, {"header", "true"}}, TrainingSchema(), "[[[7, 8], 1]]"),
              HasValue("label;features_0;features_1\n1.0;7.0;8.0\n"));
}

TEST(CsvFormatTest, WritesColumnsOfNumbersInTheirOrder) {
  const auto schema = data::testing::SchemaOf({{"y", TypeId::kInteger}, {"a", TypeId::kDouble}, {"b", TypeId::kBoolean}});
  EXPECT_THAT(Encode("CSV", {{"sep", "\\t"}}, schema, "[[3, 0.5, true], [4, null, false]]"), HasValue("3.0\t0.5\t1.0\n4.0\t\t0.0\n"));
}

TEST(FlatFormatsTest, NameTheColumnThatDoesNotFit) {
  const auto texts = data::testing::SchemaOf({{"y", TypeId::kDouble}, {"name", TypeId::kString}});
  for (const char* format : {"csv", "parquet"}) {
    EXPECT_THAT(Encode(format, {}, texts, "[]"), IsError(ErrorKind::kSchemaMismatch, HasSubstr("\"name\" has type")));
    EXPECT_THAT(Encode(format, {}, TrainingSchema(), "[[[1, 2], 0], [[1], 0]]"),
                IsError(ErrorKind::kCorruptData, HasSubstr("row 1 has length 1, not 2")));
    EXPECT_THAT(Encode(format, {}, TrainingSchema(), "[[[1, 2], null]]"),
                IsError(ErrorKind::kCorruptData, HasSubstr("\"label\", row 0")));
    EXPECT_THAT(MakeFormatReader(format, {}), IsError(ErrorKind::kUnimplemented, HasSubstr("for writing only")));
  }
  EXPECT_THAT(MakeFormatWriter("csv", {{"sep", "::"}}), IsError(ErrorKind::kInvalidArgument, HasSubstr("sep")));
  EXPECT_THAT(MakeFormatWriter("csv", {{"header", "yes"}}), IsError(ErrorKind::kInvalidArgument, HasSubstr("header")));
}

// The facade's tests train XGBoost from larger files, read by Arrow; here are the bytes of a small one.
TEST(ParquetFormatTest, WritesPlainPagesOfDoubles) {
  ASSERT_OK_AND_ASSIGN(const std::string bytes, Encode("parquet", {}, TrainingSchema(), "[[[7], 1], [[8], 0]]"));
  ASSERT_TRUE(bytes.starts_with("PAR1") && bytes.ends_with("PAR1"));
  const auto double_at = [&](size_t at) {
    double value;
    std::memcpy(&value, bytes.data() + at, sizeof(value));
    return value;
  };
  // A page header of 17 bytes, then its two numbers, column by column.
  constexpr size_t kHeader = 17;
  EXPECT_EQ(double_at(4 + kHeader), 1);
  EXPECT_EQ(double_at(4 + kHeader + 8), 0);
  EXPECT_EQ(double_at(4 + 2 * kHeader + 16), 7);
  EXPECT_EQ(double_at(4 + 2 * kHeader + 24), 8);
  EXPECT_THAT(bytes, HasSubstr("features_0"));
}

}  // namespace
}  // namespace sagespark::source
