#include "sagespark/sql/show.h"

#include <fstream>
#include <sstream>

#include "sagespark/sql/data_frame.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::sql {
namespace {

/// What Spark 4.3 printed: tests/goldens/generate_spark_goldens.py makes the same DataFrames.
std::string Golden(const std::string& name) {
  std::ifstream file(SourcePath("tests/goldens/spark/") + name + ".txt");
  EXPECT_TRUE(file.good()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class ShowTest : public ::testing::Test {
 protected:
  SparkSession spark_ = SparkSession::builder().master("local[2]").getOrCreate();

  DataFrame Vectors4() const {
    const auto sparse = Vectors::sparse(784, {152, 153, 154, 155}, {3.0, 18.0, 18.0, 126.0});
    return spark_.createDataFrame({Row{5.0, sparse}, Row{0.0, Vectors::dense({1.0, 2.5})}, Row{-1.5, Value()},
                                   Row{Value(), Vectors::sparse(3, {})}},
                                  StructType({{"label", DoubleType}, {"features", VectorType}}));
  }

  DataFrame AllTypes() const {
    const StructType schema({{"bool", BooleanType}, {"byte", ByteType}, {"short", ShortType}, {"int", IntegerType},
                             {"long", LongType}, {"float", FloatType}, {"double", DoubleType}, {"string", StringType},
                             {"binary", BinaryType}});
    return spark_.createDataFrame(
        {Row{true, int8_t{1}, int16_t{2}, 3, int64_t{4}, 0.1f, 1e-4, "text", data::Bytes{"12\xff"}},
         Row{false, int8_t{-128}, int16_t{-32768}, INT32_MIN, INT64_MIN, 1e10f, 1e7, "", data::Bytes{""}},
         Row(std::vector<Value>(9))},
        schema);
  }
};

TEST_F(ShowTest, PrintsVectorsAsSpark) {
  const DataFrame frame = Vectors4();
  EXPECT_EQ(frame.showString(), Golden("show_vectors"));
  EXPECT_EQ(frame.showString(20, 0), Golden("show_vectors_untruncated"));
  EXPECT_EQ(frame.showString(20, 3), Golden("show_vectors_truncated_to_3"));
  EXPECT_EQ(frame.showString(20, 10), Golden("show_vectors_truncated_to_10"));
}

TEST_F(ShowTest, TellsWhenThereAreMoreRows) {
  const DataFrame frame = Vectors4();
  EXPECT_EQ(frame.showString(2), Golden("show_first_two"));
  EXPECT_EQ(frame.showString(1), Golden("show_first_one"));
  EXPECT_EQ(frame.showString(0), Golden("show_no_rows_asked"));
  EXPECT_EQ(frame.limit(0).showString(), Golden("show_empty"));
  EXPECT_EQ(spark_.range(25).showString(), Golden("show_twenty_of_25"));
  EXPECT_EQ(spark_.range(20).showString(), Golden("show_twenty_of_20"));
}

TEST_F(ShowTest, PrintsEveryTypeAsSpark) {
  EXPECT_EQ(AllTypes().showString(), Golden("show_types"));
  EXPECT_EQ(AllTypes().schema().TreeString(), Golden("types_schema"));
}

TEST_F(ShowTest, PrintsStringsWithControlAndWideCharactersAsSpark) {
  std::string wide25;
  for (int i = 0; i < 25; ++i) wide25 += "中";
  const std::vector<std::string> texts = {
      "a\nb", "tab\there", "cr\rx", "back\\slash", "中文字符", "ＡＢ wide", "éè", "emoji 😀!", "exactly twenty chars",
      "twenty-one characters", wide25, std::string("\x00\x07\x0b\x0c\x08", 5), "한국어",
      std::string(19, 'x') + "中" + "yyyyy", "あいう", "quote\"'"};
  std::vector<Row> rows;
  for (const std::string& text : texts) rows.push_back(Row{text});
  EXPECT_EQ(spark_.createDataFrame(rows, {"text"}).showString(), Golden("show_strings"));
  EXPECT_EQ(spark_.createDataFrame({Row{1, 2}}, {"列名", "a\nb"}).showString(), Golden("show_wide_header"));
}

TEST_F(ShowTest, NamesAndComputesExpressionsAsSpark) {
  const Column label = col("label");
  const DataFrame frame = Vectors4().select(
      label + 1, label > 2, label == 5 && label < 3.5, !(label >= 1), -label, label / 2, label * label, label % 3,
      label.isNull(), label.isNotNull(), label.cast("int"), lit("x"), lit(1.5), lit(Value()), lit(true),
      label.cast("string").alias("s"), label != 5 || label <= 3, label - 1);
  EXPECT_EQ(frame.showString(20, 0), Golden("show_expressions"));
  std::string schema = Golden("expressions_schema");
  schema.replace(schema.find("NULL: void"), 10, "NULL: string");  // docs/quirks.md: a bare null has type string.
  EXPECT_EQ(frame.schema().TreeString(), schema);
}

TEST_F(ShowTest, ComputesIntegersAsSparkWithoutAnsiMode) {
  const Column a = col("a");
  const Column b = col("b");
  const DataFrame frame = spark_.createDataFrame({Row{7, 2}, Row{-7, 2}, Row{5, 0}}, {"a", "b"})
                              .select(a / b, a % b, a + b, (a * 1.5).alias("m"), a.cast("double"), a.cast("string"),
                                      a.cast("boolean"));
  EXPECT_EQ(frame.showString(20, 0), Golden("show_arithmetic_of_integers"));
}

TEST(ShowTableTest, WidensTheCharactersThatSparkWidens) {
  std::ifstream table(SourcePath("tests/goldens/spark/wide_characters.txt"));
  const auto width = [](char32_t point) {
    const std::string utf8 = {static_cast<char>(0xe0 | (point >> 12)), static_cast<char>(0x80 | ((point >> 6) & 0x3f)),
                              static_cast<char>(0x80 | (point & 0x3f))};
    const std::string shown = ShowTable({"a"}, {{utf8 + utf8 + utf8}}, 0, false);
    return shown.find('\n') - 2;  // Of the border, which has a "+" at each end.
  };
  int ranges = 0;
  for (std::string first, last; table >> first >> last; ++ranges) {
    const auto low = static_cast<char32_t>(std::stoul(first, nullptr, 16));
    const auto high = static_cast<char32_t>(std::stoul(last, nullptr, 16));
    EXPECT_EQ(width(low), 6u) << first;
    EXPECT_EQ(width(high), 6u) << last;
    EXPECT_EQ(width(low - 1), 3u) << first;
    EXPECT_EQ(width(high + 1), 3u) << last;
  }
  EXPECT_EQ(ranges, 8);
}

}  // namespace
}  // namespace sagespark::sql
